package web_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// uploadProducts sends the form of an import, its file behind the other fields.
func (c *clerk) uploadProducts(name, file string, fields ...string) page {
	c.s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(c.s.t, w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile("file", name)
	require.NoError(c.s.t, err)
	_, err = part.Write([]byte(file))
	require.NoError(c.s.t, err)
	require.NoError(c.s.t, w.Close())
	return c.do(http.MethodPost, "/admin/imports", &body, http.Header{"Content-Type": {w.FormDataContentType()}, "Sec-Fetch-Site": {"same-origin"}})
}

func TestImport_IsCheckedImportedAndExportedOnItsPages(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c, viewer := s.trusted(models.RoleOperator), s.staffed(models.RoleViewer)
		shown := c.get("/admin/imports").is(http.StatusOK)
		checkStaffPage(t, "/admin/imports", shown)
		viewer.get("/admin/imports").is(http.StatusOK).lacks(`action="/admin/imports"`, `action="/admin/imports/export/start"`)
		viewer.uploadProducts("a.csv", "x", "form_token", models.NewRef()).is(http.StatusForbidden)

		// A file with problems: all of them are listed, by line, in words.
		bad := "SKU,Name,Regular price,Extra\nA,Cup <b>A</b>,12.50,x\nB,Cup B,1e3,x\nC,,-1,x\nA,Cup A,1,x\n"
		token := shown.field("/admin/imports", "form_token")
		at := c.uploadProducts("<bad>.csv", bad, "form_token", token, "keep_stock", "1").is(http.StatusSeeOther).header.Get("Location")
		c.uploadProducts("<bad>.csv", bad, "form_token", token).redirects(at)
		s.work()
		p := c.get(at).is(http.StatusOK)
		checkStaffPage(t, at, p)
		p.has(
			"&lt;bad&gt;.csv", english.T("import.problem.price", "Value", "1e3"), english.T("import.problem.sku_twice", "Value", "A", "Line", "2"),
			english.T("import.option.keep_stock"), "Extra").
			lacks(at+`/start"`, "<bad>")
		c.get(at + "?level=note").is(http.StatusOK).has(english.T("import.problems.none"))
		c.get(at + "?level=nothing").is(http.StatusUnprocessableEntity)
		c.fragment(at).is(http.StatusOK).has(`id="import-status"`).lacks("<html")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(c.get(at+"/file").is(http.StatusOK).body, "\ufeff"))).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 5, "a header and every problem: two on line 4")
		assert.Equal(t, []string{"3", "Regular price", english.T("import.problem.price", "Value", "1e3"), english.T("import.level.error"), "B"}, rows[1])
		var lines []string
		for _, row := range rows[1:] {
			lines = append(lines, row[0])
		}
		assert.Equal(t, []string{"3", "4", "4", "5"}, lines)
		c.post(at+"/start", "form_token", models.NewRef()).is(http.StatusConflict)

		// A country's name is refused in the words of the product's form.
		foreign := "Coincart product,Title,SKU,Price,Country of origin\nazulejo,Azulejo,AZ-1,9,Portugal\n"
		named := c.uploadProducts("own.csv", foreign, "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		c.get(named).is(http.StatusOK).has(english.T("import.field.origin") + ": " + english.T("field.problem.country.origin"))
		viewer.get(at).is(http.StatusOK).lacks(at + "/check")

		// A good one: nothing happens before it is begun, and everything after.
		good := "SKU,Name,Regular price,Stock,Categories\nIMP-1,Imported cup,12.50,3,Cups > New\nIMP-2,Imported pot,8,,Pots\n"
		at = c.uploadProducts("good.csv", good, "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		p = c.get(at).is(http.StatusOK).has(english.T("import.explain.ready"), at+`/start"`)
		s.browser().get("/search?q=imported").lacks("Imported cup")
		c.post(at+"/start", "form_token", p.field(at+"/start", "form_token")).redirects(at)
		s.work()
		c.get(at).is(http.StatusOK).has(english.T("import.explain.done")).lacks(at+`/start"`, at+`/check"`)
		s.browser().get("/search?q=imported").has("Imported cup", "Imported pot")
		entry := s.entry("product.import")
		assert.Equal(t, c.person.Email, entry.Who)
		s.audited()

		// Away as a file, and in again: nothing changes.
		form := c.get("/admin/imports").is(http.StatusOK).has("good.csv")
		task := c.post("/admin/imports/export/start", "form_token", form.field("/admin/imports/export/start", "form_token"), "visibility", "published").
			is(http.StatusSeeOther).header.Get("Location")
		s.work()
		c.get(task).is(http.StatusOK).has(task+"/file", "coincart-products-")
		file := c.get(task + "/file").is(http.StatusOK).body
		assert.Contains(t, file, "IMP-1")
		at = c.uploadProducts("own.csv", file, "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		c.get(at).is(http.StatusOK).has(english.T("import.dialect.coincart")).lacks(`id="problems-title"`)
	})
}

func TestImport_RefusesWhatIsNoFile(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		c.uploadProducts("empty.csv", "", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(english.T("import.file.empty"))
		c.uploadProducts("", "x", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(english.T("import.file.missing"))
		c.post("/admin/imports", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(english.T("import.file.missing"))
		c.uploadProducts("a.csv", "x").is(http.StatusBadRequest)
		c.get("/admin/imports/" + models.NewID()).is(http.StatusNotFound)
		c.get("/admin/imports/1").is(http.StatusNotFound)
		c.post("/admin/imports/"+models.NewID()+"/start", "form_token", models.NewRef()).is(http.StatusNotFound)
		c.post("/admin/imports/"+models.NewID()+"/stop", "task", models.NewID()).is(http.StatusNotFound)
		c.post("/admin/imports/export/start", "form_token", models.NewRef(), "visibility", "elsewhere").is(http.StatusUnprocessableEntity)
		c.post("/admin/imports/export/start", "form_token", models.NewRef(), "category", "x").is(http.StatusUnprocessableEntity)

		at := c.uploadProducts("a.csv", "SKU,Name,Regular price\nA,a,1\n", "form_token", models.NewRef()).header.Get("Location")
		other := c.uploadProducts("b.csv", "SKU,Name,Regular price\nB,b,1\n", "form_token", models.NewRef()).header.Get("Location")
		p := c.get(at).is(http.StatusOK).has(english.T("import.state.checking"))
		task := p.field(at+"/stop", "task")
		c.post(other+"/stop", "task", task).is(http.StatusNotFound)
		c.post(at+"/start", "form_token", models.NewRef()).is(http.StatusConflict)
		c.post(at+"/stop", "task", task).redirects(at)
		c.get(at).is(http.StatusOK).has(english.T("import.state.stopped")).has(at + "/check")
		c.post(at+"/check", "form_token", models.NewRef()).redirects(at)
		s.work()
		c.get(at).is(http.StatusOK).has(english.T("import.state.ready"))
	})
}

func TestImport_ALargeFileIsNeverHeldWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("sends 70 MB")
	}
	s := newShop(t, modelstest.SQLite)
	c := s.trusted(models.RoleOwner)
	row := strings.Repeat("x", 1000)
	var file strings.Builder
	for n := range 70_000 {
		fmt.Fprintf(&file, "SKU-%d,%s\n", n, row)
	}
	c.uploadProducts("large.csv", file.String(), "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(english.T("import.file.large"))
	list, err := s.db.Imports(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, list)
}
