package admin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

const productsPath = Home + "/products"

func productPath(id string) string { return productsPath + "/" + id }

// productSubject is what the audit log calls a product.
func productSubject(id string) string { return "product:" + id }

// editing is one product's form while it is worked on.
type editing struct {
	k      productDesk
	form   pages.ProductForm
	stored models.Product // zero for a new one
	view   pages.ProductView
	do     string
	status int
}

// newProduct shows an empty form: GET /admin/products/new.
func (o *Office) newProduct(d *desk) error {
	k, err := o.productDesk(d)
	if err != nil {
		return err
	}
	return o.showForm(d, &editing{k: k, form: k.emptyForm()})
}

// showProduct shows a product's form: GET /admin/products/{id}.
func (o *Office) showProduct(d *desk) error {
	e, err := o.stored(d)
	if err != nil {
		return err
	}
	e.form = e.k.formOf(e.stored)
	return o.showForm(d, e)
}

// createProduct stores a new product, or changes the form's rows: POST /admin/products.
func (o *Office) createProduct(d *desk) error {
	k, err := o.productDesk(d)
	if err != nil {
		return err
	}
	e := &editing{k: k}
	if err := o.readProduct(d, e); err != nil {
		return err
	}
	if !isID(e.form.ID) {
		return visit.ErrBadForm
	}
	e.form.New, e.form.Version = true, "0"
	return o.work(d, e)
}

// saveProduct stores a product, or changes the form's rows: POST /admin/products/{id}.
func (o *Office) saveProduct(d *desk) error {
	e, err := o.stored(d)
	if err != nil {
		return err
	}
	if err := o.readProduct(d, e); err != nil {
		return err
	}
	e.form.ID = e.stored.ID
	for i := range e.form.Variants {
		row := &e.form.Variants[i]
		if v := variantIn(e.stored, row.ID); v.ProductID != "" {
			e.k.stock(row, v)
		}
	}
	return o.work(d, e)
}

// stored reads the product that the address names.
func (o *Office) stored(d *desk) (*editing, error) {
	id, err := d.id()
	if err != nil {
		return nil, err
	}
	k, err := o.productDesk(d)
	if err != nil {
		return nil, err
	}
	p, err := o.site.Store.ProductByID(d.Context(), id)
	return &editing{k: k, stored: p}, missing(err)
}

// readProduct reads the form with the pictures that came along.
func (o *Office) readProduct(d *desk, e *editing) error {
	form, files, err := d.Upload(pictureLimits())
	if err != nil {
		return err
	}
	e.form, e.do = e.k.readForm(form), form.Get("do")
	return o.takePictures(d, e, files)
}

// work does what the button says: it stores the product, or shows the form with its rows changed.
func (o *Office) work(d *desk, e *editing) error {
	if _, over := overwrites(e.do); over || e.do == "save" {
		return o.storeProduct(d, e)
	}
	if !e.k.change(&e.form, e.do) {
		return visit.ErrBadForm
	}
	return o.showForm(d, e)
}

func (o *Office) storeProduct(d *desk, e *editing) error {
	p, ok := e.k.product(&e.form, e.stored)
	p.Version = version(e.form.Version)
	if seen, ok := overwrites(e.do); ok {
		p.Version = seen
	}
	if !ok {
		return o.refuse(d, e, pages.ProblemFields, http.StatusUnprocessableEntity)
	}
	if len(e.view.Uploads) > 0 {
		return o.refuse(d, e, pages.ProblemUpload, http.StatusUnprocessableEntity)
	}
	action, before := "product.change", e.k.facts(e.stored)
	if e.form.New {
		action, before = "product.create", nil
	}
	was, is := changedFacts(before, e.k.facts(p))
	if e.form.New {
		was = nil
	}
	err := o.site.Store.Audited(d.Context(), d.actor(), action, productSubject(p.ID), was, is, func(tx *store.Store) error {
		if err := tx.KeepMedia(d.Context(), sourcesOf(p)...); err != nil {
			return err
		}
		return tx.SaveProduct(d.Context(), p)
	})
	if err != nil {
		return o.notStored(d, e, p, err)
	}
	return d.done(productPath(p.ID), pages.NoticeProductSaved)
}

// notStored says why a product could not be stored, or leads to it where it was stored by the first of two presses.
func (o *Office) notStored(d *desk, e *editing, p models.Product, cause error) error {
	if slug, ok := errors.AsType[*store.SlugTakenError](cause); ok && slug.Slug == p.Slug {
		e.form.Slug.Problem = pages.ProblemSlugTaken
		return o.refuse(d, e, pages.ProblemFields, http.StatusUnprocessableEntity)
	}
	if sku, ok := errors.AsType[*store.SKUTakenError](cause); ok {
		for i := range e.form.Variants {
			if e.form.Variants[i].SKU.Value == sku.SKU {
				e.form.Variants[i].SKU.Problem = pages.ProblemSKUTaken
			}
		}
		return o.refuse(d, e, pages.ProblemFields, http.StatusUnprocessableEntity)
	}
	if used, ok := errors.AsType[*store.VariantInUseError](cause); ok {
		e.form.Variants = append(e.form.Variants, e.k.variantOf(variantIn(e.stored, used.VariantID)))
		e.form = e.k.complete(e.form, chosenCategories(e.form), primaryCategory(e.form))
		e.form.Variants[len(e.form.Variants)-1].Problem = pages.ProblemVariantInUse
		return o.refuse(d, e, pages.ProblemFields, http.StatusUnprocessableEntity)
	}
	if e.form.New && errors.Is(cause, store.ErrConflict) {
		return d.done(productPath(p.ID), pages.NoticeProductSaved)
	}
	if errors.Is(cause, store.ErrConflict) {
		return o.showConflict(d, e, p)
	}
	if errors.Is(cause, store.ErrNotFound) { // a category or a picture that went meanwhile
		return o.refuse(d, e, pages.ProblemStale, http.StatusConflict)
	}
	return cause
}

