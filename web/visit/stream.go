package visit

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// StreamTime is how long a streamed file may take to arrive altogether, as long as it goes on arriving.
const StreamTime = 30 * time.Minute

// Stream reads a form with one file (multipart/form-data) and hands the file over while it arrives, so that nobody holds it whole. take gets
// the fields that stand before the file; those behind it are in the form that Stream returns. Without a file take is not called. Errors:
// ErrTooLarge, where the file has more than most bytes, ErrBadForm, and that of take as it is.
func (v *Visit) Stream(most int64, take func(form url.Values, name string, file io.Reader) error) (url.Values, error) {
	r := v.gin.Request
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return v.Form()
	}
	if err := v.takeTime(); err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, most+2*maxMultipartText)
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, ErrBadForm
	}
	form, text, taken := url.Values{}, int64(maxMultipartText), false
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
			v.form = form
			return form, nil
		case err != nil:
			return nil, formError(err)
		case n >= maxMultipartParts:
			return nil, ErrTooLarge
		}
		if name := part.FileName(); name != "" || isFile(part) {
			if name == "" { // nothing was chosen
				continue
			}
			if taken {
				return nil, ErrTooLarge
			}
			taken = true
			arriving := &patient{v: v, from: part, until: time.Now().Add(StreamTime)}
			if err := take(form, clean(strings.ToValidUTF8(name, "")), arriving); err != nil {
				return nil, err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, text+1))
		if err != nil {
			return nil, formError(err)
		}
		field := part.FormName()
		if text -= int64(len(value)) + int64(len(field)); text < 0 {
			return nil, ErrTooLarge
		}
		if field == "" || !utf8.Valid(value) || !utf8.ValidString(field) {
			return nil, ErrBadForm
		}
		form.Add(field, string(value))
	}
}

// patient gives a file time as long as it goes on arriving.
type patient struct {
	v     *Visit
	from  io.Reader
	until time.Time
}

// Read reads on.
func (p *patient) Read(b []byte) (int, error) {
	now := time.Now()
	if now.After(p.until) {
		return 0, ErrTooLarge
	}
	control := http.NewResponseController(p.v.gin.Writer)
	for _, err := range []error{control.SetReadDeadline(now.Add(chunkTime)), control.SetWriteDeadline(now.Add(2 * chunkTime))} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return 0, fmt.Errorf("set a deadline: %w", err)
		}
	}
	n, err := p.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, formError(err)
	}
	return n, err //nolint:wrapcheck // io.EOF must stay what it is
}
