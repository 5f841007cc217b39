package opay

import "fmt"

// MaxRequestBytes is the maximum size of the body of a request, in bytes.
const MaxRequestBytes = 64 << 10

// maxTimeDigits is the maximum number of digits of a time.
const maxTimeDigits = 19

// Request is the body of a merchant's request to the platform, and of a
// notification by the platform (platform/api.md §2). The signature covers neither
// AppID nor Time.
type Request struct {
	AppID    string
	Time     string // Unix milliseconds as text
	Envelope Envelope
}

// ParseRequest parses the body of a request or a notification: strict JSON of up to
// [MaxRequestBytes] with app_id, data, sign and time, which is a whole number in
// any JSON form. Errors wrap [ErrShape].
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
	if r.Time, whole = o.integer("time", maxTimeDigits); !whole {
		return Request{}, fmt.Errorf("%w: time is not a number of milliseconds", ErrShape)
	}
	return r, nil
}

// Encode returns the body of the request.
func (r Request) Encode() []byte {
	return EncodeFields(
		Field{"app_id", r.AppID}, Field{"data", r.Envelope.Data}, Field{"sign", r.Envelope.Sign}, Field{"time", r.Time})
}

// Response is the body of an answer of the platform (platform/api.md §2).
type Response struct {
	Code     Code
	Msg      string
	Envelope Envelope // empty in refusals and in answers of cancelOrder
}

// ParseResponse parses the body of an answer: strict JSON whose code is a whole
// number in any JSON form, so that 0, "0", "00" and 0.0 are all [CodeOK]. data and
// sign may be absent, null or empty. Errors wrap [ErrShape].
func ParseResponse(body []byte) (Response, error) {
	o, err := ParseObject(body)
	if err != nil {
		return Response{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	var r Response
	if r.Code, r.Msg, err = codeAndMessage(o); err != nil {
		return Response{}, err
	}
	r.Envelope.Data, _ = o.Text("data")
	r.Envelope.Sign, _ = o.Text("sign")
	return r, nil
}

// codeAndMessage returns the code and the message of an answer.
func codeAndMessage(o Object) (Code, string, error) {
	if err := o.Exact("code", "msg", "data", "sign"); err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrShape, err)
	}
	text, _ := o.Text("code")
	code, ok := readInteger(text, 9) // a negative code is a refusal like any other
	if !ok {
		return "", "", fmt.Errorf("%w: code is missing or no code", ErrShape)
	}
	msg, _ := o.Text("msg")
	return Code(code), msg, nil
}

// Encode returns the body of the answer, without data and sign if the envelope is
// empty.
func (r Response) Encode() []byte {
	fields := []Field{{"code", string(r.Code)}, {"msg", r.Msg}}
	if r.Envelope != (Envelope{}) {
		fields = append(fields, Field{"data", r.Envelope.Data}, Field{"sign", r.Envelope.Sign})
	}
	return EncodeFields(fields...)
}

// isToken reports whether text is 1 to maxLen printable ASCII characters without
// spaces, of which the platform's ids, codes and tokens consist.
func isToken(text string, maxLen int) bool {
	return consistsOf(text, maxLen, func(c byte) bool { return c > ' ' && c <= '~' })
}

// isID reports whether text is 1 to maxLen of A-Z a-z 0-9 _ -.
func isID(text string, maxLen int) bool {
	return consistsOf(text, maxLen, func(c byte) bool { return isAlphanumeric(c) || c == '_' || c == '-' })
}

// isDigits reports whether text is 1 to maxLen ASCII digits.
func isDigits(text string, maxLen int) bool {
	return consistsOf(text, maxLen, func(c byte) bool { return c >= '0' && c <= '9' })
}

// consistsOf reports whether text is 1 to maxLen bytes, all of them allowed.
func consistsOf(text string, maxLen int, allowed func(byte) bool) bool {
	for i := range len(text) {
		if i == maxLen || !allowed(text[i]) {
			return false
		}
	}
	return text != ""
}

func isAlphanumeric(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}
