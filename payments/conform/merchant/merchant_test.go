package merchant_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/conform/merchant"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

const app = "merchant_app"

var pairs = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		key, err := opay.GenerateKeys(0)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

// try readies the scenarios against a merchant with faults, with sockets between all of them, and returns what runs them. All that the merchant does takes milliseconds; a time
// that is too short on a busy machine is made longer by the least number of looks.
func try(t *testing.T, signing opay.Signing, f faults) (run func() merchant.Report) {
	t.Helper()
	s := &seller{faults: f, sales: map[string]*sale{}}
	shop := httptest.NewServer(s)
	t.Cleanup(shop.Close)
	s.url = shop.URL
	client := opay.Config{AppID: app, Profile: opay.Profile{Signing: signing}}
	config := merchant.Config{
		Exchange: sandbox.Config{Profile: client.Profile, Apps: []sandbox.App{{AppID: app}}, RetrySchedule: retries}, ProbeURL: shop.URL + "/probe/",
		Settle: 60 * time.Millisecond, Prompt: 3 * time.Second, Patience: 4 * time.Second, Parallel: 28,
	}
	if signing == opay.SigningMD5 {
		secret, err := opay.NewSecret("merchant-0123456789abcdef")
		require.NoError(t, err)
		client.Secret, config.Exchange.Apps[0].Secret, s.secret = secret, secret, secret
	} else {
		keys := pairs()
		var err error
		client.Keys, err = opay.NewKeyring(keys[0], &keys[1].PublicKey)
		require.NoError(t, err)
		config.Exchange.Keys, config.Exchange.Apps[0].Key = keys[1], &keys[0].PublicKey
	}
	trial, err := merchant.New(config)
	require.NoError(t, err)
	exchange := httptest.NewServer(trial.Handler())
	t.Cleanup(exchange.Close)
	client.BaseURL = exchange.URL
	s.client, err = opay.New(client)
	require.NoError(t, err)
	require.NoError(t, trial.Ready(t.Context()))
	ctx := t.Context()
	return func() merchant.Report {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		go s.askNow(ctx)
		report, err := trial.Run(ctx)
		assert.NoError(t, err)
		return report
	}
}

// found returns the scenarios that failed, each with its fault.
func found(r merchant.Report) []string {
	list := []string{}
	for _, one := range r.Results {
		if one.Verdict == merchant.Fail {
			list = append(list, one.ID+": "+string(one.Fault))
		}
	}
	return list
}

func TestRun_AMerchantWithoutFaultsPasses(t *testing.T) {
	t.Parallel()
	for _, signing := range []opay.Signing{opay.SigningRSA, opay.SigningMD5} {
		t.Run(string(signing), func(t *testing.T) {
			t.Parallel()
			report := try(t, signing, faults{})()
			assert.Empty(t, found(report), report.Markdown())
			assert.True(t, report.Passes())
			for _, one := range report.Results {
				if one.Verdict == merchant.Skipped {
					assert.True(t, one.ID == "base64" && signing == opay.SigningMD5, "%s: %s", one.ID, one.Detail)
				}
			}
			assert.Len(t, report.Results, 33)
			text, err := report.JSON()
			require.NoError(t, err)
			assert.True(t, json.Valid(text))
			assert.Contains(t, report.Markdown(), "The merchant passes: 3")
		})
	}
}

var retries = []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond}

const (
	twice  = ": credited twice"
	unpaid = ": credited unpaid"
	late   = ": not credited"
	lost   = ": money lost"
	state  = ": wrong state"
)

