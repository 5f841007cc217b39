package store

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// kindsOfChange are pointers to an empty change of every kind.
func kindsOfChange() []any {
	return []any{
		&OrderChange{}, &AttemptChange{}, &RefundChange{}, &ShipmentChange{}, &ReviewChange{}, &StatementChange{}, &DiscrepancyChange{}, &TaskChange{}, &StaffChange{},
	}
}

func columnsOf(t *testing.T, set any) *change {
	t.Helper()
	c, err := columnsOrError(t, set)
	require.NoError(t, err)
	return c
}

func columnsOrError(t *testing.T, set any) (*change, error) {
	t.Helper()
	s, err := newSealer([]byte("a key of exactly thirty-two byte"))
	require.NoError(t, err)
	var c *change
	switch set := set.(type) {
	case *OrderChange:
		c, err = changed[models.Order](set)
	case *AttemptChange:
		c, err = set.columns(s, "id")
	case *RefundChange:
		c, err = changed[models.Refund](set)
	case *ShipmentChange:
		c, err = changed[models.Shipment](set)
	case *ReviewChange:
		c, err = changed[models.Review](set)
	case *StatementChange:
		c, err = changed[models.Statement](set)
	case *DiscrepancyChange:
		c, err = changed[models.Discrepancy](set)
	case *TaskChange:
		c, err = changed[models.Task](set)
	case *StaffChange:
		c, err = set.columns(s, "id")
	default:
		t.Fatalf("%T is unknown", set)
	}
	return c, err
}

// give sets a field of a change to something.
func give(t *testing.T, field reflect.Value) {
	t.Helper()
	v := reflect.New(field.Type().Elem())
	switch of := v.Elem(); of.Kind() { //nolint:exhaustive // no field is of another kind
	case reflect.String:
		of.SetString("x")
	case reflect.Int, reflect.Int64:
		of.SetInt(7)
	case reflect.Bool:
		of.SetBool(true)
	default:
		switch at := v.Interface().(type) {
		case *time.Time:
			*at = time.Now()
		case *models.Payer:
			at.OpenID = "x"
		case *models.Amount:
			*at = models.AmountFromInt(7)
		default:
			t.Fatalf("%s is unknown", field.Type())
		}
	}
	field.Set(v)
}

// fullChanges are one change of every kind, with all fields set.
func fullChanges(t *testing.T) []*change {
	t.Helper()
	var list []*change
	for _, set := range kindsOfChange() {
		for _, field := range reflect.ValueOf(set).Elem().Fields() {
			give(t, field)
		}
		list = append(list, columnsOf(t, set))
	}
	return list
}

// A field that columns forgets would change nothing, without any error.
func TestChange_EveryFieldSetsTheColumnOfItsName(t *testing.T) {
	sealed := map[string]string{"Payer": "payer_sealed", "TOTP": "totp_sealed"}
	for _, set := range kindsOfChange() {
		assert.Empty(t, columnsOf(t, set).names, "%T: nil leaves a column as it is", set)
		for field, value := range reflect.ValueOf(set).Elem().Fields() {
			give(t, value)
			c := columnsOf(t, set)
			value.SetZero()
			column := sealed[field.Name]
			if column == "" {
				column = naming().ColumnName(c.table, field.Name)
				assert.Subset(t, []string{column, "lease"}, c.names, "%T.%s", set, field.Name)
			}
			assert.Contains(t, c.names, column, "%T.%s", set, field.Name)
			assert.Equal(t, field.Name == "DueAt", slices.Contains(c.names, "lease"), "%T.%s: only another time ends the lease", set, field.Name)
		}
	}
}

func TestChange_StoresNothingAsNULL(t *testing.T) {
	for name, row := range map[string]struct {
		set    any
		column string
	}{
		"no time":               {&OrderChange{PaidAt: new(time.Time{})}, "paid_at"},
		"no time to ask":        {&AttemptChange{DueAt: new(time.Time{})}, "due_at"},
		"no number of an order": {&AttemptChange{OrderNum: new("")}, "order_num"},
		"no number of a refund": {&RefundChange{OrderNum: new("")}, "order_num"},
		"no secrets of a payer": {&AttemptChange{Payer: new(models.Payer{UserID: "7"})}, "payer_sealed"},
		"no secret of a person": {&StaffChange{TOTP: new(models.Secret(""))}, "totp_sealed"},
	} {
		c := columnsOf(t, row.set)
		require.Contains(t, c.names, row.column, name)
		assert.True(t, c.values[slices.Index(c.names, row.column)] == nil, "%s: an empty []byte is not NULL", name)
	}
	assert.Equal(t, []any{""}, columnsOf(t, &StaffChange{RecoveryHash: new("")}).values, "another text may be empty")
}

func TestChange_CutsOffProblemsAndRefusesOtherTexts(t *testing.T) {
	long := strings.Repeat("x", 3000)
	assert.Equal(t, []any{long[:64]}, columnsOf(t, &AttemptChange{ProblemCode: &long}).values)
	assert.Equal(t, []any{long[:64]}, columnsOf(t, &RefundChange{ProblemCode: &long}).values)
	assert.Equal(t, []any{long[:500]}, columnsOf(t, &StatementChange{Problem: &long}).values)
	assert.Equal(t, []any{long[:500]}, columnsOf(t, &TaskChange{Problem: &long}).values)

	for name, set := range map[string]any{
		"shipments.number":       &ShipmentChange{Number: &long},
		"orders.paid_attempt_id": &OrderChange{PaidAttemptID: new("é")},
		"refunds.order_num":      &RefundChange{OrderNum: new("\xff")},
		"statements.hash":        &StatementChange{Hash: &long},
		"discrepancies.note":     &DiscrepancyChange{OwnerID: new("s1"), Note: &long},
		"discrepancies.reason":   &DiscrepancyChange{Reason: &long},
		"tasks.file_name":        &TaskChange{FileName: &long, FileType: new("text/csv")},
	} {
		_, err := columnsOrError(t, set)
		require.ErrorIs(t, err, ErrText, name)
	}
}
