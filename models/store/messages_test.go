package store_test

import (
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func callback(digest, data string) *models.InboxMessage {
	return &models.InboxMessage{Digest: digest, DataHash: data, AppID: "app", Data: "AAAA", Sign: "BBBB", RemoteAddr: "192.0.2.1"}
}

func TestPutInbox_ReplayedAtOnceIsOneRow(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		var stored atomic.Int32
		var replays errgroup.Group
		for range 50 {
			replays.Go(func() error {
				ok, err := s.PutInbox(t.Context(), callback("digest", "data"))
				if ok {
					stored.Add(1)
				}
				return err
			})
		}
		require.NoError(t, replays.Wait())
		assert.EqualValues(t, 1, stored.Load())
		claimed, err := s.ClaimInbox(t.Context(), 100, time.Minute)
		require.NoError(t, err)
		assert.Len(t, claimed, 1)
	})
}

func TestPutInbox_HandledPlaintextIsNotStoredAgain(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for _, final := range []models.InboxState{models.InboxDone, models.InboxFlagged} {
			m := callback("d-"+string(final), "one")
			ok, err := s.PutInbox(ctx, m)
			require.NoError(t, err)
			require.True(t, ok)
			ok, err = s.PutInbox(ctx, callback(m.Digest, "encrypted again"))
			require.NoError(t, err)
			assert.True(t, ok, "another envelope, and it is not known yet which can be read")
			require.NoError(t, s.FinishInbox(ctx, m.ID, final, ""))
			for _, data := range []string{"one", "encrypted again", "a third time"} {
				ok, err = s.PutInbox(ctx, callback(m.Digest, data))
				require.NoError(t, err)
				assert.False(t, ok)
			}
			require.ErrorIs(t, s.FinishInbox(ctx, m.ID, models.InboxBad, ""), store.ErrConflict, "final")
		}
		bad := callback("bad", "x")
		_, err := s.PutInbox(ctx, bad)
		require.NoError(t, err)
		require.NoError(t, s.FinishInbox(ctx, bad.ID, models.InboxBad, strings.Repeat("x", 300)))
		require.NoError(t, s.FinishInbox(ctx, bad.ID, models.InboxDone, ""), "bad may still become usable")
		require.ErrorIs(t, s.FinishInbox(ctx, models.NewID(), models.InboxDone, ""), store.ErrConflict)
	})
}

func TestPutInbox_JunkUnderACopiedSignatureIsBounded(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i := range 8 {
			m := callback("digest", strconv.Itoa(i))
			ok, err := s.PutInbox(ctx, m)
			require.NoError(t, err)
			require.True(t, ok)
			if i%2 == 0 {
				require.NoError(t, s.FinishInbox(ctx, m.ID, models.InboxBad, "junk"))
			}
		}
		ok, err := s.PutInbox(ctx, callback("digest", "one more"))
		require.ErrorIs(t, err, store.ErrConflict)
		assert.False(t, ok)
		ok, err = s.PutInbox(ctx, callback("digest", "3"))
		require.NoError(t, err, "what is there already is acknowledged")
		assert.False(t, ok)
		ok, err = s.PutInbox(ctx, callback("another", "one more"))
		require.NoError(t, err)
		assert.True(t, ok)
	})
}

func TestPutInbox_TextsOfOthersAreCutOff(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		m := callback("d", "h")
		m.AppID, m.SentTime, m.RemoteAddr = longText(400), longText(100)+"\xff", "ä"
		ok, err := s.PutInbox(t.Context(), m)
		require.NoError(t, err)
		assert.True(t, ok)
		long := callback("d2", "h")
		long.Sign = strings.Repeat("x", 3000)
		_, err = s.PutInbox(t.Context(), long)
		require.ErrorIs(t, err, store.ErrText, "but never a signature")
	})
}

func TestOutbox_OncePerDedupeKey(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var same errgroup.Group
		for range 20 {
			same.Go(func() error {
				return s.Tx(ctx, func(tx *store.Store) error {
					return tx.PutOutbox(ctx, models.OutboxMessage{Kind: models.MailOrderReceived, OrderID: "o", DedupeKey: "received:o"})
				})
			})
		}
		require.NoError(t, same.Wait())
		claimed, err := s.ClaimOutbox(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		assert.Equal(t, 1, claimed[0].Tries)
		require.NoError(t, s.FinishOutbox(ctx, claimed[0].ID, models.OutboxSent, ""))
		require.ErrorIs(t, s.FinishOutbox(ctx, claimed[0].ID, models.OutboxParked, ""), store.ErrConflict)
		require.NoError(t, s.PutOutbox(ctx, models.OutboxMessage{Kind: models.MailOrderReceived, DedupeKey: "received:o"}))
		claimed, err = s.ClaimOutbox(ctx, 10, time.Minute)
		require.NoError(t, err)
		assert.Empty(t, claimed, "sent is sent")
		requireSound(t, s)
	})
}

func TestEvidence_IsKeptWhateverItSays(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		hostile := "🏺'\"\\%_\x00\r\n<script>" + longText(400) + "\xff"
		e := models.Evidence{
			OrderID: "o", Source: models.SourceCallback, Verified: true, AppOrderID: hostile, OrderNum: hostile, Status: hostile,
			Coin: hostile, Amount: "1e999999999", Code: hostile, InboxID: models.NewID(),
		}
		require.NoError(t, s.AddEvidence(ctx, &e))
		list, err := s.Evidence(ctx, "o")
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, e, list[0], "what was cut off is in the caller's row too")
		assert.True(t, strings.HasPrefix(list[0].AppOrderID, "🏺'\"\\%_\x00\r\n<script>"))
		_, err = s.Invariants(ctx)
		require.NoError(t, err, "claims that are no numbers break no comparison")
	})
}

func TestOpenReview_OncePerKindAndSubject(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} }, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i := range 3 {
			clock.Advance(time.Second)
			for _, kind := range []models.ReviewKind{models.ReviewMismatch, models.ReviewLatePayment} {
				require.NoError(t, s.OpenReview(ctx, models.Review{Kind: kind, Subject: "s", Note: strconv.Itoa(i) + longText(2000)}))
			}
		}
		clock.Advance(time.Second)
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewMismatch, Subject: "S"}))
		list, _, err := s.ReviewPage(ctx, true, "", 10)
		require.NoError(t, err)
		require.Len(t, list, 3)
		assert.Equal(t, "S", list[0].Subject, "newest first")
		assert.True(t, strings.HasPrefix(list[2].Note, "0"), "the first one stays")
		list, _, err = s.ReviewPage(ctx, false, "", 2)
		require.NoError(t, err)
		assert.Len(t, list, 2)
	})
}
