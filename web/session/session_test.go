package session

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// visit is a request that brings the cookies that an answer set.
func visit(t *testing.T, answer *httptest.ResponseRecorder) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if answer != nil {
		for _, c := range answer.Result().Cookies() {
			r.AddCookie(c)
		}
	}
	return r
}

func TestJar_KeepsRenewsAndEndsASession(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *store.Store) {
		jar := NewJar(db, models.SystemClock, Scope{})
		r, first := visit(t, nil), httptest.NewRecorder()
		s, err := jar.Of(r)
		require.NoError(t, err)
		assert.False(t, s.Stored())
		s.SetPayer(models.Payer{OpenID: "open", Token: "token"})
		s.Draft.Email = "ann@example.com"
		require.NoError(t, s.Save(first, r))
		assert.True(t, s.Stored())

		r, second := visit(t, first), httptest.NewRecorder()
		s, err = jar.Of(r)
		require.NoError(t, err)
		assert.Equal(t, models.Payer{OpenID: "open", Token: "token"}, s.SignedIn())
		assert.Equal(t, "ann@example.com", s.Draft.Email)
		require.NoError(t, s.Renew(second, r))

		old, err := jar.Of(visit(t, first))
		require.NoError(t, err)
		assert.False(t, old.Stored(), "the old id is worth nothing")

		r, third := visit(t, second), httptest.NewRecorder()
		renewed, err := jar.Get(r, Scope{}.Name("coincart-session"))
		require.NoError(t, err)
		assert.False(t, renewed.IsNew)
		renewed.Options.MaxAge = -1
		require.NoError(t, renewed.Save(r, third))
		require.Len(t, third.Result().Cookies(), 1)
		assert.Negative(t, third.Result().Cookies()[0].MaxAge, "the browser forgets it")
		ended, err := jar.Of(visit(t, second))
		require.NoError(t, err)
		assert.False(t, ended.Stored(), "and the shop too")
	})
}

func TestJar_DatabaseDownIsNoNewVisitor(t *testing.T) {
	db := modelstest.SQLite(t)
	jar := NewJar(db, models.SystemClock, Scope{})
	r, answer := visit(t, nil), httptest.NewRecorder()
	s, err := jar.Of(r)
	require.NoError(t, err)
	require.NoError(t, s.Save(answer, r))
	require.NoError(t, db.Close())
	_, err = jar.Of(visit(t, answer))
	require.Error(t, err, "a session that cannot be read is not an empty one")
	fresh, err := jar.Of(visit(t, nil))
	require.NoError(t, err)
	again := visit(t, nil)
	require.Error(t, fresh.Save(httptest.NewRecorder(), again))
	require.Error(t, fresh.Renew(httptest.NewRecorder(), again))
}
