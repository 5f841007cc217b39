package visit

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/text"
)

// engine is what gin's contexts belong to; nothing is routed through it.
var engine = sync.OnceValue(func() *gin.Engine { return gin.New() })

// sent is a visit that brings a body along.
func sent(contentType string, body []byte) *Visit {
	c := gin.CreateTestContextOnly(httptest.NewRecorder(), engine())
	c.Request = httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	c.Request.Header.Set("Content-Type", contentType)
	return &Visit{gin: c}
}

func packed(tb testing.TB, write func(w *multipart.Writer)) (contentType string, body []byte) {
	tb.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	write(w)
	require.NoError(tb, w.Close())
	return w.FormDataContentType(), b.Bytes()
}

func attach(tb testing.TB, w *multipart.Writer, field, name, data string) {
	tb.Helper()
	part, err := w.CreateFormFile(field, name)
	require.NoError(tb, err)
	_, err = part.Write([]byte(data))
	require.NoError(tb, err)
}

func TestUpload_ReadsFieldsAndFiles(t *testing.T) {
	kind, body := packed(t, func(w *multipart.Writer) {
		require.NoError(t, w.WriteField("title", "茶杯"))
		require.NoError(t, w.WriteField("id", "1"))
		require.NoError(t, w.WriteField("id", "2"))
		attach(t, w, "upload", "", "")
		attach(t, w, "upload", "../../etc/a\u202egnp.jpg", "12345")
		attach(t, w, "upload", "b.jpg", "123456")
	})
	v := sent(kind, body)
	form, files, err := v.Upload(FileLimits{Files: 2, Bytes: 5})
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, form["id"])
	assert.Equal(t, "茶杯", form.Get("title"))
	assert.Equal(t, []File{{Field: "upload", Name: "agnp.jpg", Data: []byte("12345")}, {Field: "upload", Name: "b.jpg", Large: true}}, files)
	again, _, err := v.Upload(FileLimits{Files: 2, Bytes: 5})
	require.NoError(t, err)
	assert.Equal(t, form, again, "a body is read once")
	plain := sent("application/x-www-form-urlencoded", []byte("a=b"))
	form, files, err = plain.Upload(FileLimits{Files: 1, Bytes: 1})
	require.NoError(t, err)
	assert.Equal(t, "b", form.Get("a"))
	assert.Empty(t, files)
}

func TestUpload_IsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		write func(w *multipart.Writer)
		want  error
	}{
		"too many files": {func(w *multipart.Writer) {
			for range 3 {
				attach(t, w, "f", "a", "x")
			}
		}, ErrTooLarge},
		"too much text": {func(w *multipart.Writer) {
			require.NoError(t, w.WriteField("a", strings.Repeat("x", maxMultipartText)))
		}, ErrTooLarge},
		"too many fields": {func(w *multipart.Writer) {
			for range maxMultipartParts + 1 {
				require.NoError(t, w.WriteField("a", ""))
			}
		}, ErrTooLarge},
		"everything too large": {func(w *multipart.Writer) { attach(t, w, "f", "a", strings.Repeat("x", 3<<20)) }, ErrTooLarge},
		"not UTF-8":            {func(w *multipart.Writer) { require.NoError(t, w.WriteField("a", "\xff")) }, ErrBadForm},
		"no name":              {func(w *multipart.Writer) { require.NoError(t, w.WriteField("", "x")) }, ErrBadForm},
	} {
		kind, body := packed(t, c.write)
		_, _, err := sent(kind, body).Upload(FileLimits{Files: 2, Bytes: 10})
		assert.ErrorIs(t, err, c.want, name)
	}
	for kind, want := range map[string]error{
		"multipart/form-data": ErrBadForm, "multipart/form-data; boundary=x": ErrBadForm, "multipart/mixed; boundary=x": ErrMediaType, "text/plain": ErrMediaType, "": ErrMediaType,
	} {
		_, _, err := sent(kind, []byte("--y\r\n")).Upload(FileLimits{Files: 2, Bytes: 10})
		assert.ErrorIs(t, err, want, kind)
	}
}

func FuzzUpload(f *testing.F) {
	kind, body := packed(f, func(w *multipart.Writer) {
		require.NoError(f, w.WriteField("a", "b"))
		attach(f, w, "f", "n", "x")
	})
	f.Add(kind, body)
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"a\"; filename*=utf-8''%ff\r\n\r\nv\r\n--x--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		limits := FileLimits{Files: 2, Bytes: 64}
		form, files, err := sent(kind, body).Upload(limits)
		if err != nil {
			require.True(t, errors.Is(err, ErrBadForm) || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrMediaType), err)
			return
		}
		assert.LessOrEqual(t, len(files), limits.Files)
		for _, file := range files {
			assert.LessOrEqual(t, len(file.Data), int(limits.Bytes))
			assert.Equal(t, text.Clean(file.Name), file.Name)
		}
		for name := range form {
			assert.Equal(t, strings.ToValidUTF8(name, "?"), name)
		}
	})
}
