package payments

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

func TestFinishTime_IsThatOfAServiceWithoutSettings(t *testing.T) {
	s, err := New(Config{Store: &store.Store{}, Jobs: jobs.New(jobs.Config{}), Outbox: &mail.Outbox{}, Gateway: struct{ Gateway }{}, BaseURL: "http://127.0.0.1"})
	require.NoError(t, err)
	assert.Equal(t, DefaultCallTimeout, s.Placer.timeout)
	assert.Greater(t, FinishTime, 2*s.Placer.timeout, "a call, and the storing of its answer")
}
