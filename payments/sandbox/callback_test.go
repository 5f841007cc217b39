package sandbox_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

func TestCallback_ToldOnEveryChange(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.box.Pay(b.order("A-paid")))
	require.NoError(t, b.box.Fail(b.order("A-failed")))
	require.NoError(t, b.box.Close(b.order("A-closed")))
	require.Equal(t, "0", b.call(pCancel, map[string]any{"orderNum": b.order("A-cancelled")}).Code)
	require.Equal(t, 4, b.deliver())
	require.Zero(t, b.deliver())
	got := map[string]string{}
	for _, n := range b.notices() {
		got[n["outOrderId"]] = n["orderStatus"]
		require.Equal(t, "12.5", n["payAmount"])
		require.Equal(t, "https://shop.example/payments/return/"+n["outOrderId"], n["returnUrl"])
	}
	require.Equal(t, map[string]string{"A-paid": "3", "A-failed": "2", "A-closed": "0", "A-cancelled": "0"}, got)
	raw := b.shop.got()[0]
	require.Equal(t, testApp, raw.AppID)
	require.Equal(t, "application/json", raw.ContentType)
	require.Equal(t, strconv.FormatInt(b.clock.Now().UnixMilli(), 10), raw.Time)
}

func TestCallback_IsRepeatedUntilAcknowledged(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) { c.RetrySchedule = []time.Duration{time.Second, time.Minute} })
	answers := []string{`{"code":"0"}`, `{"code":1}`, `{"code":"0","msg":"success","data":"success"}`}
	b.shop.answerWith(func(w http.ResponseWriter, n int) {
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(answers[n-1]))
	})
	require.NoError(t, b.box.Pay(b.order("A-1")))
	require.Equal(t, 1, b.deliver())
	require.Zero(t, b.deliver())
	b.clock.Advance(time.Second)
	require.Equal(t, 1, b.deliver())
	b.clock.Advance(59 * time.Second)
	require.Zero(t, b.deliver())
	b.clock.Advance(time.Second)
	require.Equal(t, 1, b.deliver())
	c := b.box.Callbacks()[0]
	require.Equal(t, sandbox.CallbackAcknowledged, c.State)
	require.Equal(t, []string{"HTTP 503", "the answer's code is not 0", ""}, []string{c.Tries[0].Problem, c.Tries[1].Problem, c.Tries[2].Problem})
	got := b.shop.got()
	require.Equal(t, got[0].Sign, got[2].Sign)
	require.NotEqual(t, got[0].Data, got[2].Data, "encrypted anew")
	require.NotEqual(t, got[0].Time, got[2].Time)
}

func TestCallback_GivesUpAfterTheSchedule(t *testing.T) {
	b := newBench(t)
	b.shop.answerWith(func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte("thanks")) })
	require.NoError(t, b.box.Pay(b.order("A-1")))
	for range 100 {
		b.deliver()
		b.clock.Advance(6 * time.Hour)
	}
	require.Len(t, b.shop.got(), len(sandbox.DefaultRetrySchedule())+1)
	require.Equal(t, sandbox.CallbackGivenUp, b.box.Callbacks()[0].State)
}

