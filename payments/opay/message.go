package opay

import (
	"fmt"
	"unicode/utf8"
)

// MaxRequestBytes bounds the body of a request to the platform.
const MaxRequestBytes = 64 << 10

// Request is the body of what a merchant sends to the platform, and of what the
// platform sends to the merchant's notifyPage (platform/api.md §2). Neither AppID
// nor Time is covered by the signature.
type Request struct {
	AppID    string
	Time     string // Unix milliseconds as text
	Envelope Envelope
}

// ParseRequest reads a request's or notification's body: strict JSON of up to
// [MaxRequestBytes] with app_id, data, sign and time, a whole number in any JSON
// form. The error wraps [ErrShape].
func ParseRequest(body []byte) (Request, error) {
	if len(body) > MaxRequestBytes {
		return Request{}, fmt.Errorf("%w: body of more than %d bytes", ErrShape, MaxRequestBytes)
	}
	o, err := ParseObject(body)
	if err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	if err := o.Exact("app_id", "data", "sign", "time"); err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	var r Request
	for _, f := range []struct {
		name string
		to   *string
	}{{"app_id", &r.AppID}, {"data", &r.Envelope.Data}, {"sign", &r.Envelope.Sign}, {"time", &r.Time}} {
		text, ok := o.id(f.name)
		if !ok || text == "" {
			return Request{}, fmt.Errorf("%w: %s is missing", ErrShape, f.name)
		}
		*f.to = text
	}
	var whole bool
	if r.Time, whole = o.integer("time", 19); !whole {
		return Request{}, fmt.Errorf("%w: time is not a number of milliseconds", ErrShape)
	}
	return r, nil
}

// Encode writes the request's body.
func (r Request) Encode() []byte {
	return EncodeFields(
		Field{"app_id", r.AppID}, Field{"data", r.Envelope.Data}, Field{"sign", r.Envelope.Sign}, Field{"time", r.Time})
}

// Response is the body of the platform's answer (platform/api.md §2).
type Response struct {
	Code     Code
	Msg      string
	Envelope Envelope // empty in refusals and in the answer of cancelOrder
}

// ParseResponse reads an answer's body: strict JSON whose code is a whole number in
// any JSON form: 0, "0", "00" and 0.0 are all [CodeOK]. data and sign may be absent,
// null or empty. The error wraps [ErrShape].
func ParseResponse(body []byte) (Response, error) {
	o, err := ParseObject(body)
	if err != nil {
		return Response{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	if err := o.Exact("code", "msg", "data", "sign"); err != nil {
		return Response{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	text, _ := o.Text("code")
	code, ok := readInteger(text, 9) // one below zero is a refusal like any other
	if !ok {
		return Response{}, fmt.Errorf("%w: code is missing or no code", ErrShape)
	}
	r := Response{Code: Code(code)}
	r.Msg, _ = o.Text("msg")
	r.Envelope.Data, _ = o.Text("data")
	r.Envelope.Sign, _ = o.Text("sign")
	return r, nil
}

// Encode writes the answer's body, without data and sign if the envelope is empty.
func (r Response) Encode() []byte {
	fields := []Field{{"code", string(r.Code)}, {"msg", r.Msg}}
	if r.Envelope != (Envelope{}) {
		fields = append(fields, Field{"data", r.Envelope.Data}, Field{"sign", r.Envelope.Sign})
	}
	return EncodeFields(fields...)
}

// isToken tells whether text is 1 to most printable ASCII characters without
// spaces: what ids, codes and tokens of the platform are made of.
func isToken(text string, most int) bool {
	if text == "" || len(text) > most || !utf8.ValidString(text) {
		return false
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isID tells whether text is 1 to most of A-Z a-z 0-9 _ -.
func isID(text string, most int) bool {
	if text == "" || len(text) > most {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
