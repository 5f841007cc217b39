package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
)

// The program writes every time by the clock of its database: mails that it wrote by its own would go out minutes later.
func TestE2E_ADatabaseWhoseClockIsBehindDelaysNothing(t *testing.T) {
	d := startDemo(t, map[string]string{"COINCART_DATABASE": modelstest.ShiftedMariaDB(t, -3*time.Minute).DSN})
	v := newVisitor(t, "en")
	pay(checkout(v, d.shop).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice})))
	require.Eventually(t, func() bool {
		mails, err := filepath.Glob(filepath.Join(d.data, "mail", "*.eml"))
		return err == nil && len(mails) == 2
	}, patience, 50*time.Millisecond, "a mail for the order and one for the payment")
}