func TestCallback_WhatDoesNotCountAsAcknowledged(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
		},
		"201":        func(w http.ResponseWriter) { w.WriteHeader(http.StatusCreated); _, _ = w.Write([]byte(`{"code":"0"}`)) },
		"no data":    func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"msg":"success"}`)) },
		"text":       func(w http.ResponseWriter) { _, _ = w.Write([]byte(`success`)) },
		"other code": func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"code":"00"}`)) },
		"too much": func(w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"code":"0","x":"` + strings.Repeat("x", 100_000) + `"}`))
		},
		"cut": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.shop.answerWith(func(w http.ResponseWriter, _ int) { answer(w) })
			require.NoError(t, b.box.Pay(b.order("A-1")))
			require.Equal(t, 1, b.deliver())
			require.Len(t, b.shop.got(), 1, "a redirect is not followed")
			c := b.box.Callbacks()[0]
			require.Equal(t, sandbox.CallbackWaiting, c.State)
			require.NotEmpty(t, c.Tries[0].Problem)
			require.LessOrEqual(t, len(c.Tries[0].Answer), 2<<10)
		})
	}
}

func TestCallback_WhatAcknowledges(t *testing.T) {
	for _, tc := range []struct {
		answer, problem string
	}{
		{`{"data":"success"}`, ""},
		{" {\n  \"data\": \"success\"\n}\n", ""},
		{`{"data":"success","msg":"ok"}`, ""},
		{`{"code":"0","msg":"success","data":"success"}`, ""},
		{`{"code":"0"}`, ""},
		{`{"code":0}`, ""},
		{`{"code":0,"data":null}`, ""},
		{`{"code":"0","data":{}}`, ""},
		{`{"code":null,"msg":null,"data":"success"}`, ""},

		{`{"code":"10001","data":"success"}`, "the answer's code is not 0"},
		{`{"code":1,"data":"success"}`, "the answer's code is not 0"},
		{`{"code":"","data":"success"}`, "the answer's code is not 0"},
		{`{"code":false,"data":"success"}`, "the answer's code is not 0"},
		{`{"code":["0"],"data":"success"}`, "the answer's code is not 0"},
		{`{"data":"SUCCESS"}`, `the answer's data is not "success"`},
		{`{"data":"Success"}`, `the answer's data is not "success"`},
		{`{"data":" success "}`, `the answer's data is not "success"`},
		{`{"data":"fail"}`, `the answer's data is not "success"`},
		{`{"data":true}`, `the answer's data is not "success"`},
		{`{"data":{"data":"success"}}`, `the answer's data is not "success"`},
		{`{"code":null,"data":"fail"}`, `the answer's data is not "success"`},
		{`{"data":null}`, "the answer has neither data nor code"},
		{`{"msg":"success"}`, "the answer has neither data nor code"},
		{`{}`, "the answer has neither data nor code"},
		{`{"DATA":"success"}`, "the answer has a name in another case"},
		{`{"Code":"1","data":"success"}`, "the answer has a name in another case"},
		{`{"data":"success","data":"success"}`, "the answer is not a JSON object"},
		{`{"data":"success"} {}`, "the answer is not a JSON object"},
		{`["success"]`, "the answer is not a JSON object"},
		{`"success"`, "the answer is not a JSON object"},
		{`success`, "the answer is not a JSON object"},
		{``, "the answer is not a JSON object"},
	} {
		t.Run(tc.answer, func(t *testing.T) {
			for _, contentType := range []string{"application/json", "text/plain; charset=utf-8", "text/html"} {
				b := newBench(t)
				b.shop.answerWith(func(w http.ResponseWriter, _ int) {
					w.Header().Set("Content-Type", contentType)
					_, _ = w.Write([]byte(tc.answer))
				})
				require.NoError(t, b.box.Pay(b.order("A-1")))
				require.Equal(t, 1, b.deliver())
				c := b.box.Callbacks()[0]
				require.Equal(t, tc.problem, c.Tries[0].Problem, contentType)
				require.Equal(t, tc.problem == "", c.State == sandbox.CallbackAcknowledged, contentType)
			}
		})
	}
}

func TestCallback_TakesBoundedTime(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) { c.CallbackTimeout = 50 * time.Millisecond })
	release := make(chan struct{})
	defer close(release)
	b.shop.answerWith(func(http.ResponseWriter, int) { <-release })
	require.NoError(t, b.box.Pay(b.order("A-1")))
	require.Equal(t, 1, b.deliver())
	require.Equal(t, "no answer within 50ms", b.box.Callbacks()[0].Tries[0].Problem)
}

func TestCallback_ValuesAreTextsOrNumbersAndMayHaveCompany(t *testing.T) {
	b := newBench(t)
	seen := map[string]bool{}
	for i := range 24 {
		require.NoError(t, b.box.Pay(b.order(fmt.Sprint("A-", i))))
	}
	for _, c := range b.box.Callbacks() {
		switch {
		case strings.Contains(c.Plain, `"orderStatus":3,`):
			seen["number"] = true
			require.Contains(t, c.Plain, `"notifyType"`)
		case strings.Contains(c.Plain, `"orderStatus":"3"`):
			seen["text"] = true
		}
	}
	require.Equal(t, map[string]bool{"number": true, "text": true}, seen)
}

func TestNotify_SaysWhateverIsAsked(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	require.NoError(t, b.box.Notify(num, sandbox.Notice{OrderStatus: "3", PayAmount: "1e-8", Times: 3}))
	require.NoError(t, b.box.Notify(num, sandbox.Notice{OutOrderID: "unknown", OrderNum: "5"}))
	require.Equal(t, 4, b.deliver())
	got := b.notices()
	for _, n := range got[:3] {
		require.Equal(t, "1e-8", n["payAmount"])
		require.Equal(t, "3", n["orderStatus"])
		require.Equal(t, num, n["orderNum"])
	}
	require.Equal(t, "unknown", got[3]["outOrderId"])
	require.Equal(t, "1", got[3]["orderStatus"])
	require.ErrorIs(t, b.box.Notify("5", sandbox.Notice{}), sandbox.ErrOrderNotFound)
	require.ErrorIs(t, b.box.Notify(num, sandbox.Notice{Forge: "nonsense"}), sandbox.ErrFault)
	require.ErrorIs(t, b.box.Notify(num, sandbox.Notice{Times: 201}), sandbox.ErrFault)
}

func TestReplay_SendsTheSameBytes(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.box.Pay(b.order("A-1")))
	id := b.box.Callbacks()[0].ID
	require.ErrorIs(t, b.box.Replay(id), sandbox.ErrCallbackNotFound, "not sent yet")
	b.deliver()
	b.clock.Advance(365 * 24 * time.Hour)
	require.NoError(t, b.box.Replay(id))
	b.deliver()
	got := b.shop.got()
	require.Len(t, got, 2)
	require.Equal(t, got[0].Body, got[1].Body)
	require.ErrorIs(t, b.box.Replay("cb-99"), sandbox.ErrCallbackNotFound)
}
