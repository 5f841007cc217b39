package catalogue

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/pictures"
)

func failure(t *testing.T, err error) pictureCode {
	t.Helper()
	var failed *pictureError
	require.ErrorAs(t, err, &failed)
	return failed.code
}

func TestFetchPicture_AsksPublicAddressesOverHTTPSAlone(t *testing.T) {
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	get := newPictureFetcher()
	for _, address := range []string{
		server.URL + "/a.png", "http://example.org/a.png", "https://localhost/a.png", "https://10.0.0.1/a.png", "https://169.254.169.254/latest/meta-data",
		"https://[::1]/a.png", "https://[fd00::1]/a.png", "https://[::ffff:127.0.0.1]/a.png", "https://100.64.0.1/", "https://0.0.0.0/",
		"https://user:secret@example.org/a.png", "file:///etc/passwd", "gopher://example.org/", "https:///a.png", "https://192.0.2.1/a.png",
	} {
		_, err := get(t.Context(), address)
		assert.Equal(t, pictureAddress, failure(t, err), address)
	}
	assert.Zero(t, asked)
}

func TestFetchPicture_IsBounded(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("picture")) })
	mux.HandleFunc("/gone", http.NotFound)
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("x", pictures.MaxBytes+1)))
	})
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.org/", http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/good", http.StatusFound) })
	server := httptest.NewTLSServer(mux)
	defer server.Close()
	o := pictureOptions()
	o.Loopback = true
	o.Wrap = func(http.RoundTripper) http.RoundTripper { return server.Client().Transport } // trusts the server's certificate
	client := fetch.New(o)
	for path, want := range map[string]pictureCode{
		"/gone": pictureStatus, "/large": pictureLarge, "/plain": pictureAddress, "/round": pictureAddress,
	} {
		_, err := fetchPicture(t.Context(), client, server.URL+path)
		assert.Equal(t, want, failure(t, err), path)
	}
	for _, path := range []string{"/good", "/once"} {
		body, err := fetchPicture(t.Context(), client, server.URL+path)
		require.NoError(t, err)
		assert.Equal(t, "picture", string(body))
	}
	server.Close()
	_, err := fetchPicture(t.Context(), client, server.URL+"/good")
	assert.Equal(t, pictureUnreachable, failure(t, err))
}
