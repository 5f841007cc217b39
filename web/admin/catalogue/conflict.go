package catalogue

import (
	"maps"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// overwrites says which version the button for saving all the same replaces; ok is false for another button.
func overwrites(do string) (seen int, ok bool) {
	text, ok := strings.CutPrefix(do, "overwrite.")
	return admin.Version(text), ok
}

// differences lists where two versions of a product or a category are not the same, for whoever must decide between them.
func differences(stored, typed models.Facts) []pages.Difference {
	was, is := models.ChangedFacts(stored, typed)
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	var list []pages.Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, pages.Difference{Name: name, Stored: was[name], Typed: is[name]})
	}
	return list
}
