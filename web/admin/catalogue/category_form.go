package catalogue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// The limits of a category's texts: what the columns hold.
const (
	longestCategoryName    = 200
	longestCategorySummary = 1000
)

// readCategory reads what was typed, on top of the stored category.
func (h *handlers) readCategory(req *admin.Request, stored models.Category, list []models.Category, form url.Values, files []visit.File) (pages.CategoryView, models.Category, error) {
	view := pages.CategoryView{
		ID: stored.ID, New: stored.Version == 0, Version: form.Get("version"), Name: admin.Typed(admin.OneLine(form.Get("name"))),
		Slug: admin.Typed(admin.OneLine(form.Get("slug"))), Summary: admin.Typed(normalLines(form.Get("summary"))), Hidden: form.Get("hidden") == "1",
		Picture: form.Get("picture"),
	}
	c := stored
	c.Texts = stored.Texts.Clone()
	langs, err := req.OtherLangs()
	if err != nil {
		return view, c, err
	}
	for _, l := range langs {
		t := pages.CategoryTexts{
			Lang: l.Tag, Language: l.Name, Name: admin.Typed(admin.OneLine(form.Get("t." + l.Tag + ".name"))), Summary: admin.Typed(normalLines(form.Get("t." + l.Tag + ".summary"))),
		}
		admin.LimitText(&t.Name, longestCategoryName)
		admin.LimitText(&t.Summary, longestCategorySummary)
		c.Texts.Set(l.Tag, "name", t.Name.Value)
		c.Texts.Set(l.Tag, "summary", t.Summary.Value)
		view.Texts = append(view.Texts, t)
	}
	if err := h.readCategoryPicture(req, &view, stored, form, files); err != nil {
		return view, c, err
	}
	if view.Slug.Value == "" {
		words := []string{view.Name.Value}
		for _, t := range view.Texts {
			words = append(words, t.Name.Value)
		}
		view.Slug.Value = freeSlug(firstSlug(words, "category", stored.ID), stored.ID, list)
	}
	checkCategory(&view)
	c.Name, c.Slug, c.Summary, c.Hidden, c.Picture = view.Name.Value, view.Slug.Value, view.Summary.Value, view.Hidden, view.Picture
	c.ParentID, c.Version = form.Get("parent"), admin.Version(form.Get("version"))
	if seen, ok := overwrittenVersion(form.Get("do")); ok {
		c.Version = seen
	}
	return view, c, nil
}

// freeSlug returns a slug that no other category has: different names can be spelled alike in Latin letters.
func freeSlug(slug, id string, list []models.Category) string {
	taken := func(s string) bool {
		return slices.ContainsFunc(list, func(c models.Category) bool { return c.Slug == s && c.ID != id })
	}
	free := slug
	for n := 2; slug != "" && taken(free); n++ {
		end := "-" + strconv.Itoa(n)
		free = strings.TrimRight(slug[:min(len(slug), text.MaxSlug-len(end))], "-") + end
	}
	return free
}

// readCategoryPicture stores the uploaded picture, if there is one. A picture that is not an upload must be the category's present one.
func (h *handlers) readCategoryPicture(req *admin.Request, view *pages.CategoryView, stored models.Category, form url.Values, files []visit.File) error {
	if form.Get("no_picture") == "1" || (view.Picture != stored.Picture && !isUpload(view.Picture)) {
		view.Picture = ""
	}
	for _, file := range files {
		if file.Field != "upload" {
			continue
		}
		source, problem, err := h.takePicture(req, file)
		if err != nil {
			return err
		}
		if view.PictureBad = problem; problem == "" {
			view.Picture = source
		}
	}
	return nil
}

func checkCategory(view *pages.CategoryView) {
	admin.LimitText(&view.Name, longestCategoryName)
	admin.LimitText(&view.Summary, longestCategorySummary)
	if view.Name.Value == "" {
		view.Name.Problem.Keep(invalid.Missing)
	}
	named := view.Slug.Value != "" || view.Name.Value != "" // it is made from the name
	if named && !text.IsSlug(view.Slug.Value) {
		view.Slug.Problem.Keep(invalid.Slug)
	}
}

func categoryBad(view pages.CategoryView) bool {
	all := view.Name.Problem + view.Slug.Problem + view.Summary.Problem + view.PictureBad + view.Parent
	for _, t := range view.Texts {
		all += t.Name.Problem + t.Summary.Problem
	}
	return all != ""
}

// categoryRows returns the tree with the places that each category can be moved to by one button: up and down among its neighbours, out to
// behind its parent, in to the end of the neighbour above.
func categoryRows(list []models.Category, counts map[string]int) []pages.CategoryRow {
	var rows []pages.CategoryRow
	var walk func(nodes []models.CategoryNode, parent *models.CategoryNode, after string)
	walk = func(nodes []models.CategoryNode, parent *models.CategoryNode, after string) {
		for i, node := range nodes {
			c := node.Category
			row := pages.CategoryRow{
				ID: c.ID, Name: c.Name, Slug: c.Slug, Parent: c.ParentID, Depth: node.Depth, Hidden: c.Hidden, Products: counts[c.ID],
			}
			if i > 0 {
				row.Moves.Up = &pages.Place{Parent: c.ParentID, Before: nodes[i-1].Category.ID}
				if node.Depth+height(node) <= models.MaxCategoryDepth {
					row.Moves.In = &pages.Place{Parent: nodes[i-1].Category.ID}
				}
			}
			if i+1 < len(nodes) {
				row.Moves.Down = &pages.Place{Parent: c.ParentID, Before: idAt(nodes, i+2)}
			}
			if parent != nil {
				row.Moves.Out = &pages.Place{Parent: parent.Category.ParentID, Before: after}
			}
			rows = append(rows, row)
			walk(node.Children, &nodes[i], idAt(nodes, i+1))
		}
	}
	walk(models.Tree(list), nil, "")
	return rows
}

// idAt returns the id of the category at an index among its neighbours; "" behind the last one.
func idAt(nodes []models.CategoryNode, i int) string {
	if i < len(nodes) {
		return nodes[i].Category.ID
	}
	return ""
}

// height returns how many levels a category takes, itself included.
func height(node models.CategoryNode) int {
	most := 0
	for _, child := range node.Children {
		most = max(most, height(child))
	}
	return most + 1
}
