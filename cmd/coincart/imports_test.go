package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// importRule says what the packages of one part may import of the module (design.md §1), and what they must not import from
// elsewhere. A part ending in /... stands for a package and everything below it, a banned name ending in / for all below it.
type importRule struct {
	part   string
	module []string // of the module; nothing else
	banned []string // of other modules or the standard library
}

const (
	router = "github.com/gin-gonic/"
	templ  = "github.com/a-h/templ"
	orm    = "gorm.io/"
)

// importRules is the house's floor plan. The first row that matches counts; a package without a row is an error, so that whoever
// adds one decides where it stands.
func importRules() []importRule {
	return []importRule{
		{"models", []string{"models/invalid", "models/text"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/invalid", nil, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/text", nil, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/fetch", nil, []string{router, templ, orm, "database/sql"}},
		{"models/pictures", nil, []string{router, templ, orm, "database/sql", "net/http"}},
		{"migrations", nil, []string{router, templ, orm, "net/http"}},
		{"models/pricing", []string{"models", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/settings", []string{"models", "models/invalid", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/starter", []string{"models", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/stockroom", []string{"models", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/productcsv", []string{"models", "models/text"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/wire", []string{"models"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/store", []string{"models", "models/productcsv", "models/wire", "migrations", "models/text", "models/invalid"}, []string{router, templ, "net/http"}},
		{"models/modelstest", []string{"models", "models/store", "migrations"}, []string{router, templ}},
		// The engine knows no room; the rooms know it.
		{"models/health", []string{"models", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/jobs", []string{"models", "models/health", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/mail", []string{"models", "models/health", "models/jobs", "models/store", "models/text"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/security", []string{"models", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/staff", []string{"models", "models/security", "models/store", "models/text"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/alerts", []string{"models", "models/health", "models/jobs", "models/mail", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/customers", []string{"models", "models/jobs", "models/mail", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/catalogue", []string{"models", "models/fetch", "models/jobs", "models/pictures", "models/productcsv", "models/store", "models/text"}, []string{router, templ, orm, "database/sql"}},
		{"payments/opay", nil, nil}, // the standard library only: see standardOnly
		{"payments", []string{"models", "models/health", "models/jobs", "models/mail", "models/store", "payments/opay", "models/text", "models/invalid"}, []string{router, templ, orm, "database/sql", "html/template", "net/http"}},
		{"payments/books", []string{"models", "models/jobs", "models/store", "models/wire", "payments/opay"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"payments/rates", []string{"models", "models/fetch", "models/jobs", "models/store", "models/wire", "payments/breaker", "payments/opay"}, []string{router, templ, orm, "database/sql"}},
		{"payments/breaker", []string{"payments/opay"}, []string{router, templ, orm, "database/sql"}},
		{"models/keys", []string{"models", "models/invalid", "models/store", "models/text", "models/wire"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/links", []string{"models", "models/invalid", "models/mail", "models/store", "models/text"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"models/hooks", []string{"models", "models/fetch", "models/health", "models/invalid", "models/jobs", "models/mail", "models/store", "models/text", "models/wire"}, []string{router, templ, orm, "database/sql"}},
		{"payments/hooks", nil, nil}, // the standard library only: see standardOnly
		{"models/once", []string{"models", "models/store"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"payments/checkouts", []string{"models", "models/invalid", "models/jobs", "models/once", "models/store", "models/text", "models/wire", "payments"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"payments/assembly", []string{"payments/checkouts", "models/hooks", "models/keys", "models/links", "models/wire", "models/alerts", "models/catalogue", "models/customers", "models/health", "models/jobs", "models/mail", "payments", "payments/books", "payments/rates"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"payments/paymentstest", []string{"models/...", "payments/..."}, []string{router, templ, orm, "database/sql"}},
		{"payments/demo", []string{"models", "models/starter", "models/store", "payments/keyfile", "payments/opay"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"payments/keyfile", []string{"payments/opay"}, []string{router, templ, orm, "database/sql", "net/http"}},
		{"payments/doctor", []string{"models", "models/health", "models/jobs", "models/store", "payments/keyfile", "payments/opay"}, []string{router, templ, orm, "database/sql"}},
		{"payments/conform/merchant", []string{"payments/opay", "payments/sandbox"}, []string{router, templ, orm, "database/sql"}},
		{"payments/conform", []string{"payments/opay"}, []string{router, templ, orm, "database/sql"}},
		{"payments/sandbox", []string{"payments/opay", "templates/i18n"}, []string{router, orm, "database/sql"}},
		{"static", nil, []string{router, orm}},
		{"templates/browsertest", []string{"static"}, []string{router, orm, "database/sql"}},
		{"templates/...", []string{"templates/...", "static", "models/text", "models/invalid"}, []string{router, orm, "database/sql"}},
		// The frame of the back office knows none of the rooms, and these do not know each other.
		{"web/admin", []string{"web/visit", "templates/...", "models", "models/staff", "models/store", "models/text", "models/invalid"}, []string{orm, "database/sql"}},
		{"web/admin/...", []string{"web/admin", "web/admin/refunds", "web/embed", "web/visit", "web/shop", "web/markdown", "templates/...", "models", "models/alerts", "models/catalogue", "models/customers", "models/hooks", "models/jobs", "models/keys", "models/links", "models/mail", "models/pictures", "models/pricing", "models/productcsv", "models/settings", "models/staff", "models/stockroom", "models/store", "payments", "payments/books", "payments/doctor", "payments/rates", "models/text", "models/invalid"}, []string{orm, "database/sql"}},
		// Other programs' way in: it calls use cases, and the shop's pages know nothing of it.
		{"web/api", []string{"web/live", "web/visit", "templates", "templates/shop", "models", "models/catalogue", "models/hooks", "models/invalid", "models/keys", "models/links", "models/once", "models/stockroom", "models/store", "models/wire", "payments", "payments/assembly", "payments/checkouts"}, []string{orm, "database/sql"}},
		// The facade: it may give nobody the router or the database.
		{"web/mount", []string{"models", "models/keys", "models/once", "models/store", "models/wire", "payments/checkouts", "payments/demo", "payments/keyfile", "payments/opay", "payments/sandbox", "web"}, []string{router, orm, templ, "database/sql"}},
		{"web/...", []string{"web/...", "templates/...", "static", "models", "models/alerts", "models/catalogue", "models/customers", "models/hooks", "models/jobs", "models/keys", "models/links", "models/mail", "models/pictures", "models/pricing", "models/productcsv", "models/security", "models/settings", "models/staff", "models/stockroom", "models/store", "models/wire", "payments", "payments/assembly", "payments/books", "payments/breaker", "payments/checkouts", "payments/doctor", "payments/opay", "payments/rates", "models/text", "models/invalid"}, []string{orm, "database/sql"}},
		{"cmd/coincart", []string{"..."}, []string{orm, templ}},
	}
}

// standardOnly may be used by any program: nothing but the standard library, their tests included.
var standardOnly = []string{"payments/opay", "payments/hooks"}

// listedPackage is what go list says about a package.
type listedPackage struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func TestImports_PointOneWay(t *testing.T) {
	packages := listPackages(t, "")
	require.Greater(t, len(packages), 8, "go list found the module")
	assert.Empty(t, checkImports(packages))
}

func TestImports_ClientIsStandardLibraryOnly(t *testing.T) {
	for _, part := range standardOnly {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", "-json=ImportPath,Standard", modulePath+"/"+part).Output()
		require.NoError(t, err)
		var foreign []string
		for _, p := range decodePackages(t, out) {
			// Test variants are named "path [path.test]" and "path.test".
			own := strings.HasPrefix(p.ImportPath, modulePath+"/"+part)
			if !p.Standard && !own {
				foreign = append(foreign, p.ImportPath)
			}
		}
		assert.Empty(t, foreign)
	}
}

// A check that cannot fail proves nothing: for each row of importRules at least one forbidden import is planted by an overlay, and all of
// them must be seen, with nothing else.
func TestImports_SeesWhatIsPlanted(t *testing.T) {
	t.Parallel()
	const own = modulePath + "/"
	plants := []struct{ into, imported string }{
		{"models", own + "web"},
		{"models", "gorm.io/gorm"},
		{"models/pictures", own + "models/store"},
		{"models/fetch", own + "models/store"},
		{"models/fetch", "github.com/gin-gonic/gin"},
		{"models/invalid", own + "models"},
		{"models/text", own + "models"},
		{"models/text", "net/http"},
		{"models/pricing", own + "models/catalogue"},
		{"models/settings", own + "models/mail"},
		{"models/starter", own + "models/pricing"},
		{"models/stockroom", own + "models/catalogue"},
		{"models/stockroom", own + "payments"},
		{"migrations", own + "models"},
		{"models/productcsv", own + "models/store"},
		{"models/store", own + "payments"},
		{"models/store", own + "models/jobs"},
		{"models/modelstest", own + "payments"},
		{"models/wire", own + "models/store"},
		{"models/keys", own + "payments"},
		{"models/once", own + "models/keys"},
		{"models/hooks", own + "payments"},
		{"payments/hooks", own + "models"},
		{"models/links", own + "payments"},
		{"payments/checkouts", own + "web"},
		{"models/health", own + "payments"},
		{"models/jobs", own + "models/mail"},
		{"models/jobs", own + "payments"},
		{"models/mail", own + "models/customers"},
		{"models/mail", own + "payments"},
		{"models/security", own + "models/staff"},
		{"models/staff", own + "models/mail"},
		{"models/staff", own + "payments"},
		{"models/customers", own + "models/catalogue"},
		{"models/customers", own + "payments"},
		{"models/alerts", own + "models/staff"},
		{"models/alerts", own + "payments"},
		{"models/catalogue", own + "models/customers"},
		{"models/catalogue", own + "payments"},
		{"payments/opay", "github.com/google/uuid"},
		{"payments/opay", own + "models"},
		{"payments", own + "models/catalogue"},
		{"payments", own + "models/customers"},
		{"payments", own + "payments/books"},
		{"payments", own + "payments/rates"},
		{"payments", own + "payments/sandbox"},
		{"payments", "github.com/gin-gonic/gin"},
		{"payments", "html/template"},
		{"payments/books", own + "payments"},
		{"payments/books", "net/http"},
		{"payments/rates", own + "payments"},
		{"payments/breaker", own + "models/store"},
		{"payments/assembly", own + "web"},
		{"payments/paymentstest", own + "web"},
		{"payments/keyfile", own + "models/store"},
		{"payments/doctor", own + "payments"},
		{"payments/conform", own + "models"},
		{"payments/conform/merchant", own + "payments"},
		{"payments/sandbox", own + "models/store"},
		{"static", own + "models"},
		{"templates", own + "models"},
		{"templates", own + "templates/browsertest"},
		{"templates/browsertest", own + "templates/i18n"},
		{"web/admin", own + "web/admin/orders"},
		{"web/admin/orders", own + "web/admin/books"},
		{"web/api", own + "web/shop"},
		{"web/api", own + "models/staff"},
		{"web", "gorm.io/gorm"},
		{"web", own + "payments/sandbox"},
		{"web", own + "payments/paymentstest"},
		{"payments/demo", own + "payments"},
		{"web/mount", "github.com/gin-gonic/gin"},
		{"cmd/coincart", "gorm.io/gorm"},
		{"newcomer", "fmt"},
	}
	for _, rule := range importRules() {
		assert.True(t, slices.ContainsFunc(plants, func(p struct{ into, imported string }) bool { return inPart(rule.part, p.into) }),
			"nothing is planted into %s", rule.part)
	}

	folder, root := t.TempDir(), moduleRoot(t)
	replaced, wanted := map[string]string{}, []string{own + "newcomer has no row in importRules"}
	for i, plant := range plants {
		name := filepath.Base(plant.into)
		if plant.into == "cmd/coincart" {
			name = "main"
		}
		planted := fmt.Sprintf("planted_%d.go", i)
		require.NoError(t, os.WriteFile(filepath.Join(folder, planted), fmt.Appendf(nil, "package %s\n\nimport _ %q\n", name, plant.imported), 0o600))
		replaced[filepath.Join(root, plant.into, planted)] = filepath.Join(folder, planted)
		if plant.into != "newcomer" {
			wanted = append(wanted, own+plant.into+" must not import "+plant.imported)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	require.NoError(t, err)
	file := filepath.Join(folder, "overlay.json")
	require.NoError(t, os.WriteFile(file, overlay, 0o600))
	assert.ElementsMatch(t, wanted, checkImports(listPackages(t, file)))
}

// checkImports returns what is wrong, one line for each forbidden import.
func checkImports(packages []listedPackage) []string {
	var wrong []string
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, modulePath+"/")
		i := slices.IndexFunc(importRules(), func(r importRule) bool { return inPart(r.part, name) })
		if i < 0 {
			wrong = append(wrong, p.ImportPath+" has no row in importRules")
			continue
		}
		rule := importRules()[i]
		for _, imported := range p.Imports {
			if !allowed(rule, imported) {
				wrong = append(wrong, p.ImportPath+" must not import "+imported)
			}
		}
	}
	return wrong
}

func allowed(rule importRule, imported string) bool {
	if name, ok := strings.CutPrefix(imported, modulePath+"/"); ok {
		if strings.HasSuffix(name, "test") && !strings.HasSuffix(rule.part, "test") {
			return false // what helps tests is imported by tests alone
		}
		return slices.ContainsFunc(rule.module, func(part string) bool { return inPart(part, name) })
	}
	if slices.Contains(standardOnly, rule.part) {
		// Paths of other modules begin with a host name.
		first, _, _ := strings.Cut(imported, "/")
		return !strings.Contains(first, ".")
	}
	return !slices.ContainsFunc(rule.banned, func(banned string) bool {
		return imported == banned || strings.HasSuffix(banned, "/") && strings.HasPrefix(imported, banned)
	})
}

func inPart(part, name string) bool {
	if parent, ok := strings.CutSuffix(part, "..."); ok {
		return parent == "" || name+"/" == parent || strings.HasPrefix(name, parent)
	}
	return part == name
}

// listPackages asks go list about the module's packages, or the named ones, with an overlay or without.
func listPackages(t *testing.T, overlay string, patterns ...string) []listedPackage {
	t.Helper()
	args := []string{"list", "-e", "-json=ImportPath,Standard,Imports,TestImports,XTestImports"}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	command := exec.CommandContext(t.Context(), "go", append(args, patterns...)...)
	command.Dir = moduleRoot(t)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(t, err, stderr.String())
	all := decodePackages(t, out)
	// A folder with tests alone is no package that others could import.
	return slices.DeleteFunc(all, func(p listedPackage) bool { return p.ImportPath == modulePath })
}

func decodePackages(t *testing.T, out []byte) []listedPackage {
	t.Helper()
	seen := map[string]listedPackage{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return slices.Collect(maps.Values(seen))
		}
		require.NoError(t, err)
		seen[p.ImportPath] = p
	}
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for !exists(filepath.Join(folder, "go.mod")) {
		require.NotEqual(t, filepath.Dir(folder), folder, "no go.mod above the test")
		folder = filepath.Dir(folder)
	}
	return folder
}
