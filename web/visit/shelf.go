package visit

import (
	"context"

	"github.com/coincart/coincart/models"
)

// Shown returns the categories directly below one ("": at the top) that are not hidden, in their order. A category whose parent does not
// exist is at the top.
func Shown(list []models.Category, parent string) []models.Category {
	var shown []models.Category
	for _, node := range models.Flatten(models.Tree(list)) {
		c := node.Category
		if node.Depth == 1 {
			c.ParentID = ""
		}
		if c.ParentID == parent && !c.Hidden {
			shown = append(shown, c)
		}
	}
	return shown
}

// Tags returns the tags of the catalogue, at most a second old. The list is shared: do not change it.
func (s *Site) Tags(ctx context.Context) ([]models.TagCount, error) {
	return s.tags.value(ctx)
}
