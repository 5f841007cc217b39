package visit

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/templates"
)

// NoStore is the Cache-Control of every answer unless its handler calls Public: nobody may keep a page with a cart, an order or a form
// token.
const NoStore = "no-store"

// compressFrom is the size in bytes from which pages are compressed.
const compressFrom = 1024

// Public marks a page without secrets: the browser may keep it, and asks again before it shows it. Only such pages are compressed: the
// checkout shows the form's token and what was typed on one page, and its length must reveal nothing about either (BREACH).
func (v *Visit) Public() {
	h := v.gin.Writer.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Encoding, Accept-Language, Cookie, HX-Request")
}

// Private undoes Public, for a page that went wrong.
func (v *Visit) Private() {
	h := v.gin.Writer.Header()
	h.Set("Cache-Control", NoStore)
	h.Del("Vary")
}

// Whole makes a script that asked for a part of a page show this page instead of the part.
func (v *Visit) Whole() {
	if !v.Fragment() {
		return
	}
	h := v.gin.Writer.Header()
	h.Set("HX-Retarget", "#main")
	h.Set("HX-Reselect", "#main")
	h.Set("HX-Reswap", "outerHTML")
}

// Show renders a component and sends it. Nothing is sent before all of it is rendered, so that a failure can still become an
// error page.
func (v *Visit) Show(status int, component templ.Component) error {
	pool := v.Site.pool
	page := pool.buffer()
	defer pool.release(page)
	if err := component.Render(templates.Mounted(v.Context(), v.Site.base.Path), page); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	h := v.gin.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Printer.Lang())
	if h.Get("Cache-Control") == NoStore || page.Len() < compressFrom || !static.AcceptsGzip(v.Header("Accept-Encoding")) {
		return v.send(status, page)
	}
	packed := pool.buffer()
	defer pool.release(packed)
	if err := pool.compress(packed, page); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	h.Set("Content-Encoding", "gzip")
	return v.send(status, packed)
}

// Text sends plain text, for machines and their keepers.
func (v *Visit) Text(status int, text string) error {
	v.gin.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	return v.send(status, bytes.NewBufferString(text))
}

// JSON sends a text that is JSON.
func (v *Visit) JSON(status int, body []byte) error {
	v.gin.Writer.Header().Set("Content-Type", "application/json")
	return v.send(status, bytes.NewBuffer(body))
}

// Bytes sends a body that is ready; contentType is "" where there is none.
func (v *Visit) Bytes(status int, contentType string, body []byte) error {
	if contentType == "" {
		v.gin.Writer.WriteHeader(status)
		v.gin.Writer.WriteHeaderNow()
		return nil
	}
	v.gin.Writer.Header().Set("Content-Type", contentType)
	return v.send(status, bytes.NewBuffer(body))
}

// Refuse tells a machine why it is refused, in the platform's format: a code and a message.
func (v *Visit) Refuse(status int, code, msg string) error {
	body, err := json.Marshal(struct {
		Code string `json:"code"`
		Msg  string `json:"msg"`
	}{code, msg})
	if err != nil {
		return fmt.Errorf("encode refusal: %w", err)
	}
	return v.JSON(status, body)
}

func (v *Visit) send(status int, body *bytes.Buffer) error {
	w := v.gin.Writer
	RetryLater(w.Header(), status)
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	if v.gin.Request.Method == http.MethodHead {
		w.WriteHeaderNow()
		return nil
	}
	_, _ = w.Write(body.Bytes()) // an error means that the visitor has left
	return nil
}

// SeeOther sends the browser to another page by GET. The address is one of our own paths, or one that payments built.
func (v *Visit) SeeOther(address string) error {
	return v.redirect(http.StatusSeeOther, "Location", address)
}

// Written reports whether the answer has begun.
func (v *Visit) Written() bool { return v.gin.Writer.Written() }

// maxPooledBytes is the maximum size of a buffer that is kept, so that a rare giant page does not stay in memory.
const maxPooledBytes = 1 << 20

// bufferPool holds the buffers and compressors that pages reuse.
type bufferPool struct {
	buffers, compressors sync.Pool
}

func newBufferPool() *bufferPool {
	return &bufferPool{
		buffers:     sync.Pool{New: func() any { return new(bytes.Buffer) }},
		compressors: sync.Pool{New: func() any { return fastest() }},
	}
}

// fastest returns a compressor that takes a third of the time of the default level and makes pages a tenth larger.
func fastest() *gzip.Writer {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}

func (p *bufferPool) buffer() *bytes.Buffer {
	b := p.buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert,errcheck // the pool holds nothing else
	b.Reset()
	return b
}

func (p *bufferPool) release(b *bytes.Buffer) {
	if b.Cap() < maxPooledBytes {
		p.buffers.Put(b)
	}
}

func (p *bufferPool) compress(to, from *bytes.Buffer) error {
	z := p.compressors.Get().(*gzip.Writer) //nolint:forcetypeassert,errcheck // the pool holds nothing else
	defer p.compressors.Put(z)
	z.Reset(to)
	if _, err := z.Write(from.Bytes()); err != nil {
		return err
	}
	return z.Close()
}
