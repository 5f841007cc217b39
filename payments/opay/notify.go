package opay

import (
	"fmt"
	"mime"
	"strings"
)

// MaxNotificationBytes is the maximum size of the body of a notification, in bytes
// (reliability.md E1). A server needs to read at most one byte more.
const MaxNotificationBytes = 16 << 10

// SealedNotification is a notification that passed [Client.CheckNotification].
// Store it, then acknowledge it (reliability.md R4). It contains no secret.
type SealedNotification struct {
	AppID    string
	Time     string   // as text, or empty with SigningMD5, which alone signs it
	Envelope Envelope // with SigningMD5, Data is the body in base64
	Digest   Digest   // the same for every delivery of a result
}

// Notification is a result that the platform reports (platform/api.md §3.3). It is
// only a hint (reliability.md R3): ask [Client.Order] before relying on it. It
// names no coin and no time.
type Notification struct {
	OutOrderID string // the merchant's AppOrderID
	OrderNum   string // the platform's number of the order
	Status     Status
	PayAmount  Amount // in the form of [ReadAmount]
	ReturnURL  string // must not be followed
}

// CheckNotification checks the body of a notification without using the private
// key: content type application/json, at most [MaxNotificationBytes], the client's
// app_id, 1 to 16 blocks, and a signature by the platform (reliability.md E1 and
// E2). With [SigningMD5] the body is a flat object with the client's appKey and a
// signature by the secret. A client accepts the form of its profile only. Errors wrap [ErrShape] or [ErrSignature]. The platform has sealed what
// passes, at some time and for some application with this key, so it may be a
// replay.
func (c *Client) CheckNotification(contentType string, body []byte) (SealedNotification, error) {
	if len(body) > MaxNotificationBytes {
		return SealedNotification{}, fmt.Errorf("%w: body of more than %d bytes", ErrShape, MaxNotificationBytes)
	}
	media, params, err := mime.ParseMediaType(contentType)
	if charset := params["charset"]; err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return SealedNotification{}, fmt.Errorf("%w: content type is not application/json", ErrShape)
	}
	return c.dialect.checkNotification(c.appID, body)
}

// OpenNotification decrypts, verifies and parses a notification. Call it after the
// notification was stored and acknowledged (reliability.md E3). Errors after the
// check of the signature wrap [ErrEnvelope].
func (c *Client) OpenNotification(s SealedNotification) (Notification, error) {
	if s.AppID != c.appID {
		return Notification{}, fmt.Errorf("%w: app_id is not ours", ErrShape)
	}
	plain, err := c.dialect.openNotification(s)
	if err != nil {
		return Notification{}, err
	}
	n, err := parseNotification(plain)
	if err != nil {
		return Notification{}, fmt.Errorf("%w: notification: %w", ErrEnvelope, err)
	}
	return n, nil
}

func parseNotification(plain []byte) (Notification, error) {
	o, err := ParseObject(plain)
	if err != nil {
		return Notification{}, err
	}
	if err := o.Exact("outOrderId", "orderNum", "orderStatus", "payAmount", "returnUrl"); err != nil {
		return Notification{}, err
	}
	var n Notification
	n.OutOrderID, _ = o.id("outOrderId")
	n.OrderNum, _ = o.id("orderNum")
	n.ReturnURL, _ = o.Text("returnUrl")
	status, _ := o.integer("orderStatus", maxStatusDigits)
	n.Status = Status(status)
	switch {
	case !isID(n.OutOrderID, maxID):
		return Notification{}, fmt.Errorf("%w: outOrderId is missing or malformed", ErrJSON)
	case !isID(n.OrderNum, maxID):
		return Notification{}, fmt.Errorf("%w: orderNum is missing or malformed", ErrJSON)
	case !n.Status.Known():
		return Notification{}, fmt.Errorf("%w: orderStatus is missing or undocumented", ErrJSON)
	}
	amount, _ := o.Text("payAmount")
	if n.PayAmount, err = ReadAmount(amount); err != nil {
		return Notification{}, fmt.Errorf("payAmount: %w", err)
	}
	return n, nil
}

// Acknowledgement returns the body that ends the platform's deliveries of a
// notification (platform/api.md §3.3). Send it with status 200 and content type
// application/json, after the notification is stored.
func Acknowledgement() []byte {
	return []byte(`{"code":"0","msg":"success","data":"success"}`)
}
