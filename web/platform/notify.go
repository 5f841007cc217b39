package platform

import (
	"errors"
	"io"
	"net/http"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/web/visit"
)

// maxNotification is the maximum size of a callback's body, in bytes (reliability.md E1).
const maxNotification = 16 << 10

// What becomes of callbacks, as counted.
const (
	NotifyAccepted    = "notify_accepted"
	NotifyShape       = "notify_bad_shape"
	NotifySignature   = "notify_bad_signature"
	NotifyTooLarge    = "notify_too_large"
	NotifyUnavailable = "notify_unavailable"
)

// Notify receives a callback: POST /payments/notify. It is acknowledged only once it is stored (reliability.md R4). A refused callback is
// answered with the reason in JSON, and only counted.
func (p *Pages) Notify(v *visit.Visit) error {
	contentType, body, err := v.Body(maxNotification)
	switch {
	case errors.Is(err, visit.ErrTooLarge):
		return p.refuse(v, NotifyTooLarge, http.StatusRequestEntityTooLarge, opay.CodeParameterError, "body too large")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return p.refuse(v, NotifyShape, http.StatusBadRequest, opay.CodeParameterError, "body ends too early")
	case err != nil:
		return p.refuse(v, NotifyShape, http.StatusBadRequest, opay.CodeParameterError, "body cannot be read")
	}
	err = p.payments.Receive(v.Context(), contentType, body, v.ClientIP())
	switch {
	case err == nil:
		p.count(NotifyAccepted)
		return v.JSON(http.StatusOK, opay.Acknowledgement())
	case errors.Is(err, opay.ErrShape):
		return p.refuse(v, NotifyShape, http.StatusBadRequest, opay.CodeParameterError, "not a notification")
	case errors.Is(err, opay.ErrSignature):
		return p.refuse(v, NotifySignature, http.StatusBadRequest, opay.CodeSignatureError, "signature error")
	}
	v.Site.Log.Log(v.Context(), v.FaultLevel(), "callback not stored", "request", v.RequestID(), "error", err)
	return p.refuse(v, NotifyUnavailable, http.StatusServiceUnavailable, opay.CodeSystemException, "try again later")
}

// refuse counts a refusal and answers in the platform's format.
func (p *Pages) refuse(v *visit.Visit, event string, status int, code opay.Code, msg string) error {
	p.count(event)
	return v.Refuse(status, string(code), msg)
}

func (p *Pages) count(event string) {
	p.tally.Add(event)
	p.site.Count(event)
}
