package catalogue

import (
	"errors"
	"maps"
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

const productsPath = admin.Home + "/products"

func productPath(id string) string { return productsPath + "/" + id }

// editing is one product's form during a request.
type editing struct {
	k      formContext
	form   pages.ProductForm
	stored models.Product // zero for a new one
	view   pages.ProductView
	do     string
	values url.Values // what was typed, with the names of the pictures that were uploaded
	status int
}

// newProduct shows an empty form: GET /admin/products/new.
func (h *handlers) newProduct(req *admin.Request) error {
	k, err := h.formContext(req)
	if err != nil {
		return err
	}
	return h.showForm(req, &editing{k: k, form: k.emptyForm()})
}

// showProduct shows a product's form: GET /admin/products/{id}.
func (h *handlers) showProduct(req *admin.Request) error {
	e, err := h.storedProduct(req)
	if err != nil {
		return err
	}
	e.form = e.k.filledForm(e.stored)
	return h.showForm(req, e)
}

// createProduct stores a new product, or changes the form's rows: POST /admin/products.
func (h *handlers) createProduct(req *admin.Request) error {
	k, err := h.formContext(req)
	if err != nil {
		return err
	}
	e := &editing{k: k}
	if err := h.readProduct(req, e); err != nil {
		return err
	}
	if !admin.IsID(e.form.ID) {
		return visit.ErrBadForm
	}
	e.form.New, e.form.Version = true, "0"
	return h.carryOut(req, e)
}

// saveProduct stores a product, or changes the form's rows: POST /admin/products/{id}.
func (h *handlers) saveProduct(req *admin.Request) error {
	e, err := h.storedProduct(req)
	if err != nil {
		return err
	}
	if err := h.readProduct(req, e); err != nil {
		return err
	}
	e.form.ID = e.stored.ID
	for i := range e.form.Variants {
		row := &e.form.Variants[i]
		if v := variantIn(e.stored, row.ID); v.ProductID != "" {
			e.k.stock(row, v)
		}
	}
	return h.carryOut(req, e)
}

// storedProduct returns the product that the address names.
func (h *handlers) storedProduct(req *admin.Request) (*editing, error) {
	k, err := h.formContext(req)
	if err != nil {
		return nil, err
	}
	p, err := h.site.Store.ProductByID(req.Context(), req.ID())
	return &editing{k: k, stored: p}, admin.NoPage(err)
}

// readProduct reads the form with the uploaded pictures.
func (h *handlers) readProduct(req *admin.Request, e *editing) error {
	form, files, err := req.Upload(pictureLimits())
	if err != nil {
		return err
	}
	e.form, e.do, e.values = e.k.readForm(form), form.Get("do"), maps.Clone(form)
	if err := h.takePictures(req, e, files); err != nil {
		return err
	}
	for i := len(form["picture"]); i < len(e.form.Pictures); i++ {
		name := "u" + strconv.Itoa(i)
		e.values["picture"] = append(slices.Clone(e.values["picture"]), name)
		e.values.Set("p."+name+".source", e.form.Pictures[i].Source)
	}
	return nil
}

// carryOut carries out what the button says: it stores the product, or shows the form with its rows changed.
func (h *handlers) carryOut(req *admin.Request, e *editing) error {
	if _, over := overwrittenVersion(e.do); over || e.do == "save" {
		return h.storeProduct(req, e)
	}
	if !e.k.changeRows(&e.form, e.do) {
		return visit.ErrBadForm
	}
	return h.showForm(req, e)
}

func (h *handlers) storeProduct(req *admin.Request, e *editing) error {
	p, ok := e.k.product(&e.form, e.stored)
	p.Version = admin.Version(e.form.Version)
	if seen, ok := overwrittenVersion(e.do); ok {
		p.Version = seen
	}
	if !ok {
		return h.showRefused(req, e, pages.RefusalFields, http.StatusUnprocessableEntity)
	}
	if len(e.view.Uploads) > 0 {
		return h.showRefused(req, e, pages.RefusalUpload, http.StatusUnprocessableEntity)
	}
	if models.SetsPrice(e.stored, p) {
		if admitted, err := req.NeedFresh(e.values); err != nil || !admitted {
			return err
		}
	}
	err := h.editor.SaveProduct(req.Context(), req.Actor(), e.k.categories, e.stored, p, e.values.Get(admin.ConfirmedField))
	if jump, jumps := errors.AsType[*catalogue.PriceJumpError](err); jumps {
		return h.confirmPrices(req, e, p, jump.Moves)
	}
	if err != nil {
		return h.notStored(req, e, p, err)
	}
	return req.Done(productPath(p.ID), pages.NoticeProductSaved)
}

// notStored shows why a product could not be stored. If the form's first submission stored it, it redirects to the product.
func (h *handlers) notStored(req *admin.Request, e *editing, p models.Product, cause error) error {
	if slug, ok := errors.AsType[*store.SlugTakenError](cause); ok && slug.Slug == p.Slug {
		e.form.Slug.Problem = invalid.Taken
		return h.showRefused(req, e, pages.RefusalFields, http.StatusUnprocessableEntity)
	}
	if sku, ok := errors.AsType[*store.SKUTakenError](cause); ok {
		for i := range e.form.Variants {
			if e.form.Variants[i].SKU.Value == sku.SKU {
				e.form.Variants[i].SKU.Problem = invalid.Taken
			}
		}
		return h.showRefused(req, e, pages.RefusalFields, http.StatusUnprocessableEntity)
	}
	if used, ok := errors.AsType[*store.VariantInUseError](cause); ok {
		e.form.Variants = append(e.form.Variants, e.k.variantOf(variantIn(e.stored, used.VariantID)))
		e.form = e.k.withDerived(e.form, chosenCategories(e.form), primaryCategory(e.form))
		e.form.Variants[len(e.form.Variants)-1].Problem = invalid.InUse
		return h.showRefused(req, e, pages.RefusalFields, http.StatusUnprocessableEntity)
	}
	if e.form.New && errors.Is(cause, store.ErrConflict) {
		return req.Done(productPath(p.ID), pages.NoticeProductSaved)
	}
	if errors.Is(cause, store.ErrConflict) {
		return h.showConflict(req, e, p)
	}
	if errors.Is(cause, store.ErrNotFound) { // a category or a picture that went meanwhile
		return h.showRefused(req, e, pages.RefusalStale, http.StatusConflict)
	}
	return cause
}

// showConflict shows what somebody else changed beside what was typed, with a button for each.
func (h *handlers) showConflict(req *admin.Request, e *editing, p models.Product) error {
	now, err := h.site.Store.ProductByID(req.Context(), p.ID)
	if err != nil {
		return admin.NoPage(err)
	}
	e.view.Conflict = pages.Conflict{
		Version: now.Version, Changed: admin.Moment(req.Printer, now.UpdatedAt), Differences: differences(catalogue.ProductFacts(now, e.k.categories), catalogue.ProductFacts(p, e.k.categories)),
	}
	return h.showRefused(req, e, pages.RefusalChanged, http.StatusConflict)
}

func (h *handlers) showRefused(req *admin.Request, e *editing, refusal pages.Refusal, status int) error {
	e.view.Refusal, e.status = refusal, status
	return h.showForm(req, e)
}

func (h *handlers) showForm(req *admin.Request, e *editing) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := e.view
	view.Form, view.Zone, view.Currency, view.CopyID = e.form, e.k.zone.String(), currency.Code, models.NewID()
	if !e.form.New && !e.stored.Hidden {
		view.Slugs = "/products/" + e.stored.Slug
	}
	view.Page = req.Page(pages.SectionProducts)
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
	return req.Show(status, pages.Product(view))
}

