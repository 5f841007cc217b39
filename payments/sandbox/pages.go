package sandbox

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"
)

var (
	//go:embed static/style.css
	style []byte
	//go:embed static/icon.svg
	icon []byte
)

const iconPath = "/sandbox/static/icon.svg"

// stylesheetPath changes with the style sheet, so that browsers can keep it for ever.
var stylesheetPath = fmt.Sprintf("/sandbox/static/style.%.6x.css", sha256.Sum256(style))

func asset(contentType, cache string, content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", cache)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(content)
	})
}

// render writes a page. Its forms may lead to this server and, because browsers check redirects of forms, to the origins of targets.
func (s *state) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component, targets ...string) {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		s.cfg.Logger.ErrorContext(r.Context(), "sandbox: a page could not be made", "path", r.URL.Path, "error", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	formAction := []string{"'self'"}
	for _, target := range targets {
		// parseAddress lets only plain hosts through, so that nothing can slip into the header.
		if u, err := parseAddress(target); err == nil {
			formAction = append(formAction, u.Scheme+"://"+u.Host)
		}
	}
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "+
		strings.Join(formAction, " "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// The pages' addresses hold openIds and tokens. same-origin keeps them from merchants, yet leaves forms their Origin header.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// address returns the sandbox's own address, as configured or as requested.
func (s *state) address(r *http.Request) string {
	if s.cfg.BaseURL != "" {
		return s.cfg.BaseURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if !hostForm.MatchString(r.Host) {
		return scheme + "://localhost"
	}
	return scheme + "://" + r.Host
}

// withForm parses the form of a request before serve. A form that is too large or damaged goes to refuse.
func withForm(serve, refuse http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			refuse(w, r)
			return
		}
		serve(w, r)
	}
}
