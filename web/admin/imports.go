package admin

import (
	"errors"
	"io"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

const (
	importsPath    = Home + "/imports"
	importsShown   = 30
	problemsShown  = 100
	failuresShown  = 100
	longestImports = 255 // characters of a file's name
)

func importPath(id string) string { return importsPath + "/" + id }

// showImports is the list of files and the forms: GET /admin/imports.
func (o *Office) showImports(d *desk) error {
	return o.importsPage(d, func(*pages.ImportsView) {})
}

func (o *Office) importsPage(d *desk, edit func(*pages.ImportsView)) error {
	list, err := o.site.Store.Imports(d.Context(), importsShown)
	if err != nil {
		return err
	}
	states, err := o.importTasks(d, list...)
	if err != nil {
		return err
	}
	categories, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	view := pages.ImportsView{
		FormToken: models.NewRef(), ExportToken: models.NewRef(), Categories: categoryPaths(namedIn(d.Printer, categories)),
		Visibility: choices([]string{"published", "hidden"}, "", true),
	}
	for i := range list {
		view.Rows = append(view.Rows, importRow(d.Printer, &list[i], states))
	}
	edit(&view)
	view.Page = d.page(pages.SectionProducts)
	view.Page.Path = importsPath
	return d.show(importsProblem(view), pages.Imports(view))
}

// importsProblem is what decides the status: a file that was refused is a problem of the page.
func importsProblem(v pages.ImportsView) pages.Problem {
	if v.Problem == pages.ProblemNone && v.FileProblem != "" {
		return pages.ProblemChoice
	}
	return v.Problem
}

// receiveImport takes a file of products and begins to check it: POST /admin/imports with form_token, decimal_comma, keep_stock, no_pictures
// and file, which comes last.
func (o *Office) receiveImport(d *desk) error {
	id := ""
	var options models.ImportOptions
	form, err := d.Stream(catalogue.MaxImportBytes, func(form url.Values, name string, file io.Reader) error {
		token, err := formToken(form)
		if err != nil {
			return err
		}
		options = importOptions(form)
		id, err = o.transfers.ReceiveImport(d.Context(), cutName(name), file, options, token, d.actor())
		return err
	})
	switch {
	case errors.Is(err, catalogue.ErrImportLarge), errors.Is(err, visit.ErrTooLarge):
		return o.importRefused(d, options, "large")
	case errors.Is(err, catalogue.ErrImportEmpty):
		return o.importRefused(d, options, "empty")
	case err != nil:
		return err
	case id == "":
		return o.importRefused(d, importOptions(form), "missing")
	}
	return d.SeeOther(importPath(id))
}

func (o *Office) importRefused(d *desk, options models.ImportOptions, problem string) error {
	return o.importsPage(d, func(v *pages.ImportsView) {
		v.FileProblem, v.DecimalComma, v.KeepStock, v.NoPictures = problem, options.DecimalComma, options.KeepStock, options.NoPictures
	})
}

func importOptions(form url.Values) models.ImportOptions {
	return models.ImportOptions{
		DecimalComma: form.Get("decimal_comma") == "1", KeepStock: form.Get("keep_stock") == "1", NoPictures: form.Get("no_pictures") == "1",
	}
}

func cutName(name string) string {
	if runes := []rune(name); len(runes) > longestImports {
		return string(runes[:longestImports])
	}
	return name
}

// checkImport checks a file again: POST /admin/imports/{id}/check with form_token.
func (o *Office) checkImport(d *desk) error { return o.importTask(d, o.transfers.CheckImport) }

// startImport begins to import a file that was checked: POST /admin/imports/{id}/start with form_token.
func (o *Office) startImport(d *desk) error { return o.importTask(d, o.transfers.StartImport) }

// fetchPictures tries to fetch the pictures that could not be had: POST /admin/imports/{id}/pictures with form_token.
func (o *Office) fetchPictures(d *desk) error {
	return o.importTask(d, o.transfers.FetchImportPictures)
}

// importTask begins a task of the import that the address names, and leads back to its page.
func (o *Office) importTask(d *desk, begin importStarter) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	_, err = begin(d.Context(), id, token, d.actor())
	if errors.Is(err, catalogue.ErrImportState) {
		return o.importPage(d, id, pages.ProblemStale)
	}
	if err != nil {
		return missing(err)
	}
	return d.SeeOther(importPath(id))
}

// stopImport ends the task that is at work on an import: POST /admin/imports/{id}/stop with task.
func (o *Office) stopImport(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	i, err := o.site.Store.Import(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	task := form.Get("task")
	if task == "" || (task != i.CheckTask && task != i.ApplyTask && task != i.PictureTask) {
		return visit.ErrNoPage
	}
	err = o.jobs.Stop(d.Context(), task, d.actor())
	if err != nil && !errors.Is(err, store.ErrConflict) { // it has ended by itself, which the page shows
		return err
	}
	return d.SeeOther(importPath(id))
}

// exportProducts begins to write a file of products: POST /admin/imports/export/start with form_token, category, visibility and tag.
func (o *Office) exportProducts(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	x := store.ProductExport{CategoryID: form.Get("category"), Visibility: form.Get("visibility"), Tag: form.Get("tag")}
	if x.CategoryID != "" && !isID(x.CategoryID) {
		return ErrFilter
	}
	task, err := o.transfers.StartProductExport(d.Context(), x, token, d.actor())
	if errors.Is(err, jobs.ErrTask) {
		return ErrFilter
	}
	if err != nil {
		return err
	}
	return d.SeeOther(taskPath(task.ID))
}
