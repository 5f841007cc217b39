package store

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

const (
	categoryColumns = "id, parent_id, slug, name, summary, picture, position, hidden, texts, version, updated_at"
	categoryFields  = "c.id, c.parent_id, c.slug, c.name, c.summary, c.picture, c.position, c.hidden, c.texts, c.version, c.updated_at"
	productFields   = "p.id, p.slug, p.category_id, p.title, p.summary, p.description, p.cover, p.cover_alt, " +
		"p.featured, p.hidden, p.position, p.texts, p.option_names, p.version, p.created_at, p.updated_at"
	variantFields = "v.id, v.product_id, v.sku, v.title, v.price, v.sale_price, v.sale_from, v.sale_until, v.options, v.picture, v.weight, " +
		"v.is_virtual, v.untracked, v.low_stock, v.barcode, v.retired, v.on_hand, v.reserved, v.sold, v.position, v.texts"
	joinCategory = " JOIN categories c ON c.id = p.category_id "
)

func categoryTargets(c *models.Category) []any {
	return []any{
		&c.ID, &c.ParentID, &c.Slug, &c.Name, &c.Summary, &c.Picture, &c.Position, &c.Hidden, &c.Texts, &c.Version, &c.UpdatedAt,
	}
}

// productTargets are the places of productFields.
func productTargets(p *models.Product) []any {
	return []any{
		&p.ID, &p.Slug, &p.CategoryID, &p.Title, &p.Summary, &p.Description, &p.Cover, &p.CoverAlt,
		&p.Featured, &p.Hidden, &p.Position, &p.Texts, &p.OptionNames, &p.Version, &p.CreatedAt, &p.UpdatedAt,
	}
}

func variantTargets(v *models.Variant) []any {
	return []any{
		&v.ID, &v.ProductID, &v.SKU, &v.Title, &v.Price, &v.SalePrice,
		timeInto{&v.SaleFrom},
		timeInto{&v.SaleUntil},
		&v.Options, &v.Picture, &v.Weight,
		&v.Virtual, &v.Untracked, &v.LowStock, &v.Barcode, &v.Retired, &v.OnHand, &v.Reserved, &v.Sold, &v.Position, &v.Texts,
	}
}

// timeInto is the place of a time that may be NULL, which is the zero time. SQLite's driver reads a time as a text where the column is not
// one of a table.
type timeInto struct{ at *time.Time }

// Scan reads a column.
func (m timeInto) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m.at = time.Time{}
	case time.Time:
		*m.at = v.UTC()
	case string:
		return m.parse(v)
	case []byte:
		return m.parse(string(v))
	default:
		return fmt.Errorf("read a time: column holds %T", src)
	}
	return nil
}

func (m timeInto) parse(text string) error {
	at, err := time.ParseInLocation(textTime, text, time.UTC)
	if err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	*m.at = at
	return nil
}

// number is the place of an amount that is not one of a table's columns: a plain 0 in a part of a UNION.
type number struct{ of *models.Amount }

// Scan reads a column.
func (n number) Scan(src any) error {
	if v, ok := src.(int64); ok {
		*n.of = models.AmountFromInt(v)
		return nil
	}
	return n.of.Scan(src)
}

var (
	_ sql.Scanner = timeInto{}
	_ sql.Scanner = number{}
)
