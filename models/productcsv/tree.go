package productcsv

import (
	"cmp"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// tree finds the categories that a file names and creates missing ones.
type tree struct {
	newID  func() string
	bySlug map[string]string
	byName map[string]string // keys are the parent's id, NUL, and the name in lower case
	slugs  map[string]bool
	made   []models.Category
}

func newTree(list []models.Category, newID func() string) *tree {
	t := &tree{newID: newID, bySlug: map[string]string{}, byName: map[string]string{}, slugs: map[string]bool{}}
	for _, c := range list {
		t.bySlug[c.Slug], t.slugs[c.Slug] = c.ID, true
		if key := nameKey(c.ParentID, c.Name); t.byName[key] == "" {
			t.byName[key] = c.ID
		}
	}
	return t
}

func nameKey(parent, name string) string { return parent + "\x00" + strings.ToLower(name) }

// find returns the id of a category, found by its slug or level by level by its path.
func (t *tree) find(c Category) string {
	if id := t.bySlug[c.Slug]; id != "" && c.Slug != "" {
		return id
	}
	path := c.Path
	if len(path) == 0 {
		path = Path{c.Slug}
	}
	parent := ""
	for i, name := range path {
		id := t.byName[nameKey(parent, name)]
		// A slug identifies one category; another one of the same name does not match.
		if last := i == len(path)-1; id == "" || (last && c.Slug != "") {
			wanted := ""
			if last {
				wanted = c.Slug
			}
			id = t.make(parent, name, wanted)
		}
		parent = id
	}
	return parent
}

func (t *tree) make(parent, name, slug string) string {
	if !text.IsSlug(slug) {
		slug = cmp.Or(text.Slug(name), text.AnySlug(name), "category")
	}
	slug = free(slug, func(s string) bool { return t.slugs[s] }, t.slugs)
	c := models.Category{ID: t.newID(), ParentID: parent, Slug: slug, Name: name}
	t.made = append(t.made, c)
	t.bySlug[slug], t.byName[nameKey(parent, name)] = c.ID, c.ID
	return c.ID
}
