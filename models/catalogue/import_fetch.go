package catalogue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/pictures"
)

// PictureFetcher fetches the bytes at an address.
type PictureFetcher func(ctx context.Context, address string) ([]byte, error)

// pictureCode says why a picture could not be had; the words are those of the remark of that name.
type pictureCode string

const (
	pictureAddress     pictureCode = "picture_address"     // not https, or not public
	pictureUnreachable pictureCode = "picture_unreachable" // no answer
	pictureStatus      pictureCode = "picture_status"      // an answer that is no picture
	pictureLarge       pictureCode = "picture_large"
	pictureFormat      pictureCode = "picture_format"
	pictureBroken      pictureCode = "picture_broken"
)

// pictureError is a picture that cannot be had.
type pictureError struct {
	code   pictureCode
	status string // of HTTP, where there was one
	cause  error
}

func (e *pictureError) Error() string { return "picture: " + string(e.code) }
func (e *pictureError) Unwrap() error { return e.cause }

// Bounds of fetching a picture.
const (
	pictureTimeout   = 30 * time.Second // for the whole of it
	pictureConnect   = 5 * time.Second
	pictureRedirects = 3
)

// newPictureFetcher makes the fetcher of imports. An address in a file is asked by the server, so it could be made to reach what only the
// server reaches: therefore https only, public addresses only (checked for each connection after the name was resolved), no proxy, few
// redirects, no cookies, and no more bytes than a picture may have.
func newPictureFetcher() PictureFetcher {
	dialer := &net.Dialer{Timeout: pictureConnect, Control: dialPublic}
	client := &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: pictureConnect, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2,
			IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 32 << 10,
		},
		CheckRedirect: secureRedirect, Timeout: pictureTimeout,
	}
	return func(ctx context.Context, address string) ([]byte, error) { return fetchPicture(ctx, client, address) }
}

// dialPublic refuses addresses that are not public. It is called with what a name was resolved to.
func dialPublic(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", fetch.ErrPrivate, err)
	}
	if !fetch.Public(at.Addr().Unmap()) {
		return fetch.ErrPrivate
	}
	return nil
}

// secureRedirect follows a few redirects, to https alone.
func secureRedirect(r *http.Request, via []*http.Request) error {
	if len(via) > pictureRedirects || r.URL.Scheme != "https" || r.URL.User != nil {
		return fetch.ErrRedirected
	}
	return nil
}

func fetchPicture(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, &pictureError{code: pictureAddress, cause: fetch.ErrPrivate}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &pictureError{code: pictureAddress, cause: err}
	}
	request.Header.Set("Accept", "image/webp, image/png, image/jpeg, image/gif")
	request.Header.Set("User-Agent", "Coincart")
	answer, err := client.Do(request)
	if errors.Is(err, fetch.ErrPrivate) || errors.Is(err, fetch.ErrRedirected) {
		return nil, &pictureError{code: pictureAddress, cause: err}
	}
	if err != nil {
		return nil, &pictureError{code: pictureUnreachable, cause: err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &pictureError{code: pictureStatus, status: strconv.Itoa(answer.StatusCode)}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, pictures.MaxBytes+1))
	switch {
	case err != nil:
		return nil, &pictureError{code: pictureUnreachable, cause: err}
	case len(body) > pictures.MaxBytes:
		return nil, &pictureError{code: pictureLarge}
	}
	return body, nil
}

// PictureFailure is what a PictureFetcher returns for an answer that is no picture, with its HTTP status.
func PictureFailure(status string) error { return &pictureError{code: pictureStatus, status: status} }
