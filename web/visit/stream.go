package visit

import (
	"errors"
	"io"
	"net/url"
	"time"
)

// StreamTime is the time limit for a streamed file to arrive as a whole, while it makes progress.
const StreamTime = 30 * time.Minute

// Stream reads a form with one file (multipart/form-data) and passes the file on while it arrives, so that it is never in memory as a
// whole. take gets the fields before the file; those after it are in the form that Stream returns. Without a file take is not called.
// Errors: ErrTooLarge if the file has more than maxBytes, ErrBadForm, and those of take unchanged.
func (v *Visit) Stream(maxBytes int64, take func(form url.Values, name string, file io.Reader) error) (url.Values, error) {
	taken := false
	return v.readMultipart(maxBytes+2*maxMultipartText, func(form url.Values, _, name string, data io.Reader) error {
		if taken {
			return ErrTooLarge
		}
		taken = true
		return take(form, name, &timedReader{v: v, from: data, until: time.Now().Add(StreamTime)})
	})
}

// timedReader reads a file and extends the deadlines while it makes progress.
type timedReader struct {
	v     *Visit
	from  io.Reader
	until time.Time
}

// Read reads on.
func (p *timedReader) Read(b []byte) (int, error) {
	if time.Now().After(p.until) {
		return 0, ErrTooLarge
	}
	if err := p.v.setDeadlines(chunkTime, 2*chunkTime); err != nil {
		return 0, err
	}
	n, err := p.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, formError(err)
	}
	return n, err //nolint:wrapcheck // io.EOF must stay what it is
}
