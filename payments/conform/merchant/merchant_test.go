package merchant_test

import (
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

// try runs the scenarios against a merchant with faults, with sockets between all of them.
func try(t *testing.T, signing opay.Signing, f faults, only ...string) merchant.Report {
	t.Helper()
	s := &seller{faults: f, sales: map[string]*sale{}}
	shop := httptest.NewServer(s)
	t.Cleanup(shop.Close)
	s.url = shop.URL
	client := opay.Config{AppID: app, Profile: opay.Profile{Signing: signing}}
	config := merchant.Config{
		Exchange: sandbox.Config{Profile: client.Profile, Apps: []sandbox.App{{AppID: app}}}, ProbeURL: shop.URL + "/probe/", Only: only,
		Settle: 120 * time.Millisecond, Prompt: 6 * time.Second, Patience: 3 * time.Second,
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
	go s.askNow(t.Context())
	report, err := trial.Run(t.Context())
	require.NoError(t, err)
	return report
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
			report := try(t, signing, faults{})
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

const (
	twice  = ": credited twice"
	unpaid = ": credited unpaid"
	late   = ": not credited"
	lost   = ": money lost"
	state  = ": wrong state"
)

// Each fault of a merchant is found by its scenarios, and no others fail.
func TestRun_NamesEachFaultAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults faults
		found  []string
	}{
		"credits each callback":                    {faults{creditsEachCallback: true, neverAsks: true}, []string{"replayed" + twice, "resealed" + twice, "back" + twice, "lost" + late, "ack.slow" + twice, "ack.refused" + twice, "twice" + twice}},
		"looks, then credits":                      {faults{looksThenCredits: true, neverAsks: true}, []string{"replayed" + twice, "resealed" + twice, "lost" + late, "ack.slow" + twice}},
		"trusts forgeries":                         {faults{trustsForgeries: true}, []string{"forged.key" + unpaid, "forged.unsigned" + unpaid, "forged.random" + unpaid, "forged.other_text" + unpaid, "forged.plain" + unpaid}},
		"trusts callbacks":                         {faults{trustsCallbacks: true}, []string{"callback_amount" + unpaid, "coin" + unpaid, "mixed_up" + unpaid}},
		"ignores the amount":                       {faults{ignoresAmount: true}, []string{"amount.under" + unpaid, "amount.over" + unpaid, "callback_amount" + unpaid}},
		"ignores the coin":                         {faults{ignoresCoin: true}, []string{"coin" + unpaid}},
		"ignores the order":                        {faults{ignoresOrder: true}, []string{"mixed_up" + unpaid}},
		"marks unknown orders":                     {faults{marksUnknown: true}, []string{"unknown" + unpaid}},
		"never asks":                               {faults{neverAsks: true}, []string{"lost" + late}},
		"credits what is closed":                   {faults{creditsClosed: true}, []string{"late" + unpaid, "closed" + unpaid}},
		"goes back":                                {faults{goesBack: true}, []string{"back" + state}},
		"believes a stale answer":                  {faults{staleUndoes: true}, []string{"back" + state}},
		"keeps the token":                          {faults{keepsToken: true}, []string{"token" + late}},
		"reads plain amounts only, and never asks": {faults{plainAmounts: true, neverAsks: true}, []string{"lost" + late, "form.exponent" + late, "form.padded" + late}},
		"expects digits":                           {faults{onlyDigits: true}, []string{"hex" + state}},
		"takes lost for failed":                    {faults{losesCreate: true}, []string{"create_lost" + state}},
		"forgets what does not fit":                {faults{forgetsMoney: true}, []string{"amount.under" + lost, "amount.over" + lost, "callback_amount" + lost, "coin" + lost}},
		"credits a second payment":                 {faults{creditsSecond: true}, []string{"twice" + twice}},
		"takes any application's":                  {faults{anyApp: true}, []string{"other_app" + unpaid}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := try(t, opay.SigningMD5, c.faults)
			assert.Equal(t, c.found, found(report), report.Markdown())
			assert.False(t, report.Passes())
		})
	}
	t.Run("reads one alphabet", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{"base64: not acknowledged"}, found(try(t, opay.SigningRSA, faults{oneAlphabet: true})))
	})
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
