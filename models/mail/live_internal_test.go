package mail

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/settings"
)

// A test mail uses the server that the settings name at that moment, and the server's reply is reported.
func TestLiveMailer_TriesTheServerOfTheSettingsAndTellsItsAnswer(t *testing.T) {
	db := modelstest.SQLite(t)
	folder := filepath.Join(t.TempDir(), "mail")
	mailer, err := NewBySettings(db, folder, "Lantern")
	require.NoError(t, err)
	assert.Equal(t, Trial{Outcome: TrialWritten, Server: folder}, mailer.Try(t.Context(), testMail()), "without a server")

	for version, row := range []struct {
		verdict string
		closed  bool
		want    Outcome
		answer  string
	}{
		{"250 2.0.0 Ok: queued as 4F2A", false, TrialAccepted, "queued as 4F2A"},
		{"554 5.7.1 Spam is not taken", false, TrialRefused, "554 5.7.1 Spam is not taken"},
		{"", true, TrialUnreachable, "refused"},
	} {
		server := startSMTPServer(t, row.verdict)
		at := server.settings(t)
		if row.closed {
			require.NoError(t, server.listener.Close())
		}
		require.NoError(t, settings.NewEditor(db).Save(t.Context(), models.Actor{Who: "ada@example.org"}, models.GroupMail, version, []models.SettingChange{
			{Key: models.SettingMailHost, Value: at.Host},
			{Key: models.SettingMailPort, Value: strconv.Itoa(at.Port)},
			{Key: models.SettingMailFrom, Value: "shop@example.org"},
		}))
		trial := mailer.Try(t.Context(), testMail())
		assert.Equal(t, row.want, trial.Outcome, trial.Answer)
		assert.Equal(t, server.listener.Addr().String(), trial.Server)
		assert.Contains(t, trial.Answer, row.answer)
	}
}
