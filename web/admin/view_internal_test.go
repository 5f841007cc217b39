package admin

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
)

func TestOwnPage_StaysInTheOffice(t *testing.T) {
	for address, want := range map[string]string{
		"/admin": "/admin", "/admin/": "/admin/", "/admin?span=7d": "/admin?span=7d", "/admin/orders?q=a%20b": "/admin/orders?q=a%20b",
		"": "/admin", "/": "/admin", "/administrator": "/admin", "//admin": "/admin", "https://admin/admin": "/admin", "/admin/../x": "/admin",
		"/cart?x=/admin": "/admin", "/ADMIN": "/admin", "/admin/%2e%2e/cart": "/admin/%2e%2e/cart",
	} {
		assert.Equal(t, want, OwnPage(address), address)
	}
}

func FuzzOwnPage(f *testing.F) {
	for _, seed := range []string{"/admin", "//x/admin", "/admin/../..//evil", "/\\x", "/admin?next=//x", "http://x", "/admin\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got := OwnPage(address)
		u, err := url.Parse(got)
		if err != nil || u.IsAbs() || u.Host != "" || !Owns(u.EscapedPath()) || strings.ContainsAny(got, "\r\n\\ ") || strings.HasPrefix(got, "//") {
			t.Fatalf("%q leads to %q", address, got)
		}
	})
}

func TestPager_KeepsTheFilterAndLeavesThePlaceOutOfTheFirstPage(t *testing.T) {
	q := url.Values{"state": {"paid"}, "after": {"here"}, "q": {""}}
	next, first := Pager("/admin/orders", q, "after", "there")
	assert.Equal(t, "/admin/orders?after=there&state=paid", next)
	assert.Equal(t, "/admin/orders?state=paid", first)
	next, first = Pager("/admin/orders", url.Values{}, "after", "")
	assert.Empty(t, next)
	assert.Empty(t, first)
	assert.Equal(t, url.Values{"state": {"paid"}, "after": {"here"}, "q": {""}}, q, "the caller's values are left alone")
}

func TestIDs_AreOurOwnEachOnceAndNotTooMany(t *testing.T) {
	a, b := models.NewID(), models.NewID()
	got, problem := ChosenIDs(url.Values{"id": {a, b, a}})
	assert.Equal(t, []string{a, b}, got)
	assert.Empty(t, problem)
	for text, want := range map[string]pages.Refusal{
		"x": pages.RefusalStale, strings.ToUpper(a): pages.RefusalStale, "{" + a + "}": pages.RefusalStale, "urn:uuid:" + a: pages.RefusalStale,
		strings.ReplaceAll(a, "-", ""): pages.RefusalStale, "": pages.RefusalStale,
	} {
		_, problem := ChosenIDs(url.Values{"id": {text}})
		assert.Equal(t, want, problem, text)
	}
	_, problem = ChosenIDs(nil)
	assert.Equal(t, pages.RefusalNothingChosen, problem)
}

func TestHidden_RepeatsEverythingButTheCode(t *testing.T) {
	got := HiddenFields(url.Values{"b": {"2", "3"}, "a": {"<1>"}, "totp": {"123456"}})
	assert.Equal(t, []pages.Hidden{{Name: "a", Value: "<1>"}, {Name: "b", Value: "2"}, {Name: "b", Value: "3"}}, got)
}

func TestFileSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1_234_567: "1.2 MB", 999_999: "999.9 kB", 5_000_000_000_000: "5000.0 GB"} {
		assert.Equal(t, want, FileSize(bytes), bytes)
	}
}

func TestDuration_WritesTwoUnits(t *testing.T) {
	unit := func(name, n string) string { return english.T("admin.unit."+name, "N", n) }
	for d, want := range map[time.Duration]string{
		0: "", -time.Second: "", 800 * time.Millisecond: unit("ms", "800"), 59 * time.Second: unit("s", "59"), 80 * time.Second: unit("min", "1") + " " + unit("s", "20"),
		2*time.Hour + 5*time.Minute + 59*time.Second: unit("h", "2") + " " + unit("min", "5"), 73 * time.Hour: unit("d", "3") + " " + unit("h", "1"),
	} {
		assert.Equal(t, want, Duration(english.Printer, d), d)
	}
}

func TestStatusOf(t *testing.T) {
	for problem, want := range map[pages.Refusal]int{
		"": 200, pages.RefusalOf(invalid.Wait): 429, pages.RefusalStale: 409, pages.RefusalOf(invalid.Amount): 422, pages.RefusalUnreachable: 503, "anything": 422,
	} {
		assert.Equal(t, want, StatusOf(problem), problem)
	}
}
