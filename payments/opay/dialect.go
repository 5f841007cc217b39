package opay

import (
	"encoding/base64"
	"fmt"
)

// dialect is the form of the messages between merchant and platform: envelopes
// (platform/api.md §2) or flat objects (§5).
type dialect interface {
	// encode returns the body of a request. clock is the time as text, or empty.
	encode(appID, clock string, fields []Field) ([]byte, error)
	// parseReply parses the body of an answer. Errors wrap ErrShape.
	parseReply(body []byte) (reply, error)
	// checkNotification checks shape and signature of a notification for appID.
	// Errors wrap ErrShape or ErrSignature.
	checkNotification(appID string, body []byte) (SealedNotification, error)
	// openNotification returns the JSON of a notification that was checked before.
	// Errors wrap ErrEnvelope, or those of the check.
	openNotification(s SealedNotification) ([]byte, error)
	String() string
}

// reply is an answer of the platform.
type reply struct {
	code  Code
	msg   string
	empty bool                   // it has code and message only
	open  func() ([]byte, error) // returns the JSON of the data, verified as far as the dialect can
}

// dialectOf returns the dialect of a configuration.
func dialectOf(signing Signing, keys *Keyring, secret *Secret) (dialect, error) {
	switch {
	case signing == SigningMD5 && secret == nil:
		return nil, fmt.Errorf("%w: Secret is missing", ErrInvalidRequest)
	case signing == SigningMD5 && keys != nil:
		return nil, fmt.Errorf("%w: Keys are for rsa signing, and the profile says md5", ErrInvalidRequest)
	case signing == SigningMD5:
		return flat{secret}, nil
	case keys == nil:
		return nil, fmt.Errorf("%w: Keys are missing", ErrInvalidRequest)
	case secret != nil:
		return nil, fmt.Errorf("%w: Secret is for md5 signing, and the profile says rsa", ErrInvalidRequest)
	}
	return sealed{keys}, nil
}

// sealed is the dialect of SigningRSA.
type sealed struct{ keys *Keyring }

func (d sealed) String() string { return d.keys.String() }

func (d sealed) encode(appID, clock string, fields []Field) ([]byte, error) {
	envelope, err := d.keys.Seal(EncodeFields(fields...))
	if err != nil {
		return nil, err
	}
	return Request{AppID: appID, Time: clock, Envelope: envelope}.Encode(), nil
}

func (d sealed) parseReply(body []byte) (reply, error) {
	r, err := ParseResponse(body)
	if err != nil {
		return reply{}, err
	}
	return reply{
		code: r.Code, msg: r.Msg, empty: r.Envelope == (Envelope{}),
		open: func() ([]byte, error) { return d.keys.OpenWithin(r.Envelope, MaxResponseBlocks) },
	}, nil
}

func (d sealed) checkNotification(appID string, body []byte) (SealedNotification, error) {
	r, err := ParseRequest(body)
	if err != nil {
		return SealedNotification{}, err
	}
	if r.AppID != appID {
		return SealedNotification{}, fmt.Errorf("%w: app_id is not ours", ErrShape)
	}
	digest, err := d.keys.PreCheckWithin(r.Envelope, MaxNotificationBlocks)
	if err != nil {
		return SealedNotification{}, err
	}
	return SealedNotification{AppID: r.AppID, Time: r.Time, Envelope: r.Envelope, Digest: digest}, nil
}

func (d sealed) openNotification(s SealedNotification) ([]byte, error) {
	return d.keys.OpenWithin(s.Envelope, MaxNotificationBlocks)
}

// flat is the dialect of SigningMD5. Its limits and its strictness are those of the
// other one (reliability.md E10 to E13).
type flat struct{ secret *Secret }

func (d flat) String() string { return d.secret.String() }

// encode writes appKey first. The order of the members does not matter to the
// signature.
func (d flat) encode(appID, clock string, fields []Field) ([]byte, error) {
	all := append(make([]Field, 0, len(fields)+2), Field{"appKey", appID})
	for _, f := range fields {
		if f.Name != "appKey" {
			all = append(all, f)
		}
	}
	return d.secret.Seal(appendSet(all, "time", clock)...), nil
}

func (d flat) parseReply(body []byte) (reply, error) {
	var data []byte
	o, err := splitObject(body, func(name string, raw []byte) (value, error) {
		if name == "data" && raw[0] == '{' {
			data = raw
			return value{kind: kindObject}, nil
		}
		return parseAt(raw, 1)
	})
	if err != nil {
		return reply{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	code, msg, err := codeAndMessage(o)
	if err != nil {
		return reply{}, err
	}
	return reply{code: code, msg: msg, empty: data == nil, open: func() ([]byte, error) {
		if data == nil {
			return nil, fmt.Errorf("%w: data is not an object", ErrShape)
		}
		return data, nil
	}}, nil
}

func (d flat) checkNotification(appID string, body []byte) (SealedNotification, error) {
	o, digest, err := d.read(appID, body)
	if err != nil {
		return SealedNotification{}, err
	}
	clock, ok := o.integer("time", maxTimeDigits)
	if !ok {
		return SealedNotification{}, fmt.Errorf("%w: time is not a whole number", ErrShape)
	}
	sign, _ := o.Text(signMember)
	return SealedNotification{
		AppID: appID, Time: clock, Digest: digest,
		Envelope: Envelope{Data: base64.RawURLEncoding.EncodeToString(body), Sign: sign},
	}, nil
}

// read parses and verifies a notification.
func (d flat) read(appID string, body []byte) (Object, Digest, error) {
	o, err := ParseObject(body)
	if err == nil {
		err = o.Exact("appKey", "time")
	}
	if err != nil {
		return Object{}, Digest{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	if app, ok := o.Text("appKey"); !ok || app != appID {
		return Object{}, Digest{}, fmt.Errorf("%w: appKey is not ours", ErrShape)
	}
	digest, err := d.secret.verify(o)
	return o, digest, err
}

// openNotification verifies again, because what is stored may have been changed.
func (d flat) openNotification(s SealedNotification) ([]byte, error) {
	body, ok := decodeBase64(s.Envelope.Data, MaxNotificationBytes)
	if !ok {
		return nil, ErrEnvelope
	}
	if _, _, err := d.read(s.AppID, body); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	return body, nil
}
