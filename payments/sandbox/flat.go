package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

// openFlat reads a request of the platform's first signature: application, time and signature, in this order (platform/api.md §5).
func (c *callInProgress) openFlat(body []byte) (request, error) {
	data, err := opay.ParseObject(body)
	if err != nil {
		return request{}, refuse(opay.CodeParameterError, "the body is not an acceptable JSON object")
	}
	appID, _ := data.Text("appKey")
	app, err := c.application("appKey", appID)
	if err != nil {
		return request{}, err
	}
	if c.api.cfg.Profile.WithDefaults().Time != opay.TimeNone {
		if text, _ := data.Text("time"); !c.api.timely(text) {
			return request{}, c.api.untimely()
		}
	}
	if err := app.Secret.Verify(data); err != nil {
		return request{}, refuse(opay.CodeSignatureError, flatProblem(data, err))
	}
	c.log.Request = string(body)
	return request{app: app, data: data}, c.api.cfg.checkMembers(data)
}

// flatProblem returns what is wrong with a signature. The sandbox may tell developers, because its secrets protect nothing.
func flatProblem(data opay.Object, err error) string {
	if sign, _ := data.Text("sign"); sign == "" {
		return "sign is missing"
	}
	return "sign is not the MD5 of the sorted parameters and the secret: " + strings.TrimPrefix(err.Error(), "opay: ")
}

// flatData returns the member with the result. As in the platform's samples, an answer about an order has a signature inside, whose rule is not
// documented: here it covers the members that are texts or numbers.
func (c *callInProgress) flatData(plain []byte) []jsonField {
	if _, unsigned := find(c.struck, FaultUnsigned); !unsigned && (c.log.Name == callCreate || c.log.Name == callOrderDetail || c.log.Name == callReference) {
		signed := plain
		if _, wrong := find(c.struck, FaultWrongSignature); wrong {
			signed = []byte(`{"orderNum":"0"}`)
		}
		if sign, err := signScalars(c.api.cfg.app(c.log.AppID).Secret, signed); err == nil {
			plain = withMember(plain, "sign", sign)
		}
	}
	return []jsonField{{"data", plain}}
}

// signScalars signs an object without its arrays and objects.
func signScalars(secret *opay.Secret, plain []byte) (string, error) {
	o, err := opay.ParseObject(plain)
	if err != nil {
		return "", fmt.Errorf("read an answer: %w", err)
	}
	var fields []jsonField
	for _, name := range o.Names() {
		if text, ok := o.Text(name); ok {
			fields = append(fields, textField(name, text))
		}
	}
	return signText(secret, encodeObject(fields...))
}

func signText(secret *opay.Secret, text []byte) (string, error) {
	o, err := opay.ParseObject(text)
	if err != nil {
		return "", fmt.Errorf("read a message: %w", err)
	}
	sign, err := secret.Sign(o)
	if err != nil {
		return "", fmt.Errorf("sign a message: %w", err)
	}
	return sign, nil
}

// withMember returns the text of an object that is not empty with one more member.
func withMember(object []byte, name, value string) []byte {
	member := encodeObject(textField(name, value))
	return append(append(json.RawMessage(nil), object[:len(object)-1]...), append([]byte{','}, member[1:]...)...)
}

// flatBody returns the body of a callback: valid, or forged in one of the ways.
func (d *delivery) flatBody(c Callback) ([]byte, error) {
	secret := d.cfg.app(c.AppID).Secret
	message := func(plain string) []byte { return withMember([]byte(plain), "appKey", c.AppID) }
	body := message(c.Plain)
	signed := body
	var err error
	switch c.Forge {
	case ForgeForeignKey:
		secret, err = opay.NewSecret(seed(d.cfg.Seed).token("foreign secret"))
	case ForgePlain:
		// What everybody knows takes the place of the secret.
		secret, err = opay.NewSecret(strings.Repeat(c.AppID, 16))
	case ForgeTampered:
		signed = message(d.trueText(c.OrderNum))
	case ForgeSwapped:
		signed = message(`{"orderNum":"` + c.OrderNum + `"}`)
	}
	if err != nil {
		return nil, fmt.Errorf("make a forger's secret: %w", err)
	}
	sign, err := signText(secret, signed)
	if err != nil {
		return nil, err
	}
	switch c.Forge {
	case ForgeUnsigned:
		sign = ""
	case ForgeRandom:
		sign = seed(d.cfg.Seed).token("random signature", c.ID)[:32]
	}
	return withMember(body, "sign", sign), nil
}
