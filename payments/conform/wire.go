package conform

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// message is a request that package opay would not send.
type message struct {
	fields []opay.Field
	shift  time.Duration // of the time, from now
	unit   opay.TimeUnit // empty: the profile's
	forged bool          // signed for another text
	padded bool          // base64 with padding in the ordinary alphabet
}

// reply is the answer to one.
type reply struct {
	status    int
	code      opay.Code
	codeIsNum bool
	data      opay.Object
}

const maxReply = 1 << 20

// ask sends a message and reads the answer. The error says that there is no answer of the platform.
func (r *run) ask(ctx context.Context, path string, m message) (reply, error) {
	r.count()
	body, err := r.encode(m)
	if err != nil {
		return reply{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(r.BaseURL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	response, err := r.HTTPClient.Do(req)
	if err != nil {
		return reply{}, fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return reply{}, fmt.Errorf("the answer broke off: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return reply{status: response.StatusCode}, fmt.Errorf("HTTP %d", response.StatusCode)
	}
	got, err := r.parse(response.StatusCode, text)
	if number, ok := got.data.Text("orderNum"); ok {
		for _, field := range m.fields {
			if field.Name == "appOrderId" {
				r.made(field.Value, number)
			}
		}
	}
	return got, err
}

func (r *run) clock(m message) string {
	at, unit := r.Now().Add(m.shift), m.unit
	if unit == "" {
		unit = r.found.WithDefaults().Time
	}
	switch unit {
	case opay.TimeNone:
		return ""
	case opay.TimeSeconds:
		return strconv.FormatInt(at.Unix(), 10)
	case opay.TimeMilliseconds:
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}

func (r *run) encode(m message) ([]byte, error) {
	if r.Secret != nil {
		fields := []opay.Field{{Name: "appKey", Value: r.AppID}}
		for _, field := range m.fields {
			if field.Name != "appKey" {
				fields = append(fields, field)
			}
		}
		if clock := r.clock(m); clock != "" {
			fields = append(fields, opay.Field{Name: "time", Value: clock})
		}
		if m.forged {
			return opay.EncodeFields(append(fields, opay.Field{Name: "sign", Value: strings.Repeat("0", 32)})...), nil
		}
		return r.Secret.Seal(fields...), nil
	}
	envelope, err := r.Keys.Seal(opay.EncodeFields(m.fields...))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if m.forged {
		other, err := r.Keys.Seal([]byte(`{"orderNum":"0"}`))
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		envelope.Sign = other.Sign
	}
	if m.padded {
		envelope.Data, envelope.Sign = ordinary(envelope.Data), ordinary(envelope.Sign)
	}
	return opay.Request{AppID: r.AppID, Time: r.clock(m), Envelope: envelope}.Encode(), nil
}

// ordinary writes URL-safe base64 in the other alphabet, with padding.
func ordinary(text string) string {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return text
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (r *run) parse(status int, text []byte) (reply, error) {
	var outer struct {
		Code json.RawMessage `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(text, &outer); err != nil || len(outer.Code) == 0 {
		return reply{}, errors.New("the answer is not a JSON object with a code")
	}
	got := reply{status: status, code: opay.Code(strings.Trim(string(outer.Code), `"`)), codeIsNum: outer.Code[0] != '"'}
	if got.code != opay.CodeOK || len(outer.Data) == 0 || string(outer.Data) == "null" {
		return got, nil
	}
	plain := []byte(outer.Data)
	if r.Keys != nil {
		response, err := opay.ParseResponse(text)
		if err != nil {
			return reply{}, fmt.Errorf("the answer: %w", err)
		}
		if plain, err = r.Keys.OpenWithin(response.Envelope, opay.MaxResponseBlocks); err != nil {
			return reply{}, fmt.Errorf("a success that cannot be verified: %w", err)
		}
	}
	if o, err := opay.ParseObject(plain); err == nil {
		got.data = o
	}
	return got, nil
}

// refused asks and expects a refusal with one of the codes.
func (r *run) refused(ctx context.Context, path string, m message, codes ...opay.Code) (string, error) {
	got, err := r.ask(ctx, path, m)
	if err != nil {
		return "", err
	}
	if slices.Contains(codes, got.code) {
		return "", nil
	}
	if got.code == opay.CodeOK {
		return "", errors.New("it was accepted")
	}
	return "", fmt.Errorf("refused with %s (%s), expected %s", got.code, got.code.Text(), codes[0])
}
