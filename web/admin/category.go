package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

const categoriesPath = Home + "/categories"

func categoryAddress(id string) string { return categoriesPath + "/" + id }

func categorySubject(id string) string { return "category:" + id }

// showCategories shows the tree: GET /admin/categories.
func (o *Office) showCategories(d *desk) error {
	list, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	counts, err := o.site.Store.CategoryCounts(d.Context())
	if err != nil {
		return err
	}
	return d.Show(http.StatusOK, pages.Categories(pages.CategoriesView{Page: d.page(pages.SectionCategories), Rows: categoryRows(namedIn(d.Printer, list), counts)}))
}

// newCategory shows an empty form: GET /admin/categories/new?parent=.
func (o *Office) newCategory(d *desk) error {
	view := pages.CategoryView{ID: models.NewID(), New: true, Version: "0"}
	return o.showCategoryForm(d, view, d.Query("parent"), http.StatusOK)
}

// showCategory shows a category's form: GET /admin/categories/{id}.
func (o *Office) showCategory(d *desk) error {
	c, _, err := o.category(d)
	if err != nil {
		return err
	}
	view := pages.CategoryView{
		ID: c.ID, Version: strconv.Itoa(c.Version), Name: typed(c.Name), Slug: typed(c.Slug), Summary: typed(c.Summary), Hidden: c.Hidden, Picture: c.Picture,
	}
	langs, err := o.otherLangs(d)
	if err != nil {
		return err
	}
	for _, l := range langs {
		view.Texts = append(view.Texts, pages.CategoryTexts{
			Lang: l.Tag, Language: l.Name, Name: typed(c.Texts.In(l.Tag, "name", "")), Summary: typed(c.Texts.In(l.Tag, "summary", "")),
		})
	}
	return o.showCategoryForm(d, view, c.ParentID, http.StatusOK)
}

// category reads the category that the address names, with all others.
func (o *Office) category(d *desk) (models.Category, []models.Category, error) {
	id, err := d.id()
	if err != nil {
		return models.Category{}, nil, err
	}
	list, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return models.Category{}, nil, err
	}
	i := slices.IndexFunc(list, func(c models.Category) bool { return c.ID == id })
	if i < 0 {
		return models.Category{}, nil, visit.ErrNoPage
	}
	return list[i], list, nil
}

func (o *Office) showCategoryForm(d *desk, view pages.CategoryView, parent string, status int) error {
	list, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	if len(view.Texts) == 0 {
		langs, err := o.otherLangs(d)
		if err != nil {
			return err
		}
		for _, l := range langs {
			view.Texts = append(view.Texts, pages.CategoryTexts{Lang: l.Tag, Language: l.Name})
		}
	}
	list = namedIn(d.Printer, list)
	below := models.Descendants(list, view.ID)
	above := slices.DeleteFunc(slices.Clone(list), func(c models.Category) bool { return slices.Contains(below, c.ID) })
	view.Parents = categoryOptions(above, parent, true)
	if !view.New {
		counts, err := o.site.Store.CategoryCounts(d.Context())
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(slices.Clone(list), func(c models.Category) bool { return c.ID == view.ID })
		view.Others, view.Products, view.Children = categoryOptions(others, "", false), counts[view.ID], len(below)-1
	}
	view.Page = d.page(pages.SectionCategories)
	view.Page.Path = categoriesPath + "/new"
	if !view.New {
		view.Page.Path = categoryAddress(view.ID)
	}
	return d.Show(status, pages.Category(view))
}

// createCategory stores a new category: POST /admin/categories.
func (o *Office) createCategory(d *desk) error {
	form, files, err := d.Upload(pictureLimits())
	if err != nil {
		return err
	}
	id := form.Get("id")
	if !isID(id) {
		return visit.ErrBadForm
	}
	list, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	return o.storeCategory(d, models.Category{ID: id}, list, form, files)
}

// saveCategory stores a category: POST /admin/categories/{id}.
func (o *Office) saveCategory(d *desk) error {
	c, list, err := o.category(d)
	if err != nil {
		return err
	}
	form, files, err := d.Upload(pictureLimits())
	if err != nil {
		return err
	}
	return o.storeCategory(d, c, list, form, files)
}

// couponCodes names coupons that change with their category.
func couponCodes(list []models.Coupon) string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	return strings.Join(codes, ", ")
}

