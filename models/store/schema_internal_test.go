package store

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm/schema"

	"github.com/coincart/coincart/models"
)

// mapped are the models that are rows.
func mapped() []any {
	return []any{
		&models.Category{}, &models.Product{}, &models.Variant{}, &models.Picture{}, &models.StockMovement{}, &models.StockCount{}, &models.Coin{},
		&models.Cart{}, &models.CartLine{}, &models.Session{}, &models.Order{}, &models.OrderLine{}, &models.Attempt{},
		&models.Evidence{}, &models.Transition{}, &models.Reservation{}, &models.Review{}, &models.InboxMessage{}, &models.OutboxMessage{},
		&models.Staff{}, &models.StaffSession{}, &models.Invitation{}, &models.AuditEntry{}, &models.Note{}, &models.Refund{},
		&models.Statement{}, &models.StatementPage{}, &models.StatementLine{}, &models.BookDay{}, &models.Discrepancy{},
		&models.Task{}, &models.TaskRow{}, &models.TaskChunk{},
		&models.Import{}, &models.ImportChunk{}, &models.ImportProblem{}, &models.ImportPicture{}, &models.FetchedPicture{},
		&models.Coupon{}, &models.CouponUse{}, &models.Zone{}, &models.DeliveryMethod{}, &models.Media{}, &models.MediaFile{}, &models.PriceSource{}, &models.Rate{},
	}
}

// derived are columns that the store keeps for itself, and tables without a model.
func derived() map[string][]string {
	return map[string][]string{
		"categories": {"path"},
		"products": {
			"card_texts", "search_text", "search_version", "min_price", "max_price", "min_regular", "on_sale", "untracked", "price_due_at", "variant_count",
		},
		"product_categories": {"product_id", "category_id", "position"},
		"product_tags":       {"tag", "product_id", "position"},
		"slug_redirects":     {"kind", "slug", "target_id", "created_at"},
		"search_terms":       {"term", "product_id", "weight"},
		"stock_count_lines":  {"count_id", "variant_id", "position", "expected", "counted", "counted_at"},
		"settings":           {"name", "value", "sealed"},
		"retention_marks":    {"name", "done_until"},
		"setting_groups":     {"name", "version", "changed_at", "who"},
		"coupon_shoppers":    {"coupon_id", "shopper", "uses"},
		"zone_places":        {"country", "region", "zone_id"},
		"order_addresses":    {"order_id", "name", "phone", "line1", "line2", "city", "region", "postcode", "country", "created_at"},
		"counters":           {"day", "name", "value"},
		"throttles":          {"id", "failures", "failed_at", "blocked_until"},
		"day_figures":        {"zone", "day", "orders", "converted", "paid", "uncalled", "waits", "lags", "updated_at"},
		"day_sums":           {"zone", "day", "kind", "symbol", "count", "amount"},
	}
}

// joined are fields of models that are read from other tables.
func joined() map[string][]string {
	return map[string][]string{
		"sessions": {"cart_count"},
		"cart_lines": {
			"product_id", "slug", "sku", "title", "product_texts", "variant_title", "variant_texts", "cover", "cover_alt",
			"price", "on_hand", "product_hidden", "regular_price", "weight", "virtual", "untracked",
		},
	}
}

// CheckSchema compares the models and this package's lists with the columns of a database; it is called by the tests that have one.
func CheckSchema(t *testing.T, tables map[string]map[string]SchemaColumn, mysql bool) {
	t.Helper()
	want := derived()
	for _, model := range mapped() {
		parsed, err := schema.Parse(model, &sync.Map{}, naming())
		require.NoError(t, err)
		for _, field := range parsed.Fields {
			if field.DBName == "" || slices.Contains(joined()[parsed.Table], field.DBName) {
				continue
			}
			want[parsed.Table] = append(want[parsed.Table], field.DBName)
			column, ok := tables[parsed.Table][field.DBName]
			if !assert.True(t, ok, "no column %s.%s", parsed.Table, field.DBName) {
				continue
			}
			nullable := field.HasDefaultValue || field.FieldType.Kind().String() == "ptr" || field.DataType == schema.Bytes
			assert.Equal(t, nullable, column.Nullable, "%s.%s may be NULL", parsed.Table, field.DBName)
			checkType(t, parsed.Table+"."+field.DBName, field, column, mysql)
		}
	}
	got := map[string][]string{}
	for table, columns := range tables {
		got[table] = sortedKeys(columns)
	}
	for table := range want {
		slices.Sort(want[table])
	}
	assert.Equal(t, want, got)
	if mysql {
		checkWidths(t, tables)
	}
	for _, c := range fullChanges(t) {
		for _, column := range c.names {
			assert.Contains(t, tables[c.table], column, c.table)
		}
	}
}

// SchemaColumn is a column as a database describes it.
type SchemaColumn struct {
	Type             string
	Nullable         bool
	Charset, Collate string
}

func checkType(t *testing.T, name string, field *schema.Field, column SchemaColumn, mysql bool) {
	t.Helper()
	var allowed []string
	switch {
	case field.IndirectFieldType.Name() == "Amount":
		allowed = []string{"TEXT"}
		if mysql {
			allowed = []string{"DECIMAL(36,18)"}
		}
	case field.DataType == schema.Time:
		allowed = []string{"DATETIME"}
		if mysql {
			allowed = []string{"DATETIME(3)"}
		}
	case field.DataType == schema.Bool:
		allowed = []string{"BOOLEAN", "TINYINT(1)"}
	case field.DataType == schema.Int:
		allowed = []string{"INT", "INT(11)", "INTEGER"}
		if field.FieldType.Kind() == reflect.Int64 {
			allowed = []string{"BIGINT", "BIGINT(20)", "INTEGER"}
		}
	case field.DataType == schema.Bytes:
		allowed = []string{"BLOB", "MEDIUMBLOB"}
	default:
		allowed = []string{"TEXT", "MEDIUMTEXT", "VARCHAR", "CHAR"}
		column.Type, _, _ = strings.Cut(column.Type, "(")
	}
	assert.Contains(t, allowed, column.Type, name)
}

func checkWidths(t *testing.T, tables map[string]map[string]SchemaColumn) {
	t.Helper()
	got := map[string]map[string]width{}
	for table, columns := range tables {
		for name, column := range columns {
			if column.Charset == "" {
				continue
			}
			w := width{max: mediumText, ascii: column.Charset == "ascii"}
			if _, size, ok := strings.Cut(column.Type, "("); ok {
				n, err := strconv.Atoi(strings.TrimSuffix(size, ")"))
				require.NoError(t, err)
				w.max = n
			}
			if w.ascii {
				assert.Equal(t, "ascii_bin", column.Collate, "%s.%s", table, name)
			}
			if got[table] == nil {
				got[table] = map[string]width{}
			}
			got[table][name] = w
		}
	}
	assert.Equal(t, widths, got)
}
