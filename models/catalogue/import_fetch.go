package catalogue

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/pictures"
)

// PictureFetcher fetches the file at an address.
type PictureFetcher func(ctx context.Context, address string) ([]byte, error)

// pictureCode is the reason why a picture could not be fetched. It is also the code of the remark for staff.
type pictureCode string

const (
	pictureAddress     pictureCode = "picture_address"     // not https, or not public
	pictureUnreachable pictureCode = "picture_unreachable" // no answer
	pictureStatus      pictureCode = "picture_status"      // an answer that is not a picture
	pictureLarge       pictureCode = "picture_large"
	pictureFormat      pictureCode = "picture_format"
	pictureBroken      pictureCode = "picture_broken"
)

// pictureError is a failure to fetch or decode a picture.
type pictureError struct {
	code   pictureCode
	status string // HTTP status, if there was an answer
	cause  error
}

func (e *pictureError) Error() string { return "picture: " + string(e.code) }
func (e *pictureError) Unwrap() error { return e.cause }

// newPictureFetcher returns the default fetcher. It reaches public addresses only, because the addresses come from a file; see package
// fetch.
func newPictureFetcher() PictureFetcher {
	client := fetch.New(pictureOptions())
	return func(ctx context.Context, address string) ([]byte, error) { return fetchPicture(ctx, client, address) }
}

// pictureOptions returns the limits of fetching a picture.
func pictureOptions() fetch.Options {
	return fetch.Options{ConnectTimeout: 5 * time.Second, Timeout: 30 * time.Second, MaxBytes: pictures.MaxBytes}
}

func fetchPicture(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, &pictureError{code: pictureAddress, cause: err}
	}
	request.Header.Set("Accept", "image/webp, image/png, image/jpeg, image/gif")
	request.Header.Set("User-Agent", "Coincart")
	answer, err := client.Do(request)
	if errors.Is(err, fetch.ErrAddress) || errors.Is(err, fetch.ErrRedirect) {
		return nil, &pictureError{code: pictureAddress, cause: err}
	}
	if err != nil {
		return nil, &pictureError{code: pictureUnreachable, cause: err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &pictureError{code: pictureStatus, status: strconv.Itoa(answer.StatusCode)}
	}
	body, err := io.ReadAll(answer.Body)
	switch {
	case errors.Is(err, fetch.ErrTooLarge):
		return nil, &pictureError{code: pictureLarge}
	case err != nil:
		return nil, &pictureError{code: pictureUnreachable, cause: err}
	}
	return body, nil
}
