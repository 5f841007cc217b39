package visit

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of a form with files.
const (
	maxMultipartText  = 1 << 20 // bytes of all fields together
	maxMultipartParts = 4000
)

// UploadTime is how long a form with files may take to arrive: the largest one in it over 5 Mbit/s.
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
	r := v.gin.Request
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		form, err := v.Form()
		return form, nil, err
	}
	if v.form != nil {
		return v.form, v.files, nil
	}
	if err := v.takeTime(); err != nil {
		return nil, nil, err
	}
	most := int64(limits.Files+1)*limits.Bytes + 2*maxMultipartText // one that is too large can still be named
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, most)
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, nil, ErrBadForm
	}
	form, files, err := readParts(reader, limits)
	if err != nil {
		return nil, nil, err
	}
	v.form, v.files = form, files
	return form, files, nil
}

// takeTime lifts the server's times for a page: a file takes longer than its page. A connection without deadlines is a test's.
func (v *Visit) takeTime() error {
	control := http.NewResponseController(v.gin.Writer)
	now := time.Now()
	for _, err := range []error{control.SetReadDeadline(now.Add(UploadTime)), control.SetWriteDeadline(now.Add(UploadTime + chunkTime))} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("set a deadline: %w", err)
		}
	}
	return nil
}

func readParts(reader *multipart.Reader, limits FileLimits) (url.Values, []File, error) {
	form, text := url.Values{}, int64(maxMultipartText)
	var files []File
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, formError(err)
		}
		if n >= maxMultipartParts {
			return nil, nil, ErrTooLarge
		}
		field := part.FormName()
		if name := part.FileName(); name != "" || isFile(part) {
			file, err := readFile(part, limits.Bytes)
			if err != nil {
				return nil, nil, err
			}
			if name == "" && len(file.Data) == 0 && !file.Large {
				continue // nothing was chosen
			}
			if len(files) >= limits.Files {
				return nil, nil, ErrTooLarge
			}
			file.Field, file.Name = field, clean(strings.ToValidUTF8(name, ""))
			files = append(files, file)
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, text+1))
		if err != nil {
			return nil, nil, formError(err)
		}
		if text -= int64(len(value)) + int64(len(field)); text < 0 {
			return nil, nil, ErrTooLarge
		}
		if field == "" || !utf8.Valid(value) || !utf8.ValidString(field) {
			return nil, nil, ErrBadForm
		}
		form.Add(field, string(value))
	}
}

// isFile reports a file field in which nothing was chosen: it has a file's name, an empty one.
func isFile(part *multipart.Part) bool {
	_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return false
	}
	_, ok := parameters["filename"]
	return ok
}

// readFile reads a file; of one that is too long the rest is passed over, so that the form can say which one it was.
func readFile(part *multipart.Part, most int64) (File, error) {
	data, err := io.ReadAll(io.LimitReader(part, most+1))
	if err != nil {
		return File{}, formError(err)
	}
	if int64(len(data)) <= most {
		return File{Data: data}, nil
	}
	if _, err := io.Copy(io.Discard, part); err != nil {
		return File{}, formError(err)
	}
	return File{Large: true}, nil
}

func formError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return ErrTooLarge
	}
	return ErrBadForm
}
