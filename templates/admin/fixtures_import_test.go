package admin_test

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates/admin"
)

const importID = "01900000-0000-7000-8000-0000000000f1"

func (f fixtures) imports() admin.ImportsView {
	return admin.ImportsView{
		Page: f.keeper(), FormToken: models.NewRef(), ExportToken: models.NewRef(), FileProblem: "large", KeepStock: true,
		Categories: []admin.Choice{{Selected: true}, {Value: "c1", Label: "Home > Cups"}}, Visibility: []admin.Choice{{Selected: true}, {Value: "published"}, {Value: "hidden"}},
		Rows: []admin.ImportRow{
			{ID: importID, Name: "wc-product-export-22-11-2026-1795384120112.csv", Size: "3.2 MB", State: "importing", Who: "owner@shop.example", Created: f.at(0), New: 5620, Changed: 12},
			{ID: importID, Name: "spring.csv", Size: "120.4 kB", State: "problems", Who: "command line", Created: f.at(1), New: 40, Faults: 25},
			{ID: importID, Name: "products.csv", Size: "88 B", State: "done", Who: "owner@shop.example", Created: f.at(2), Changed: 1},
		},
	}
}

func (f fixtures) importWith(state string) admin.ImportView {
	v := admin.ImportView{
		Page: f.keeper(), ID: importID, FormToken: models.NewRef(), Name: "wc-product-export-22-11-2026-1795384120112.csv", Size: "3.2 MB",
		Who: "owner@shop.example", Created: f.at(1), State: state, TaskID: importID, Percent: -1, Checked: true, Dialect: "woocommerce", Delimiter: "comma",
		Options: []string{"keep_stock"}, NewPaths: []string{"Home", "Cups"},
		Tiles: []admin.ImportTile{
			{Name: "rows", Text: "10,000"},
			{Name: "new", Text: "5,620", Tone: "good"},
			{Name: "changed", Text: "12", Tone: "good"},
			{Name: "unchanged", Text: "0"},
			{Name: "skipped", Text: "3", Tone: "warn"},
			{Name: "faults", Text: "25", Tone: "bad"},
			{Name: "notes", Text: "4", Tone: "warn"},
			{Name: "pictures", Text: "800"},
		},
		Columns: []admin.ImportColumnRow{{Header: "SKU", Used: true, Filled: 10000}, {Header: "Meta: _wp_page_template", Filled: 12}, {Header: "Cross-sells"}},
		Levels:  []admin.Choice{{Selected: true}, {Value: "error"}, {Value: "skipped"}, {Value: "note"}}, ProblemsURL: "/admin/imports/" + importID + "/file",
	}
	return v
}

func (f fixtures) importProblems() admin.ImportView {
	v := f.importWith("problems")
	v.MayCheck, v.ProblemCount = true, 29
	v.Next = "/admin/imports/" + importID + "?after=100"
	const address = "http://pictures.example/a/very/long/address/of/a/picture/that/nobody/can/break.jpg"
	v.Problems = []admin.ImportProblemRow{
		{Line: 0, Level: "error", Text: f.p.N("import.problem.too_many_cols", 3000, "Most", "2,000")},
		{Line: 386, Column: "Regular price", SKU: "SKU-000384", Level: "error", Text: f.p.T("import.problem.price", "Value", "1,234.50")},
		{Line: 771, Column: "Type", SKU: "A-VERY-LONG-SKU-THAT-GOES-ON-AND-ON-AND-ON-AND-ON-AND-ON", Level: "skipped", Text: f.p.T("import.problem.grouped")},
		{Line: 9990, Column: "Images", SKU: "SKU-9", Level: "note", Text: f.p.T("import.problem.picture_scheme", "Value", address)},
	}
	return v
}

func (f fixtures) importReady() admin.ImportView {
	v := f.importWith("ready")
	v.MayStart, v.MayCheck = true, true
	return v
}

func (f fixtures) importRunning() admin.ImportView {
	v := f.importWith("importing")
	v.Running, v.Done, v.Total, v.Percent = true, 2400, 5632, 42
	return v
}

func (f fixtures) importDone() admin.ImportView {
	v := f.importWith("done")
	v.Applied = f.at(0)
	v.Pictures = &admin.ImportPicturesView{
		State: "done", TaskID: importID, Done: 797, Failed: 3, More: true,
		Rows: []admin.ImportPictureRow{{
			Line: 12, SKU: "SKU-12", ProductID: importID,
			Texts: []string{f.p.T("admin.remark.picture_status", "Address", "https://pictures.example/gone.jpg", "Status", "404")},
		}},
	}
	return v
}

func (f fixtures) importFailed() admin.ImportView {
	v := f.importWith("failed")
	v.Failure, v.MayCheck, v.MayStart = f.p.T("admin.remark.import_changed"), true, true
	v.Gone, v.ProblemCount = true, 3
	return v
}

// importSheets are the pages of files of products.
func (f fixtures) importSheets() []sheet {
	return []sheet{
		{"imports", admin.Imports(f.imports())},
		{"imports-empty", admin.Imports(admin.ImportsView{Page: f.keeper(), FormToken: models.NewRef(), ExportToken: models.NewRef()})},
		{"imports-viewer", admin.Imports(admin.ImportsView{Page: f.page(admin.SectionProducts)})},
		{"import-problems", admin.Import(f.importProblems())},
		{"import-ready", admin.Import(f.importReady())},
		{"import-running", admin.Import(f.importRunning())},
		{"import-done", admin.Import(f.importDone())},
		{"import-failed", admin.Import(f.importFailed())},
	}
}

// keeper is the page of somebody who may change the catalogue.
func (f fixtures) keeper() admin.Page {
	p := f.page(admin.SectionProducts)
	p.May.Catalogue = true
	return p
}