// previewProduct shows what was typed as the shop's page, without storing it: POST /admin/products/preview/form.
func (h *handlers) previewProduct(req *admin.Request) error {
	k, err := h.formContext(req)
	if err != nil {
		return err
	}
	e := &editing{k: k}
	if err := h.readProduct(req, e); err != nil {
		return err
	}
	stored, err := h.site.Store.ProductByID(req.Context(), e.form.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p, _ := e.k.product(&e.form, stored) // what cannot be read is shown as it is: the form itself says what is wrong
	return h.shop.Preview(req.Visit, p)
}

// previewStored shows a product that may be hidden as the shop's page: GET /admin/products/{id}/preview.
func (h *handlers) previewStored(req *admin.Request) error {
	e, err := h.storedProduct(req)
	if err != nil {
		return err
	}
	return h.shop.Preview(req.Visit, e.stored)
}

// duplicateProduct makes a hidden copy: POST /admin/products/{id}/duplicate with copy, the copy's id.
func (h *handlers) duplicateProduct(req *admin.Request, form url.Values) error {
	e, err := h.storedProduct(req)
	if err != nil {
		return err
	}
	id := form.Get("copy")
	if !admin.IsID(id) {
		return visit.ErrBadForm
	}
	title := req.Printer.T("admin.product.copy", "Title", e.stored.Title)
	err = h.editor.DuplicateProduct(req.Context(), req.Actor(), e.stored, id, title)
	if err != nil && !errors.Is(err, store.ErrConflict) { // pressed twice: it is there
		return admin.NoPage(err)
	}
	return req.Done(productPath(id), pages.NoticeProductCopied)
}

// deleteProduct deletes a product that was never ordered: POST /admin/products/{id}/delete.
func (h *handlers) deleteProduct(req *admin.Request) error {
	e, err := h.storedProduct(req)
	if err != nil {
		return err
	}
	err = h.editor.DeleteProduct(req.Context(), req.Actor(), e.k.categories, e.stored)
	if errors.Is(err, store.ErrInUse) {
		e.form, e.view.Deleting = e.k.filledForm(e.stored), pages.RefusalInUse
		e.status = http.StatusConflict
		return h.showForm(req, e)
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(productsPath, pages.NoticeProductDeleted)
}

// bulkProducts changes several products: POST /admin/products/bulk/change with id …, do, next.
func (h *handlers) bulkProducts(req *admin.Request, form url.Values) error {
	chosen, refusal := admin.ChosenIDs(form)
	change := catalogue.ProductChange(form.Get("do"))
	if !change.Known() && refusal == "" {
		refusal = pages.RefusalBulk
	}
	if refusal != "" {
		return req.Refused(productsNext(form), refusal)
	}
	changed, err := h.editor.ChangeProducts(req.Context(), req.Actor(), chosen, change)
	if err != nil {
		return admin.NoPage(err)
	}
	return req.DoneCount(productsNext(form), pages.NoticeProductsChanged, changed)
}

// moveProduct changes the shopkeeper's order: POST /admin/products/{id}/move with category, before, next.
func (h *handlers) moveProduct(req *admin.Request, form url.Values) error {
	id := req.ID()
	err := h.editor.MoveProduct(req.Context(), req.Actor(), id, form.Get("category"), form.Get("before"))
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(productsNext(form), pages.NoticeProductMoved)
}

func productsNext(form url.Values) string {
	if next := admin.OwnPage(form.Get("next")); next != admin.Home {
		return next
	}
	return productsPath
}
