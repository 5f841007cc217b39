package visit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/security"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/session"
)

// MaxFormBytes is the maximum size of a form body, in bytes.
const MaxFormBytes = 64 << 10

// RequestIDHeader carries the request's id in every answer, so that a shopper can quote it and the log can be searched.
const RequestIDHeader = "X-Request-Id"

// keepEvery is the interval at which a session that is in use gets its full lifetime again.
const keepEvery = 24 * time.Hour

// Handler answers a visit, or returns the error that package web shows.
type Handler func(v *Visit) error

// Visit is one request of one visitor.
type Visit struct {
	Site    *Site
	Printer *i18n.Printer

	gin      *gin.Context
	session  *session.Session
	settings models.Settings
	chosen   bool // the visitor chose the page's language
	form     url.Values
	files    []File
}

// New returns the visit of a request. The language is the one that the visitor chose, else the best one for the browser, out of those that
// the shop offers; the back office offers all.
func New(site *Site, c *gin.Context) *Visit {
	chosen := ""
	if cookie, err := c.Request.Cookie(site.cookies.Name(languageCookie)); err == nil {
		chosen = cookie.Value
	}
	v := &Visit{Site: site, gin: c}
	v.settings = site.settingsFor(c.Request.Context(), c.Request.URL.Path)
	offered := v.settings.Languages()
	if isOffice(c.Request.URL.Path) {
		offered = models.ShopLanguages()
	}
	v.Printer = i18n.MatchAmong(offered, chosen, c.Request.Header.Get("Accept-Language"))
	v.chosen = chosen != "" && v.Printer.Lang() == chosen
	return v
}

// SpeakUnlessChosen sets the language of the page to one that the shop offers, unless the visitor has chosen another. An empty one changes nothing.
func (v *Visit) SpeakUnlessChosen(lang string) {
	if lang != "" && !v.chosen && slices.Contains(v.settings.Languages(), lang) {
		v.Printer = i18n.ByTag(lang)
	}
}

// isOffice reports whether an address is the back office's.
func isOffice(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }

// Settings returns the shop's settings, at most a second old; if they cannot be read, the last ones that could.
func (v *Visit) Settings() models.Settings { return v.settings }

// Context returns the request's context.
func (v *Visit) Context() context.Context { return v.gin.Request.Context() }

// RequestID returns the request's id in the log.
func (v *Visit) RequestID() string { return v.gin.Writer.Header().Get(RequestIDHeader) }

// Param returns the value of a named part of the route's path.
func (v *Visit) Param(name string) string { return v.gin.Param(name) }

// Query returns a parameter of the address, made safe to show and to search for: valid UTF-8 without control characters.
func (v *Visit) Query(name string) string { return text.Clean(v.gin.Query(name)) }

// Header returns a header of the request.
func (v *Visit) Header(name string) string { return v.gin.Request.Header.Get(name) }

// Fragment reports whether the page's script asks for a part of the page (templates/shop).
func (v *Visit) Fragment() bool { return v.gin.Request.Header.Get("HX-Request") == "true" }

// Session returns the visitor's session, which is new and empty for a browser that brings none.
func (v *Visit) Session() (*session.Session, error) {
	if v.session != nil {
		return v.session, nil
	}
	s, err := v.Site.jar.Of(v.gin.Request)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	v.session = s
	return s, nil
}

// SaveSession stores the session and sets its cookie.
func (v *Visit) SaveSession() error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	return s.Save(v.gin.Writer, v.gin.Request)
}

// KeepSession stores the session if it is new, or if its cookie would otherwise expire although the visitor still comes: at most once a
// day.
func (v *Visit) KeepSession() error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	if s.Stored() && v.Site.Clock().Sub(s.SavedAt) < keepEvery && !s.Changed() {
		return nil
	}
	return s.Save(v.gin.Writer, v.gin.Request)
}

// RenewSession stores the session under a new id, at a change of privilege.
func (v *Visit) RenewSession() error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	return s.Renew(v.gin.Writer, v.gin.Request)
}

// Form returns the fields of the request's body, without the parameters of the address. Errors: ErrMediaType, ErrTooLarge, ErrBadForm.
func (v *Visit) Form() (url.Values, error) {
	if v.form != nil {
		return v.form, nil
	}
	r := v.gin.Request
	if r.ContentLength != 0 && v.gin.ContentType() != "application/x-www-form-urlencoded" {
		return nil, ErrMediaType
	}
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, MaxFormBytes)
	if err := r.ParseForm(); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return nil, ErrTooLarge
		}
		return nil, ErrBadForm
	}
	for _, values := range r.PostForm {
		for _, value := range values {
			if !utf8.ValidString(value) {
				return nil, ErrBadForm
			}
		}
	}
	v.form = r.PostForm
	return v.form, nil
}

