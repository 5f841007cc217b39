package catalogue

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const categoriesPath = admin.Home + "/categories"

func categoryAddress(id string) string { return categoriesPath + "/" + id }

// showCategories shows the tree: GET /admin/categories.
func (h *handlers) showCategories(req *admin.Request) error {
	list, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	counts, err := h.site.Store.CategoryCounts(req.Context())
	if err != nil {
		return err
	}
	return req.Show(http.StatusOK, pages.Categories(pages.CategoriesView{Page: req.Page(pages.SectionCategories), Rows: categoryRows(admin.NamedIn(req.Printer, list), counts)}))
}

// newCategory shows an empty form: GET /admin/categories/new?parent=.
func (h *handlers) newCategory(req *admin.Request) error {
	view := pages.CategoryView{ID: models.NewID(), New: true, Version: "0"}
	return h.showCategoryForm(req, view, req.Query("parent"), http.StatusOK)
}

// showCategory shows a category's form: GET /admin/categories/{id}.
func (h *handlers) showCategory(req *admin.Request) error {
	c, _, err := h.category(req)
	if err != nil {
		return err
	}
	view := pages.CategoryView{
		ID: c.ID, Version: strconv.Itoa(c.Version), Name: admin.Typed(c.Name), Slug: admin.Typed(c.Slug), Summary: admin.Typed(c.Summary), Hidden: c.Hidden, Picture: c.Picture,
	}
	langs, err := req.OtherLangs()
	if err != nil {
		return err
	}
	for _, l := range langs {
		view.Texts = append(view.Texts, pages.CategoryTexts{
			Lang: l.Tag, Language: l.Name, Name: admin.Typed(c.Texts.In(l.Tag, "name", "")), Summary: admin.Typed(c.Texts.In(l.Tag, "summary", "")),
		})
	}
	return h.showCategoryForm(req, view, c.ParentID, http.StatusOK)
}

// category returns the category that the address names, and all categories.
func (h *handlers) category(req *admin.Request) (models.Category, []models.Category, error) {
	id := req.ID()
	list, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return models.Category{}, nil, err
	}
	i := slices.IndexFunc(list, func(c models.Category) bool { return c.ID == id })
	if i < 0 {
		return models.Category{}, nil, visit.ErrNoPage
	}
	return list[i], list, nil
}

func (h *handlers) showCategoryForm(req *admin.Request, view pages.CategoryView, parent string, status int) error {
	list, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	if len(view.Texts) == 0 {
		langs, err := req.OtherLangs()
		if err != nil {
			return err
		}
		for _, l := range langs {
			view.Texts = append(view.Texts, pages.CategoryTexts{Lang: l.Tag, Language: l.Name})
		}
	}
	list = admin.NamedIn(req.Printer, list)
	below := models.Descendants(list, view.ID)
	above := slices.DeleteFunc(slices.Clone(list), func(c models.Category) bool { return slices.Contains(below, c.ID) })
	view.Parents = admin.CategoryChoices(above, parent, true)
	if !view.New {
		counts, err := h.site.Store.CategoryCounts(req.Context())
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(slices.Clone(list), func(c models.Category) bool { return c.ID == view.ID })
		view.Others, view.Products, view.Children = admin.CategoryChoices(others, "", false), counts[view.ID], len(below)-1
	}
	view.Page = req.PageAt(pages.SectionCategories, categoriesPath+"/new")
	if !view.New {
		view.Page.Path = categoryAddress(view.ID)
	}
	return req.Show(status, pages.Category(view))
}

// createCategory stores a new category: POST /admin/categories.
func (h *handlers) createCategory(req *admin.Request) error {
	form, files, err := req.Upload(pictureLimits())
	if err != nil {
		return err
	}
	id := form.Get("id")
	if !admin.IsID(id) {
		return visit.ErrBadForm
	}
	list, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	return h.storeCategory(req, models.Category{ID: id}, list, form, files)
}

