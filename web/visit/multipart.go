package visit

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/coincart/coincart/models/text"
)

// The bounds of a form with files.
const (
	maxMultipartText  = 1 << 20 // bytes of all fields together
	maxMultipartParts = 4000
)

// UploadTime is the time limit for a form with files to arrive: the largest one in it over 5 Mbit/s.
const UploadTime = 2 * time.Minute

// File is a file of a form.
type File struct {
	Field string
	Name  string // as the browser calls it, made safe to show; it says nothing about what is in the file
	Data  []byte
	Large bool // longer than what was allowed: Data is nil
}

// FileLimits bound the files of a form.
type FileLimits struct {
	Files int   // more are ErrTooLarge
	Bytes int64 // of each; a longer one is passed over and said to be Large
}

// Upload reads a form that may have files (multipart/form-data), or an ordinary one. A file field that was left empty is no file. Nothing
// is written to disk. Errors: ErrTooLarge, ErrBadForm.
func (v *Visit) Upload(limits FileLimits) (url.Values, []File, error) {
	bodyBytes := int64(limits.Files+1)*limits.Bytes + 2*maxMultipartText // one file that is too large can still be named
	form, err := v.readMultipart(bodyBytes, func(_ url.Values, field, name string, data io.Reader) error {
		if len(v.files) >= limits.Files {
			return ErrTooLarge
		}
		file, err := readFile(data, limits.Bytes)
		file.Field, file.Name = field, name
		v.files = append(v.files, file)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return form, v.files, nil
}

// fileTaker receives a file of a form while it arrives: the fields before the file, the name of its field, its own name made safe to show,
// and its data. What it leaves unread is skipped.
type fileTaker func(form url.Values, field, name string, data io.Reader) error

// readMultipart reads a form with files whose body has at most bodyBytes, or an ordinary form, and returns its fields. Each file goes to take.
// A body is read once: later calls return the same fields and take nothing. Errors: ErrTooLarge, ErrBadForm, and those of take as they are.
func (v *Visit) readMultipart(bodyBytes int64, take fileTaker) (url.Values, error) {
	r := v.gin.Request
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return v.Form()
	}
	if v.form != nil {
		return v.form, nil
	}
	if err := v.setDeadlines(UploadTime, UploadTime+chunkTime); err != nil { // a file takes longer than its page
		return nil, err
	}
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, bodyBytes)
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, ErrBadForm
	}
	form, err := readParts(reader, take)
	if err != nil {
		return nil, err
	}
	v.form = form
	return form, nil
}

// setDeadlines gives the request this much time to arrive and to be answered from now on, in place of the server's times for a page.
// Connections without deadlines, as in tests, are accepted.
func (v *Visit) setDeadlines(read, write time.Duration) error {
	control := http.NewResponseController(v.gin.Writer)
	now := time.Now()
	for _, err := range []error{control.SetReadDeadline(now.Add(read)), control.SetWriteDeadline(now.Add(write))} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("set a deadline: %w", err)
		}
	}
	return nil
}

// readParts reads a form part by part: fields are collected, files go to take. A form without any part is ErrBadForm.
func readParts(reader *multipart.Reader, take fileTaker) (url.Values, error) {
	fields := fieldReader{form: url.Values{}, left: maxMultipartText}
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			return fields.form, nil
		case err != nil:
			return nil, formError(err)
		case n == maxMultipartParts:
			return nil, ErrTooLarge
		}
		name, isFile := fileName(part)
		switch {
		case !isFile:
			err = fields.read(part)
		case name != "": // otherwise nothing was chosen
			err = take(fields.form, part.FormName(), text.Clean(name), part)
		}
		if err != nil {
			return nil, err
		}
	}
}

// fileName returns the name of a file. isFile is false for a field; a file field in which nothing was chosen has an empty name.
func fileName(part *multipart.Part) (name string, isFile bool) {
	_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return "", false
	}
	_, isFile = parameters["filename"]
	return part.FileName(), isFile
}

// fieldReader collects the fields of a form.
type fieldReader struct {
	form url.Values
	left int64 // bytes that names and values may still have
}

// read adds a field. Errors: ErrTooLarge, ErrBadForm.
func (f *fieldReader) read(part *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(part, f.left+1))
	if err != nil {
		return formError(err)
	}
	field := part.FormName()
	if f.left -= int64(len(value) + len(field)); f.left < 0 {
		return ErrTooLarge
	}
	if field == "" || !utf8.Valid(value) || !utf8.ValidString(field) {
		return ErrBadForm
	}
	f.form.Add(field, string(value))
	return nil
}

// readFile reads a file; the rest of one that is too long is skipped, so that the form can say which one it was.
func readFile(file io.Reader, limit int64) (File, error) {
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return File{}, formError(err)
	}
	if int64(len(data)) <= limit {
		return File{Data: data}, nil
	}
	if _, err := io.Copy(io.Discard, file); err != nil {
		return File{}, formError(err)
	}
	return File{Large: true}, nil
}

// formError returns the error for a form whose body cannot be read to its end.
func formError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return ErrTooLarge
	}
	return ErrBadForm
}
