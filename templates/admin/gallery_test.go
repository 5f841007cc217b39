package admin_test

import (
	"testing"
	"time"

	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/browsertest"
)

// TestGallery_HoldsInABrowser opens every page of the back office in every state: see browsertest.Check.
func TestGallery_HoldsInABrowser(t *testing.T) {
	browsertest.Check(t, "admin", sheets, 9*time.Minute)
}

func TestGallery_StaysBelowThePathOfTheShop(t *testing.T) {
	browsertest.CheckAddresses(templates.Mounted(t.Context(), "/shop"), t, "/shop", sheets)
}

func sheets(tag string) []browsertest.Sheet {
	var list []browsertest.Sheet
	for _, s := range gallery(tag) {
		list = append(list, browsertest.Sheet{Name: s.name, Page: s.page})
	}
	return list
}
