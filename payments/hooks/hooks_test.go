package hooks_test

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/hooks"
)

// The example of the specification of Standard Webhooks.
const (
	specSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	specID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	specTime      = "1614265330"
	specBody      = `{"test": 2432232314}`
	specSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func specHeader(signature string) http.Header {
	h := http.Header{}
	h.Set("webhook-id", specID)
	h.Set("webhook-timestamp", specTime)
	h.Set("webhook-signature", signature)
	return h
}

func at(seconds int64) func() time.Time {
	return func() time.Time { return time.Unix(seconds, 0) }
}

func verifier(t *testing.T, secrets ...string) *hooks.Verifier {
	t.Helper()
	v, err := hooks.New(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	v.Now = at(1614265330)
	return v
}

func TestVerify_TheSpecificationsExample(t *testing.T) {
	other := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	for name, c := range map[string]struct {
		secrets   []string
		signature string
		want      error
	}{
		"as it is":            {[]string{specSecret}, specSignature, nil},
		"one of two secrets":  {[]string{other, specSecret}, specSignature, nil},
		"one of several":      {[]string{specSecret}, "v1,AAAA v2,xyz v1a,!! " + specSignature, nil},
		"another secret":      {[]string{other}, specSignature, hooks.ErrSignature},
		"another version":     {[]string{specSecret}, strings.Replace(specSignature, "v1,", "v2,", 1), hooks.ErrSignature},
		"no version":          {[]string{specSecret}, specSignature[3:], hooks.ErrSignature},
		"none":                {[]string{specSecret}, "", hooks.ErrSignature},
		"cut off":             {[]string{specSecret}, specSignature[:20], hooks.ErrSignature},
		"a public key's form": {[]string{specSecret}, strings.Replace(specSignature, "v1,", "v1a,", 1), hooks.ErrSignature},
	} {
		if err := verifier(t, c.secrets...).Verify(specHeader(c.signature), []byte(specBody)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	v := verifier(t, specSecret)
	if err := v.Verify(specHeader(specSignature), []byte(specBody+"\n")); !errors.Is(err, hooks.ErrSignature) {
		t.Error("another body", err)
	}
	for _, header := range []string{"webhook-id", "webhook-timestamp"} {
		h := specHeader(specSignature)
		h.Del(header)
		if err := v.Verify(h, []byte(specBody)); !errors.Is(err, hooks.ErrSignature) {
			t.Error("without", header, err)
		}
	}
	for seconds, want := range map[int64]error{-301: hooks.ErrTime, -300: nil, 300: nil, 301: hooks.ErrTime} {
		v.Now = at(1614265330 + seconds)
		if err := v.Verify(specHeader(specSignature), []byte(specBody)); !errors.Is(err, want) {
			t.Error(seconds, err)
		}
	}
}

func TestVerify_PublicKeys(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signature := "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(private, []byte(specID+"."+specTime+"."+specBody)))
	v := verifier(t, "whpk_"+base64.StdEncoding.EncodeToString(public))
	if err := v.Verify(specHeader("v1,xyz "+signature), []byte(specBody)); err != nil {
		t.Error(err)
	}
	if err := v.Verify(specHeader(signature), []byte("{}")); !errors.Is(err, hooks.ErrSignature) {
		t.Error(err)
	}
	if err := v.Verify(specHeader(specSignature), []byte(specBody)); !errors.Is(err, hooks.ErrSignature) {
		t.Error("a signature with a secret", err)
	}
}

func TestNew_RefusesWhatIsNoSecret(t *testing.T) {
	for _, secrets := range [][]string{{}, {""}, {"whsec_"}, {"whsec_short"}, {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, {"whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, {specSecret, "x"}} {
		if _, err := hooks.New(secrets...); !errors.Is(err, hooks.ErrSecret) {
			t.Error(secrets, err)
		}
	}
}

// signed returns a request as a shop makes it now.
//
//nolint:unparam // the example names its secret
func signed(secret, body string) *http.Request {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	now := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("evt_1." + now + "." + body))
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("webhook-id", "evt_1")
	r.Header.Set("webhook-timestamp", now)
	r.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return r
}

func TestHandler_AnswersByWhatCameOfIt(t *testing.T) {
	v, err := hooks.New(specSecret)
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"type":"checkout.paid","timestamp":"2026-12-01T10:15:02.114Z","data":{"object":"checkout","id":"co_1","sequence":3,"status":"paid"}}`
	var got []hooks.Event
	var fails error
	handler := v.Handler(func(_ context.Context, e hooks.Event) error {
		got = append(got, e)
		return fails
	})
	ask := func(r *http.Request) int {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	if code := ask(signed(specSecret, body)); code != http.StatusNoContent || len(got) != 1 {
		t.Fatal(code, got)
	}
	o, err := got[0].Object()
	if err != nil || o != (hooks.Object{ID: "co_1", Object: "checkout", Status: "paid", Sequence: 3}) || got[0].ID != "evt_1" || got[0].Timestamp.Year() != 2026 {
		t.Error(o, err, got[0])
	}
	fails = errors.New("database down")
	if code := ask(signed(specSecret, body)); code != http.StatusServiceUnavailable {
		t.Error(code)
	}
	forged := signed(specSecret, body)
	forged.Header.Set("webhook-id", "evt_2")
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"forged": {forged, http.StatusUnauthorized}, "no event": {signed(specSecret, `{}`), http.StatusBadRequest},
		"no JSON": {signed(specSecret, `<>`), http.StatusBadRequest}, "too large": {signed(specSecret, strings.Repeat(" ", hooks.MaxBody+1)), http.StatusBadRequest},
	} {
		if code := ask(c.r); code != c.want {
			t.Error(name, code)
		}
	}
	if len(got) != 2 {
		t.Error("nothing else is passed on", len(got))
	}
}
