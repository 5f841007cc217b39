package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates/i18ntest"
)

// askFor stores a checkout in a shop's database, as another program's request does.
func askFor(t *testing.T, dsn string) string {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	c := models.Checkout{
		KeyID: models.NewID(), Reference: "A-1001", Currency: "USD", Digits: 2, Amount: models.MustAmount("32.24"), SuccessURL: "http://127.0.0.1:9/thanks",
		ExpiresAt: time.Now().Add(30 * time.Minute), Lines: models.CheckoutLines{{Name: "Ticket", Quantity: 2, UnitPrice: models.MustAmount("16.12")}},
	}
	require.NoError(t, db.InsertCheckout(t.Context(), &c))
	return c.ID
}

// TestE2E_HostedWithoutScripts pays what another program asks for, by the pages alone.
func TestE2E_HostedWithoutScripts(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		d := startDemo(t, map[string]string{"COINCART_DATABASE": dsn})
		payHosted(t, d, askFor(t, dsn))
		require.Zero(t, d.stop())
		assert.Equal(t, result{stdout: "All invariants hold.\n"}, runCommand(t, map[string]string{"COINCART_DATABASE": dsn}, "invariants"))
	})
}

func TestE2E_HostedBelowAPath(t *testing.T) {
	address, dsn := freeAddress(t), "sqlite:"+t.TempDir()+"/shop.db"
	d := startDemo(t, map[string]string{"COINCART_ADDR": address, "COINCART_BASE_URL": "http://" + address + mountedAt, "COINCART_DATABASE": dsn})
	payHosted(t, d, askFor(t, dsn))
}

func payHosted(t *testing.T, d *demoRun, id string) {
	t.Helper()
	words := i18ntest.English()
	v := newVisitor(t, "en")
	page := v.get(d.shop + "/c/" + id)
	require.Equal(t, http.StatusOK, page.status, page.text)
	for _, want := range []string{"Ticket", "$32.24", "A-1001", "demo-band", `content="noindex"`} {
		assert.Contains(t, page.text, want)
	}
	assert.Equal(t, http.StatusOK, v.get(d.shop+"/c/"+id+"/qr.svg").status)
	placed := page.submit("/c/"+id+"/pay", map[string]string{"coin": "USDT", "payer_uid": alice})
	order, _ := pay(placed)
	assert.Contains(t, order.text, words.T("hosted.state.paid.title"))
	assert.Contains(t, order.text, "http://127.0.0.1:9/thanks?checkout="+id)
	again := v.get(d.shop + "/c/" + id)
	assert.True(t, again.shows("status--good"), again.text)

	var status struct{ Status string }
	require.NoError(t, json.NewDecoder(strings.NewReader(v.get(d.shop+"/api/v1/public/checkouts/"+id).text)).Decode(&status))
	assert.Equal(t, "paid", status.Status)
}
