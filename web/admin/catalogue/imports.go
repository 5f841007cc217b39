package catalogue

import (
	"errors"
	"io"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const (
	importsShown   = 30
	problemsShown  = 100
	failuresShown  = 100
	longestImports = 255 // characters of a file's name
)

// showImports shows the list of files and the forms: GET /admin/imports.
func (h *handlers) showImports(req *admin.Request) error {
	return h.importsPage(req, func(*pages.ImportsView) {})
}

func (h *handlers) importsPage(req *admin.Request, edit func(*pages.ImportsView)) error {
	list, err := h.site.Store.Imports(req.Context(), importsShown)
	if err != nil {
		return err
	}
	states, err := h.importTasks(req, list...)
	if err != nil {
		return err
	}
	categories, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	view := pages.ImportsView{
		FormToken: models.NewRef(), ExportToken: models.NewRef(), Categories: categoryPaths(admin.NamedIn(req.Printer, categories)),
		Visibility: admin.Choices([]string{"published", "hidden"}, "", true),
	}
	for i := range list {
		view.Rows = append(view.Rows, importRow(req.Printer, &list[i], states))
	}
	edit(&view)
	view.Page = req.PageAt(pages.SectionProducts, admin.ImportsPath)
	return req.Answer(importsRefusal(view), pages.Imports(view))
}

// importsRefusal returns the refusal that decides the status: a refused file is a refusal of the page.
func importsRefusal(v pages.ImportsView) pages.Refusal {
	if v.Refusal == "" && v.FileProblem != "" {
		return pages.RefusalFields
	}
	return v.Refusal
}

// receiveImport stores a file of products and begins to check it: POST /admin/imports with form_token, decimal_comma, keep_stock,
// no_pictures and file, which comes last.
func (h *handlers) receiveImport(req *admin.Request) error {
	id := ""
	var options models.ImportOptions
	form, err := req.Stream(catalogue.MaxImportBytes, func(form url.Values, name string, file io.Reader) error {
		token, err := admin.FormToken(form)
		if err != nil {
			return err
		}
		options = importOptions(form)
		id, err = h.transfers.ReceiveImport(req.Context(), admin.ClipTo(name, longestImports), file, options, token, req.Actor())
		return err
	})
	switch {
	case errors.Is(err, catalogue.ErrImportLarge), errors.Is(err, visit.ErrTooLarge):
		return h.importRefused(req, options, "large")
	case errors.Is(err, catalogue.ErrImportEmpty):
		return h.importRefused(req, options, "empty")
	case err != nil:
		return err
	case id == "":
		return h.importRefused(req, importOptions(form), "missing")
	}
	return req.SeeOther(admin.ImportPath(id))
}

func (h *handlers) importRefused(req *admin.Request, options models.ImportOptions, problem string) error {
	return h.importsPage(req, func(v *pages.ImportsView) {
		v.FileProblem, v.DecimalComma, v.KeepStock, v.NoPictures = problem, options.DecimalComma, options.KeepStock, options.NoPictures
	})
}

func importOptions(form url.Values) models.ImportOptions {
	return models.ImportOptions{
		DecimalComma: form.Get("decimal_comma") == "1", KeepStock: form.Get("keep_stock") == "1", NoPictures: form.Get("no_pictures") == "1",
	}
}

// importTask returns a handler that begins a task of the import that the address names, and redirects to its page: POST
// /admin/imports/{id}/check, pictures with form_token.
func (h *handlers) importTask(begin importStarter) admin.OnceHandler {
	return func(req *admin.Request, _ url.Values, token string) error {
		_, err := begin(req.Context(), req.ID(), token, req.Actor())
		if errors.Is(err, catalogue.ErrImportState) {
			return h.importPage(req, req.ID(), pages.RefusalStale)
		}
		if err != nil {
			return admin.NoPage(err)
		}
		return req.SeeOther(admin.ImportPath(req.ID()))
	}
}

// startImport begins to import a file that was checked: POST /admin/imports/{id}/start with form_token, and with confirmed, the digest of the
// changes of prices that the page lists, if there are any.
func (h *handlers) startImport(req *admin.Request, form url.Values, token string) error {
	_, err := h.transfers.StartImport(req.Context(), req.ID(), token, form.Get(admin.ConfirmedField), req.Actor())
	switch {
	case errors.Is(err, catalogue.ErrImportPrices):
		return h.importPage(req, req.ID(), pages.RefusalConfirm)
	case errors.Is(err, catalogue.ErrImportState):
		return h.importPage(req, req.ID(), pages.RefusalStale)
	case err != nil:
		return admin.NoPage(err)
	}
	return req.SeeOther(admin.ImportPath(req.ID()))
}

// stopImport stops the running task of an import: POST /admin/imports/{id}/stop with task.
func (h *handlers) stopImport(req *admin.Request, form url.Values) error {
	id := req.ID()
	i, err := h.site.Store.Import(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	task := form.Get("task")
	if task == "" || (task != i.CheckTask && task != i.ApplyTask && task != i.PictureTask) {
		return visit.ErrNoPage
	}
	err = h.jobs.Stop(req.Context(), task, req.Actor())
	if err != nil && !errors.Is(err, store.ErrConflict) { // it has ended by itself, which the page shows
		return err
	}
	return req.SeeOther(admin.ImportPath(id))
}

// exportProducts begins to write a file of products: POST /admin/imports/export/start with form_token, category, visibility and tag.
func (h *handlers) exportProducts(req *admin.Request, form url.Values, token string) error {
	x := store.ProductExport{CategoryID: form.Get("category"), Visibility: form.Get("visibility"), Tag: form.Get("tag")}
	if x.CategoryID != "" && !admin.IsID(x.CategoryID) {
		return admin.ErrFilter
	}
	task, err := h.transfers.StartProductExport(req.Context(), x, token, req.Actor())
	if errors.Is(err, jobs.ErrTask) {
		return admin.ErrFilter
	}
	return req.ToTask(task, err)
}