// saveCategory stores a category: POST /admin/categories/{id}.
func (h *handlers) saveCategory(req *admin.Request) error {
	c, list, err := h.category(req)
	if err != nil {
		return err
	}
	form, files, err := req.Upload(pictureLimits())
	if err != nil {
		return err
	}
	return h.storeCategory(req, c, list, form, files)
}

func (h *handlers) storeCategory(req *admin.Request, stored models.Category, list []models.Category, form url.Values, files []visit.File) error {
	isNew := stored.Version == 0
	view, c, err := h.readCategory(req, stored, list, form, files)
	if err != nil {
		return err
	}
	if categoryBad(view) {
		view.Refusal = pages.RefusalFields
		return h.showCategoryForm(req, view, c.ParentID, http.StatusUnprocessableEntity)
	}
	err = h.editor.SaveCategory(req.Context(), req.Actor(), list, stored, c)
	if errors.Is(err, store.ErrConflict) && isNew {
		err = nil // the first of two presses stored it
	}
	if err == nil {
		return req.Done(categoriesPath, pages.NoticeCategorySaved)
	}
	return h.categoryNotStored(req, view, c, err)
}

func (h *handlers) categoryNotStored(req *admin.Request, view pages.CategoryView, c models.Category, cause error) error {
	status := http.StatusUnprocessableEntity
	view.Refusal = pages.RefusalFields
	switch {
	case errors.Is(cause, store.ErrDuplicate):
		view.Slug.Problem = invalid.Taken
	case errors.Is(cause, store.ErrTree):
		view.Parent = invalid.Tree
	case errors.Is(cause, store.ErrConflict):
		return h.showCategoryConflict(req, view, c)
	case errors.Is(cause, store.ErrNotFound):
		view.Parent = invalid.Parent
	default:
		return cause
	}
	return h.showCategoryForm(req, view, c.ParentID, status)
}

// showCategoryConflict shows what somebody else changed beside what was typed, with a button for each.
func (h *handlers) showCategoryConflict(req *admin.Request, view pages.CategoryView, c models.Category) error {
	now, list, err := h.category(req)
	if err != nil {
		return err
	}
	view.Refusal = pages.RefusalChanged
	view.Conflict = pages.Conflict{
		Version: now.Version, Changed: admin.Moment(req.Printer, now.UpdatedAt), Differences: differences(catalogue.CategoryFacts(list, now), catalogue.CategoryFacts(list, c)),
	}
	return h.showCategoryForm(req, view, c.ParentID, http.StatusConflict)
}

// moveCategory moves a category: POST /admin/categories/{id}/move with parent, before.
func (h *handlers) moveCategory(req *admin.Request, form url.Values) error {
	c, list, err := h.category(req)
	if err != nil {
		return err
	}
	err = h.editor.MoveCategory(req.Context(), req.Actor(), list, c, form.Get("parent"), form.Get("before"))
	switch {
	case errors.Is(err, store.ErrTree):
		return req.Refused(categoriesPath, pages.RefusalOf(invalid.Tree))
	case errors.Is(err, store.ErrNotFound):
		return req.Refused(categoriesPath, pages.RefusalStale)
	case err != nil:
		return err
	}
	return req.Done(categoriesPath, pages.NoticeCategoryMoved)
}

// deleteCategory deletes a category and moves its products to another one: POST /admin/categories/{id}/delete with move_to.
func (h *handlers) deleteCategory(req *admin.Request, form url.Values) error {
	c, list, err := h.category(req)
	if err != nil {
		return err
	}
	err = h.editor.DeleteCategory(req.Context(), req.Actor(), list, c, form.Get("move_to"))
	switch {
	case errors.Is(err, store.ErrInUse), errors.Is(err, store.ErrTree), errors.Is(err, store.ErrNotFound):
		return req.Refused(categoryAddress(c.ID), pages.RefusalStale)
	case err != nil:
		return err
	}
	return req.Done(categoriesPath, pages.NoticeCategoryDeleted)
}
