package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestEndSignIn_WorksOnceAndInTimeOnly(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var d Data
	state := d.BeginSignIn("/checkout", start)
	require.True(t, models.IsRef(state))

	_, ok := d.EndSignIn("", start)
	assert.False(t, ok, "no state")
	_, ok = d.EndSignIn(models.NewRef(), start)
	assert.False(t, ok, "somebody else's state")

	from, ok := d.EndSignIn(state, start.Add(15*time.Minute))
	assert.True(t, ok)
	assert.Equal(t, "/checkout", from)
	_, ok = d.EndSignIn(state, start)
	assert.False(t, ok, "a state is used once")

	late := d.BeginSignIn("/cart", start)
	_, ok = d.EndSignIn(late, start.Add(15*time.Minute+time.Millisecond))
	assert.False(t, ok, "a state runs out")
	assert.Empty(t, d.SignIns)
}

func TestBeginSignIn_KeepsAFewTabs(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var d Data
	first := d.BeginSignIn("/a", now)
	for range maxSignIns {
		d.BeginSignIn("/b", now)
	}
	assert.Len(t, d.SignIns, maxSignIns)
	_, ok := d.EndSignIn(first, now)
	assert.False(t, ok, "the oldest of too many is forgotten")
}

func TestNewID_IsTwoReferences(t *testing.T) {
	id := newID()
	assert.True(t, models.IsRef(firstRef(id)))
	assert.True(t, models.IsRef(secondRef(id)))
	assert.NotEqual(t, id, newID())
	for _, bad := range []string{"", "A", id + "A", id[1:], "x" + id[1:]} {
		assert.False(t, models.IsRef(firstRef(bad)) && models.IsRef(secondRef(bad)), bad)
	}
}
