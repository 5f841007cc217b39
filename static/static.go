// Package static serves the shop's own style, scripts, icons and pictures. Every file's address carries a hash of its content, so
// browsers may keep it for ever and a new release is seen at once.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed css/*/*.css js/*.js icons/*.svg pictures/*.svg
var embedded embed.FS

// Prefix is where Handler expects to be mounted.
const Prefix = "/static/"

// AnswerHeader is a header of every answer of the shop. By it the page's script (js/answers.js) knows the shop's own answers from those of
// a proxy or of a network that wants a sign-in, which it must not show in the page.
const AnswerHeader = "Coincart-Answer"

// The values of AnswerHeader.
const (
	AnswerPart = "part" // to a script that asked for a part of a page
	AnswerPage = "page" // to everybody else
)

// bundles lists the files that several others are joined into, in the order of names: css/shop.css is css/shared/ and css/shop/, js/shop.js is
// js/shared.js, js/answers.js, js/shop.js and js/live.js, and the back office's likewise. So a page asks for one stylesheet and one script. The
// parts have no address.
func bundles() map[string][]string {
	return map[string][]string{
		shopStyle:     {"css/shared/*.css", "css/shop/*.css"},
		adminStyle:    {"css/shared/*.css", "css/admin/*.css"},
		"js/shop.js":  {"js/shared.js", "js/answers.js", "js/shop.js", "js/live.js"},
		"js/admin.js": {"js/shared.js", "js/answers.js", "js/admin.js"},
	}
}

const (
	shopStyle  = "css/shop.css"
	adminStyle = "css/admin.css"
)

// URL returns the address of a file by its name, such as "pictures/stoneware-mug.svg" → "/static/pictures/stoneware-mug.3kq7….svg".
// The shop's stylesheet is "css/shop.css", the back office's "css/admin.css". An unknown name gives an address that answers 404.
func URL(name string) string {
	if f, ok := loaded().byName[name]; ok {
		return f.url
	}
	return Prefix + strings.TrimPrefix(path.Clean("/"+name), "/")
}

// Names lists every file that URL knows.
func Names() []string {
	names := make([]string, 0, len(loaded().byName))
	for name := range loaded().byName {
		names = append(names, name)
	}
	return names
}

// IsPicture reports whether a name is that of a picture of goods.
func IsPicture(name string) bool {
	_, found := loaded().byName[name]
	return found && strings.HasPrefix(name, "pictures/")
}

// Handler serves the files under Prefix to GET and HEAD. Only addresses that URL gives exist; everything else is 404, and there
// are no listings.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	f, ok := loaded().byURL[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("If-None-Match"), strings.TrimPrefix(f.etag, "W/")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if AcceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the reader has gone: nobody is left to tell
}

// AcceptsGzip reports whether an Accept-Encoding header allows gzip (RFC 9110 §12.5.3).
func AcceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding = strings.TrimSpace(coding); coding != "gzip" && coding != "*" {
			continue
		}
		weight, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		return !found || strings.Trim(weight, "0.") != ""
	}
	return false
}

type file struct {
	url            string
	etag           string
	contentType    string
	plain, gzipped []byte
}

type library struct {
	byName, byURL map[string]*file
}

// loaded panics on files that cannot be read or are of an unknown kind: they are part of the program, and the tests read them
// first.
var loaded = sync.OnceValue(func() library {
	l, err := load(embedded)
	if err != nil {
		panic(err)
	}
	return l
})

func load(files fs.FS) (library, error) {
	l := library{byName: map[string]*file{}, byURL: map[string]*file{}}
	parts := map[string]bool{}
	for name, patterns := range bundles() {
		var whole bytes.Buffer
		for _, pattern := range patterns {
			names, err := fs.Glob(files, pattern)
			if err != nil {
				return library{}, fmt.Errorf("load static files: %w", err)
			}
			for _, part := range names {
				body, err := fs.ReadFile(files, part)
				if err != nil {
					return library{}, fmt.Errorf("load static files: %w", err)
				}
				parts[part] = true
				whole.Write(body)
			}
		}
		if err := l.add(name, whole.Bytes()); err != nil {
			return library{}, fmt.Errorf("load static files: %w", err)
		}
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || parts[name] {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		return l.add(name, body)
	})
	if err != nil {
		return library{}, fmt.Errorf("load static files: %w", err)
	}
	return l, nil
}

func (l library) add(name string, body []byte) error {
	contentType, ok := contentTypes()[path.Ext(name)]
	if !ok {
		return fmt.Errorf("%s: no content type for this kind of file", name)
	}
	sum := sha256.Sum256(body)
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	zipped, err := compress(body)
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	ext := path.Ext(name)
	f := &file{
		url:         Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		etag:        `W/"` + hash + `"`, // weak: the same for both encodings
		contentType: contentType,
		plain:       body,
		gzipped:     zipped,
	}
	l.byName[name] = f
	l.byURL[f.url] = f
	return nil
}

func contentTypes() map[string]string {
	return map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
}

func compress(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