// Body reads the whole body with its content type. Errors: ErrTooLarge, or that of the connection.
func (v *Visit) Body(limit int64) (contentType string, body []byte, err error) {
	r := v.gin.Request
	body, err = io.ReadAll(http.MaxBytesReader(v.gin.Writer, r.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return "", nil, ErrTooLarge
	}
	if err != nil {
		return "", nil, fmt.Errorf("%w: read body: %w", ErrLeft, err)
	}
	return r.Header.Get("Content-Type"), body, nil
}

// Left reports whether the visitor left before the answer.
func (v *Visit) Left() bool { return errors.Is(v.Context().Err(), context.Canceled) }

// FaultLevel returns the level at which a fault of the request is logged: a visitor who left is no error of the shop's.
func (v *Visit) FaultLevel() slog.Level {
	if v.Left() {
		return slog.LevelWarn
	}
	return slog.LevelError
}

// Posted reports whether the request came from a form.
func (v *Visit) Posted() bool { return v.gin.Request.Method == http.MethodPost }

// ClientIP returns the visitor's address; forwarded headers count only from a trusted proxy.
func (v *Visit) ClientIP() string { return v.gin.ClientIP() }

// ClientNetwork returns the visitor's address, for counting: an IPv6 address stands for its network, because a visitor has many of them.
func (v *Visit) ClientNetwork() string {
	narrow, _ := models.Network(v.ClientIP())
	return narrow
}

// NoteSecurity records an event of security. email is the account's, "" for none.
func (v *Visit) NoteSecurity(kind models.SecurityKind, email string) {
	v.Site.security.Note(v.Context(), security.Event{Kind: kind, RemoteAddr: v.ClientIP(), Email: email, RequestID: v.RequestID()})
}

// languageCookie holds the language that the visitor chose.
const languageCookie = "coincart-language"

// SetLanguage stores the visitor's choice for a year, in a cookie of its own: it is no secret and needs no session.
func (v *Visit) SetLanguage(tag string) {
	const year = 365 * 24 * 60 * 60
	http.SetCookie(v.gin.Writer, &http.Cookie{ //nolint:gosec // Secure wherever the shop is under https
		Name: v.Site.cookies.Name(languageCookie), Value: tag, Path: v.Site.cookies.Root(), MaxAge: year,
		Secure: v.Site.cookies.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Page returns the frame around a page, with the cart's count and the categories. Errors are the database's.
func (v *Visit) Page() (templates.Page, error) {
	page := v.BarePage()
	if v.Site.noGoods {
		return page, nil
	}
	s, err := v.Session()
	if err != nil {
		return page, err
	}
	categories, err := v.Site.Categories(v.Context())
	if err != nil {
		return page, err
	}
	page.CartCount = s.CartCount
	lang := v.Printer.Lang()
	for _, c := range Shown(categories, "") {
		page.Categories = append(page.Categories, templates.NavCategory{Slug: c.Slug, Name: c.Texts.In(lang, "name", c.Name)})
	}
	return page, nil
}

// BarePage returns the frame around a page that must show even when the database cannot be read.
func (v *Visit) BarePage() templates.Page {
	page := templates.Page{
		Printer: v.Printer, ShopName: v.Site.nameIn(v.settings), Path: v.path(), Demo: v.Site.demo, Hosted: v.Site.noGoods, NoGoods: v.Site.noGoods,
		Languages: v.settings.Languages(), Slogan: v.settings.Slogan(v.Printer.Lang()),
		Contact: templates.Contact{
			Email: v.settings.ContactEmail(), Phone: v.settings.Text(models.SettingContactPhone),
			Address: strings.FieldsFunc(v.settings.Text(models.SettingContactAddress), func(r rune) bool { return r == '\n' }),
		},
	}
	for _, name := range v.settings.Legals() {
		page.Legal = append(page.Legal, templates.Link{Text: v.Printer.T("footer.legal." + name), URL: "/pages/" + name})
	}
	return page
}

// path returns the page that the language switch returns to: this page, or the front page after a form.
func (v *Visit) path() string {
	r := v.gin.Request
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "/"
	}
	return OwnPath(r.URL.RequestURI(), "/")
}

// Absolute returns the public address of one of the shop's paths.
func (v *Visit) Absolute(path string) string { return v.Site.base.String() + path }

// redirect redirects the browser to another address by a header of the answer. The shop's own addresses get their prefix here; those of
// other hosts are kept unchanged.
func (v *Visit) redirect(status int, header, address string) error {
	v.SetHeader(header, templates.Under(v.Site.base.Path, address))
	v.gin.Writer.WriteHeader(status)
	v.gin.Writer.WriteHeaderNow()
	return nil
}

// Referer returns the path and query of the page of the shop that the request comes from, else the fallback.
func (v *Visit) Referer(fallback string) string {
	from, err := url.Parse(v.Header("Referer"))
	if err != nil {
		return fallback
	}
	own, inside := strings.CutPrefix(from.RequestURI(), v.Site.base.Path)
	if !inside {
		return fallback
	}
	return OwnPath(own, fallback)
}

// OwnPath returns the path and query of an address if it is certainly on this shop, else the fallback. Browsers read //host and /\host as
// another host, and drop control characters before they read; ".." would lead out of a shop that is below a path.
func OwnPath(address, fallback string) string {
	const longest = 2048
	if len(address) > longest || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
		return fallback
	}
	for i := range len(address) {
		if c := address[i]; c <= ' ' || c >= 0x7f || c == '\\' {
			return fallback
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.EscapedPath(), "//") || hasDotDot(u) {
		return fallback
	}
	u.Fragment = ""
	return u.RequestURI()
}

// hasDotDot reports whether a path has a segment "..", even if it is written with escapes: browsers treat both alike.
func hasDotDot(u *url.URL) bool {
	return slices.ContainsFunc(strings.Split(u.EscapedPath(), "/"), func(segment string) bool {
		return strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") == ".."
	})
}

// PageNumber parses ?page=; ok is false for anything but a whole number from 1 to 9999. Without the parameter it is 1.
func (v *Visit) PageNumber() (n int, ok bool) {
	text := v.gin.Query("page")
	if text == "" {
		return 1, true
	}
	if len(text) > len("9999") {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 1
}
