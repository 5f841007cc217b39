package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// clerk is the actor of the changes.
var clerk = models.Actor{Who: "clerk@example.com"}

// newest returns the entries of the audit log, newest first.
func newest(t *testing.T, s *store.Store) []models.AuditEntry {
	t.Helper()
	list, err := s.Audit(t.Context(), models.AuditFilter{Limit: models.MaxPageRows})
	require.NoError(t, err)
	return list
}

// named gives a product a slug.
func named(p *models.Product) { p.Slug = "shirt" }

func TestSaveProduct_IsKeptOrLostWithItsEntry(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		editor, stored := catalogue.NewEditor(s), modelstest.Product(t, s, named)
		stored, err := s.ProductByID(t.Context(), stored.ID)
		require.NoError(t, err)
		categories, err := s.Categories(t.Context())
		require.NoError(t, err)
		before := len(newest(t, s))

		changed := stored
		changed.Title = "Another name"
		require.NoError(t, editor.SaveProduct(t.Context(), clerk, categories, stored, changed, ""))
		list := newest(t, s)
		require.Len(t, list, before+1)
		assert.Equal(t, "product.change", list[0].Action)
		assert.Equal(t, "product:"+stored.ID, list[0].Subject)
		assert.Equal(t, clerk.Who, list[0].Who)
		assert.JSONEq(t, `{"title": "`+stored.Title+`"}`, list[0].Before, "what stayed as it was is left out")
		assert.JSONEq(t, `{"title": "Another name"}`, list[0].After)

		changed.Title = "A third name" // the stored version is newer
		require.ErrorIs(t, editor.SaveProduct(t.Context(), clerk, categories, stored, changed, ""), store.ErrConflict)
		assert.Len(t, newest(t, s), before+1)
	})
}

func TestChangeProducts_CountsWhatChangedAndPassesOverWhatIsGone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		editor, p := catalogue.NewEditor(s), modelstest.Product(t, s, named)
		n, err := editor.ChangeProducts(t.Context(), clerk, []string{p.ID, models.NewID()}, catalogue.Hide)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		hidden, err := s.ProductByID(t.Context(), p.ID)
		require.NoError(t, err)
		assert.True(t, hidden.Hidden)
		list := newest(t, s)
		assert.Equal(t, "product.hide", list[0].Action)
		assert.Equal(t, "products:2", list[0].Subject)

		n, err = editor.ChangeProducts(t.Context(), clerk, []string{p.ID}, catalogue.Hide)
		require.NoError(t, err)
		assert.Zero(t, n, "it is hidden already")
		_, err = editor.ChangeProducts(t.Context(), clerk, []string{p.ID}, "burn")
		require.ErrorContains(t, err, "burn")
	})
}

func TestRenameTag_OfNoProductLeavesNoEntry(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Product(t, s, named, func(p *models.Product) { p.Tags = []string{"linen"} })
		editor, before := catalogue.NewEditor(s), len(newest(t, s))
		require.ErrorIs(t, editor.RenameTag(t.Context(), clerk, "silk", "linen"), store.ErrNotFound)
		assert.Len(t, newest(t, s), before)
		require.NoError(t, editor.RenameTag(t.Context(), clerk, "linen", "silk"))
		require.NoError(t, editor.DeleteTag(t.Context(), clerk, "silk"))
		list := newest(t, s)
		require.Len(t, list, before+2)
		assert.Equal(t, []string{"tag.delete", "tag.rename"}, []string{list[0].Action, list[1].Action})
		assert.Equal(t, []string{"tag:silk", "tag:linen"}, []string{list[0].Subject, list[1].Subject})
	})
}
