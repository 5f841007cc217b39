package catalogue

import (
	"maps"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// overwrittenVersion returns the version that the button for saving nevertheless replaces; ok is false for another button.
func overwrittenVersion(do string) (seen int, ok bool) {
	text, ok := strings.CutPrefix(do, "overwrite.")
	return admin.Version(text), ok
}

// differences returns the fields in which two versions of a product or a category differ.
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
