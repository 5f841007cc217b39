package visit

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// Address returns the path of the request within the shop, without its query.
func (v *Visit) Address() string { return v.gin.Request.URL.EscapedPath() }

// RawQuery returns the query of the request's address as it came, without "?".
func (v *Visit) RawQuery() string { return v.gin.Request.URL.RawQuery }

// SetHeader sets a header of the answer.
func (v *Visit) SetHeader(name, value string) { v.gin.Writer.Header().Set(name, value) }

// Moved redirects the browser, and search engines, to the address that a page has now. The answer is not cached: the old address may become
// another page's.
func (v *Visit) Moved(address string) error {
	return v.redirect(http.StatusMovedPermanently, "Location", address)
}

// Cookie returns the value of a cookie that KeepCookie set; "" where there is none.
func (v *Visit) Cookie(name string) string {
	cookie, err := v.gin.Request.Cookie(v.Site.cookies.Name(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// KeepCookie sets a cookie that only this shop's own pages send back (SameSite=Strict) and no script reads. age 0 keeps it until the
// browser is closed.
func (v *Visit) KeepCookie(name, value string, age time.Duration) {
	v.strictCookie(name, value, int(age/time.Second))
}

// DropCookie deletes a cookie that KeepCookie set.
func (v *Visit) DropCookie(name string) { v.strictCookie(name, "", -1) }

func (v *Visit) strictCookie(name, value string, age int) {
	http.SetCookie(v.gin.Writer, &http.Cookie{ //nolint:gosec // Secure follows the shop's own address: plain http is loopback only
		Name: v.Site.cookies.Name(name), Value: value, Path: v.Site.cookies.Root(), MaxAge: age, Secure: v.Site.cookies.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// chunkTime is the time limit for one piece of a file to reach the visitor.
const chunkTime = 20 * time.Second

// Download sends a file of a known size, piece by piece: each has its own time limit, whatever the server's is for a page. An error after
// the first piece ends the connection, so that the visitor sees that the file is incomplete.
func (v *Visit) Download(name, contentType string, size int64, each func(write func([]byte) error) error) error {
	w := v.gin.Writer
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	w.WriteHeader(http.StatusOK)
	if v.gin.Request.Method == http.MethodHead {
		w.WriteHeaderNow()
		return nil
	}
	control := http.NewResponseController(w)
	err := each(func(piece []byte) error {
		if err := control.SetWriteDeadline(time.Now().Add(chunkTime)); err != nil {
			return fmt.Errorf("set a deadline: %w", err)
		}
		if _, err := w.Write(piece); err != nil {
			return fmt.Errorf("%w: %w", ErrLeft, err)
		}
		return nil
	})
	if err != nil && !w.Written() { // an error page follows, which is no file
		h.Del("Content-Disposition")
		h.Del("Content-Length")
	}
	return err
}
