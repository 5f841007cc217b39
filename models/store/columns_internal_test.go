package store

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// Every column that is neither a key nor fixed tells two rows apart.
func TestTable_SameComparesEveryColumn(t *testing.T) {
	stored := []string{"version", "updated_at", "id"}
	for _, c := range variantTable.columns {
		a, b := models.Variant{Options: models.List{}, Texts: models.Texts{}}, models.Variant{}
		require.True(t, variantTable.same(&a, &b), "an empty list is stored as none is")
		switch field := c.in(reflect.ValueOf(&b).Elem()).Addr().Interface().(type) {
		case *string:
			*field = "other"
		case *int:
			*field = 7
		case *bool:
			*field = true
		case *models.Amount:
			*field = models.AmountFromInt(7)
		case *time.Time:
			*field = time.Unix(7, 0)
		case *models.List:
			*field = models.List{"other"}
		case *models.Texts:
			*field = models.Texts{"zh-Hans": {"title": "other"}}
		default:
			t.Fatalf("%s is a %T", c.name, field)
		}
		assert.Equal(t, c.fixed || slices.Contains(stored, c.name), variantTable.same(&a, &b), c.name)
	}
}

func TestTable_ValuesOfEmptyRowsAreNull(t *testing.T) {
	values := attemptTable.values(&models.Attempt{ID: "x", State: models.AttemptOpen})
	found := map[string]any{}
	for i, c := range attemptTable.columns {
		found[c.name] = values[i]
	}
	assert.Equal(t, []any{"x", "open", nil, nil, nil, ""}, []any{
		found["id"], found["state"], found["order_num"], found["payer_sealed"], found["paid_at"], found["coin"],
	})
	assert.Nil(t, found["live"])
}

func TestTable_PartHasOneValueForEachColumn(t *testing.T) {
	table := &table[struct{}]{}
	assert.Empty(t, table.part(nil))
	assert.Equal(t, "path, 0, '', NULL, NULL", tableWith[struct {
		ID     string
		Number int
		Text   string    `text:"9"`
		Until  time.Time `gorm:"default:null"`
		Price  models.Amount
	}]().part(map[string]string{"id": "path"}))
}

func tableWith[T any]() *table[T] { return &table[T]{columns: readColumns(reflect.TypeFor[T]())} }

// A misspelt column must not be passed over: the one that is meant would be overwritten.
func TestTable_UnknownNamesPanic(t *testing.T) {
	assert.Panics(t, func() { tableOf[models.Variant]("on_hnd") })
	assert.Panics(t, func() { variantTable.changeOnly(&models.Variant{}, "on_hnd") })
	assert.Panics(t, func() { clipTexts(&models.Variant{}, "titel") })
}