// Each fault of a merchant is found by its scenarios, and no others fail. Some of these merchants never ask by themselves: what
// they do wrong would depend on whether they asked before a callback came.
func TestRun_NamesEachFaultAndNothingElse(t *testing.T) {
	t.Parallel()
	cases := map[string]flawed{
		"credits each callback":                    {faults{creditsEachCallback: true, neverAsks: true}, []string{"replayed" + twice, "resealed" + twice, "back" + twice, "lost" + late, "ack.slow" + twice, "ack.refused" + twice, "twice" + twice}},
		"looks, then credits":                      {faults{looksThenCredits: true, neverAsks: true}, []string{"replayed" + twice, "resealed" + twice, "lost" + late, "ack.slow" + twice}},
		"trusts forgeries":                         {faults{trustsForgeries: true}, []string{"forged.key" + unpaid, "forged.unsigned" + unpaid, "forged.random" + unpaid, "forged.other_text" + unpaid, "forged.plain" + unpaid}},
		"trusts callbacks, and never asks":         {faults{trustsCallbacks: true, neverAsks: true}, []string{"lost" + late, "callback_amount" + unpaid, "coin" + unpaid, "mixed_up" + unpaid}},
		"ignores the amount":                       {faults{ignoresAmount: true}, []string{"amount.under" + unpaid, "amount.over" + unpaid, "callback_amount" + unpaid}},
		"ignores the coin":                         {faults{ignoresCoin: true}, []string{"coin" + unpaid}},
		"ignores the order":                        {faults{ignoresOrder: true}, []string{"mixed_up" + unpaid}},
		"marks unknown orders":                     {faults{marksUnknown: true}, []string{"unknown" + unpaid}},
		"never asks":                               {faults{neverAsks: true}, []string{"lost" + late}},
		"credits what is closed":                   {faults{creditsClosed: true}, []string{"late" + unpaid, "closed" + unpaid}},
		"goes back":                                {faults{goesBack: true}, []string{"back" + state}},
		"believes a stale answer, and never asks":  {faults{staleUndoes: true, neverAsks: true}, []string{"back" + state, "lost" + late}},
		"keeps the token":                          {faults{keepsToken: true}, []string{"token" + late}},
		"reads plain amounts only, and never asks": {faults{plainAmounts: true, neverAsks: true}, []string{"lost" + late, "form.exponent" + late, "form.padded" + late}},
		"expects digits":                           {faults{onlyDigits: true}, []string{"hex" + state}},
		"takes lost for failed":                    {faults{losesCreate: true}, []string{"create_lost" + state}},
		"forgets what does not fit":                {faults{forgetsMoney: true}, []string{"amount.under" + lost, "amount.over" + lost, "callback_amount" + lost, "coin" + lost}},
		"credits a second payment":                 {faults{creditsSecond: true}, []string{"twice" + twice}},
		"reads one alphabet":                       {faults{oneAlphabet: true}, []string{"base64: not acknowledged"}},
		"takes any application's":                  {faults{anyApp: true}, []string{"other_app" + unpaid}},
	}
	reports := tryAll(t, cases)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.found, found(reports[name]), reports[name].Markdown())
			assert.False(t, reports[name].Passes())
		})
	}
}

// flawed is a merchant with faults, and what must be found.
type flawed struct {
	faults faults
	found  []string
}

// tryAll tries several merchants at the same time: they wait more than they work. One that reads one alphabet only can be told with RSA alone.
func tryAll(t *testing.T, cases map[string]flawed) map[string]merchant.Report {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	free, reports := make(chan struct{}, 6), map[string]merchant.Report{}
	for name, c := range cases {
		signing := opay.SigningMD5
		if c.faults.oneAlphabet {
			signing = opay.SigningRSA
		}
		run := try(t, signing, c.faults)
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			report := run()
			mu.Lock()
			defer mu.Unlock()
			reports[name] = report
		})
	}
	all.Wait()
	return reports
}

func TestNew_RefusesWhatCannotRun(t *testing.T) {
	t.Parallel()
	_, err := merchant.New(merchant.Config{})
	require.ErrorIs(t, err, merchant.ErrConfig)
	secret, err := opay.NewSecret("merchant-0123456789abcdef")
	require.NoError(t, err)
	config := merchant.Config{
		Exchange: sandbox.Config{Profile: opay.Profile{Signing: opay.SigningMD5}, Apps: []sandbox.App{{AppID: app, Secret: secret}}},
		ProbeURL: "http://127.0.0.1:1", Only: []string{"forged", "nonsense"},
	}
	_, err = merchant.New(config)
	require.ErrorContains(t, err, `"nonsense"`)
	config.Only = []string{"forged"}
	trial, err := merchant.New(config)
	require.NoError(t, err)
	require.Error(t, trial.Ready(t.Context()))
	report, err := trial.Run(t.Context())
	require.NoError(t, err)
	assert.Len(t, report.Results, 5)
	assert.Equal(t, merchant.NoAnswer, report.Results[0].Fault)
}