// showConflict shows what somebody else changed beside what was typed, and leaves the choice.
func (o *Office) showConflict(d *desk, e *editing, p models.Product) error {
	now, err := o.site.Store.ProductByID(d.Context(), p.ID)
	if err != nil {
		return missing(err)
	}
	e.view.Conflict = pages.Conflict{
		Version: now.Version, Changed: moment(d.Printer, now.UpdatedAt), Differences: differences(e.k.facts(now), e.k.facts(p)),
	}
	return o.refuse(d, e, pages.ProblemChanged, http.StatusConflict)
}

func (o *Office) refuse(d *desk, e *editing, problem pages.Problem, status int) error {
	e.view.Problem, e.status = problem, status
	return o.showForm(d, e)
}

func (o *Office) showForm(d *desk, e *editing) error {
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	view := e.view
	view.Form, view.Zone, view.Currency, view.CopyID = e.form, e.k.zone.String(), currency.Code, models.NewID()
	if !e.form.New && !e.stored.Hidden {
		view.Slugs = "/products/" + e.stored.Slug
	}
	view.Page = d.page(pages.SectionProducts)
	if e.form.New {
		view.Page.Path = productsPath + "/new"
	} else {
		view.Page.Path = productPath(e.stored.ID)
	}
	status := http.StatusOK
	if e.status != 0 {
		status = e.status
	}
	if len(view.Uploads) > 0 && status == http.StatusOK {
		status = http.StatusUnprocessableEntity
	}
	return d.Show(status, pages.Product(view))
}

// previewProduct shows what was typed as the shop's page, without storing it: POST /admin/products/preview/form.
func (o *Office) previewProduct(d *desk) error {
	k, err := o.productDesk(d)
	if err != nil {
		return err
	}
	e := &editing{k: k}
	if err := o.readProduct(d, e); err != nil {
		return err
	}
	stored, err := o.site.Store.ProductByID(d.Context(), e.form.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p, _ := e.k.product(&e.form, stored) // what cannot be read is shown as it is: the form itself says what is wrong
	return o.shop.Preview(d.Visit, p)
}

// previewStored shows a product that may be hidden as the shop's page: GET /admin/products/{id}/preview.
func (o *Office) previewStored(d *desk) error {
	e, err := o.stored(d)
	if err != nil {
		return err
	}
	return o.shop.Preview(d.Visit, e.stored)
}

// duplicateProduct makes a hidden copy: POST /admin/products/{id}/duplicate with copy, the copy's id.
func (o *Office) duplicateProduct(d *desk) error {
	e, err := o.stored(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	id := form.Get("copy")
	if !isID(id) {
		return visit.ErrBadForm
	}
	copied := copyOf(e.stored, id, d.Printer.T("admin.product.copy", "Title", e.stored.Title))
	err = o.site.Store.Audited(d.Context(), d.actor(), "product.duplicate", productSubject(id), nil,
		models.Facts{"title": copied.Title, "slug": copied.Slug, "of": e.stored.ID}, func(tx *store.Store) error {
			return tx.SaveProduct(d.Context(), copied)
		})
	if err != nil && !errors.Is(err, store.ErrConflict) { // pressed twice: it is there
		return missing(err)
	}
	return d.done(productPath(id), pages.NoticeProductCopied)
}

// deleteProduct deletes a product that was never ordered: POST /admin/products/{id}/delete.
func (o *Office) deleteProduct(d *desk) error {
	e, err := o.stored(d)
	if err != nil {
		return err
	}
	err = o.site.Store.Audited(d.Context(), d.actor(), "product.delete", productSubject(e.stored.ID), e.k.facts(e.stored), nil,
		func(tx *store.Store) error { return tx.DeleteProduct(d.Context(), e.stored.ID) })
	if errors.Is(err, store.ErrInUse) {
		e.form, e.view.Deleting = e.k.formOf(e.stored), pages.ProblemInUse
		e.status = http.StatusConflict
		return o.showForm(d, e)
	}
	if err != nil {
		return missing(err)
	}
	return d.done(productsPath, pages.NoticeProductDeleted)
}

// bulk changes several products: POST /admin/products/bulk/change with id …, do, next.
func (o *Office) bulkProducts(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	chosen, problem := ids(form)
	change := bulkChange(form.Get("do"))
	if change == nil && problem == pages.ProblemNone {
		problem = pages.ProblemBulk
	}
	if problem != pages.ProblemNone {
		d.note(pages.NoticeProblem, string(problem))
		return d.SeeOther(productsNext(form))
	}
	return o.changeProducts(d, chosen, form, change)
}

func productsNext(form url.Values) string {
	if next := ownPage(form.Get("next")); next != Home {
		return next
	}
	return productsPath
}