func (o *Office) storeCategory(d *desk, stored models.Category, list []models.Category, form url.Values, files []visit.File) error {
	isNew := stored.Version == 0
	view, c, err := o.readCategory(d, stored, form, files)
	if err != nil {
		return err
	}
	if categoryBad(view) {
		view.Problem = pages.ProblemFields
		return o.showCategoryForm(d, view, c.ParentID, http.StatusUnprocessableEntity)
	}
	action, before := "category.change", categoryFacts(list, stored)
	if isNew {
		action, before = "category.create", nil
	}
	was, is := changedFacts(before, categoryFacts(list, c))
	err = o.site.Store.Audited(d.Context(), d.actor(), action, categorySubject(c.ID), was, is, func(tx *store.Store) error {
		if err := tx.KeepMedia(d.Context(), c.Picture); err != nil {
			return err
		}
		return tx.SaveCategory(d.Context(), c)
	})
	if errors.Is(err, store.ErrConflict) && isNew {
		err = nil // the first of two presses stored it
	}
	if err == nil {
		return d.done(categoriesPath, pages.NoticeCategorySaved)
	}
	return o.categoryNotStored(d, view, c, err)
}

func (o *Office) categoryNotStored(d *desk, view pages.CategoryView, c models.Category, cause error) error {
	status := http.StatusUnprocessableEntity
	view.Problem = pages.ProblemFields
	switch {
	case errors.Is(cause, store.ErrDuplicate):
		view.Slug.Problem = pages.ProblemSlugTaken
	case errors.Is(cause, store.ErrTree):
		view.Parent = pages.ProblemTree
	case errors.Is(cause, store.ErrConflict):
		return o.showCategoryConflict(d, view, c)
	case errors.Is(cause, store.ErrNotFound):
		view.Parent = pages.ProblemParent
	default:
		return cause
	}
	return o.showCategoryForm(d, view, c.ParentID, status)
}

// showCategoryConflict shows what somebody else changed beside what was typed, and leaves the choice.
func (o *Office) showCategoryConflict(d *desk, view pages.CategoryView, c models.Category) error {
	now, list, err := o.category(d)
	if err != nil {
		return err
	}
	view.Problem = pages.ProblemChanged
	view.Conflict = pages.Conflict{
		Version: now.Version, Changed: moment(d.Printer, now.UpdatedAt), Differences: differences(categoryFacts(list, now), categoryFacts(list, c)),
	}
	return o.showCategoryForm(d, view, c.ParentID, http.StatusConflict)
}

// moveCategory puts a category elsewhere: POST /admin/categories/{id}/move with parent, before.
func (o *Office) moveCategory(d *desk) error {
	c, list, err := o.category(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	parent, before := form.Get("parent"), form.Get("before")
	err = o.site.Store.Audited(d.Context(), d.actor(), "category.move", categorySubject(c.ID),
		models.Facts{"parent": categoryPath(list, c.ParentID)}, models.Facts{"parent": categoryPath(list, parent), "before": categoryPath(list, before)},
		func(tx *store.Store) error { return tx.MoveCategory(d.Context(), c.ID, parent, before) })
	switch {
	case errors.Is(err, store.ErrTree):
		d.note(pages.NoticeProblem, string(pages.ProblemTree))
		return d.SeeOther(categoriesPath)
	case errors.Is(err, store.ErrNotFound):
		d.note(pages.NoticeProblem, string(pages.ProblemStale))
		return d.SeeOther(categoriesPath)
	case err != nil:
		return err
	}
	return d.done(categoriesPath, pages.NoticeCategoryMoved)
}

// deleteCategory deletes a category, its products going to another one: POST /admin/categories/{id}/delete with move_to.
func (o *Office) deleteCategory(d *desk) error {
	c, list, err := o.category(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	coupons, err := o.site.Store.CouponsFor(d.Context(), c.ID)
	if err != nil {
		return err
	}
	to := form.Get("move_to")
	after := models.Facts{"products_to": categoryPath(list, to)}
	if len(coupons) > 0 {
		after["coupons"] = couponCodes(coupons)
	}
	err = o.site.Store.Audited(d.Context(), d.actor(), "category.delete", categorySubject(c.ID), categoryFacts(list, c),
		after, func(tx *store.Store) error { return tx.DeleteCategory(d.Context(), c.ID, to) })
	switch {
	case errors.Is(err, store.ErrInUse), errors.Is(err, store.ErrTree), errors.Is(err, store.ErrNotFound):
		d.note(pages.NoticeProblem, string(pages.ProblemStale))
		return d.SeeOther(categoryAddress(c.ID))
	case err != nil:
		return err
	}
	return d.done(categoriesPath, pages.NoticeCategoryDeleted)
}
