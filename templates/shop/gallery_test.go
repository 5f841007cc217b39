package shop_test

import (
	"testing"
	"time"

	"github.com/coincart/coincart/templates/browsertest"
)

// TestGallery_HoldsInABrowser opens every page of the shop in every state: see browsertest.Check.
func TestGallery_HoldsInABrowser(t *testing.T) {
	browsertest.Check(t, "shop", func(tag string) []browsertest.Sheet {
		var sheets []browsertest.Sheet
		for _, s := range gallery(tag) {
			sheets = append(sheets, browsertest.Sheet{Name: s.name, Page: s.page})
		}
		return sheets
	}, 4*time.Minute)
}
