package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/stockroom"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// Product is a product with all its variants.
type Product struct {
	Object      string    `json:"object" enum:"product"`
	ID          string    `json:"id"`
	Slug        string    `json:"slug" doc:"Its part of the address of its page."`
	Title       string    `json:"title"`
	Summary     string    `json:"summary"`
	Description string    `json:"description" doc:"Plain text."`
	Category    string    `json:"category" doc:"Slug of the primary category."`
	Tags        []string  `json:"tags"`
	Hidden      bool      `json:"hidden" doc:"Not published."`
	Featured    bool      `json:"featured"`
	Options     []string  `json:"options" doc:"Names of what there is to choose, such as Colour."`
	Variants    []Variant `json:"variants"`
}

// Variant is what a shopper buys.
type Variant struct {
	SKU       string   `json:"sku"`
	Title     string   `json:"title"`
	Options   []string `json:"options"`
	Price     string   `json:"price" doc:"Decimal text, in the shop's currency: the regular price."`
	SalePrice string   `json:"sale_price" doc:"Decimal text; 0: there is none."`
	Barcode   string   `json:"barcode"`
	Retired   bool     `json:"retired" doc:"Kept for old orders, not for sale."`
	OnHand    int      `json:"on_hand" doc:"What can be sold."`
}

// ChangedProduct replaces the texts of a product, and prices of its variants.
type ChangedProduct struct {
	Title       string           `json:"title" minLength:"1" maxLength:"200"`
	Summary     string           `json:"summary,omitempty" maxLength:"1000"`
	Description string           `json:"description,omitempty" maxLength:"20000" doc:"Plain text, paragraphs divided by empty lines."`
	Hidden      bool             `json:"hidden,omitempty"`
	Featured    bool             `json:"featured,omitempty"`
	Variants    []ChangedVariant `json:"variants,omitempty" maxItems:"200" doc:"Those that are left out stay as they are."`
}

// ChangedVariant replaces the prices of a variant.
type ChangedVariant struct {
	SKU       string `json:"sku" minLength:"1" maxLength:"100"`
	Price     string `json:"price" format:"decimal" maxLength:"40" doc:"Decimal text: the regular price."`
	SalePrice string `json:"sale_price,omitempty" format:"decimal" maxLength:"40" doc:"Decimal text; left out: there is none."`
	Barcode   string `json:"barcode,omitempty" maxLength:"64"`
}

// CountedStock is what a count has found.
type CountedStock struct {
	OnShelf int    `json:"on_shelf" minimum:"0" maximum:"1000000" doc:"What lies on the shelf: on_hand and reserved together."`
	Note    string `json:"note,omitempty" maxLength:"200"`
}

type (
	listProductsInput struct {
		Page

		Search string `query:"search" maxLength:"100"`
	}
	productsOutput struct{ Body List[ListedProduct] }
	skuInput       struct {
		SKU string `path:"sku" maxLength:"100" doc:"SKU of any of its variants."`
	}
	productOutput struct {
		ETag string `header:"ETag"`
		Body Product
	}
	changeProductInput struct {
		SKU     string `path:"sku" maxLength:"100" doc:"SKU of any of its variants."`
		IfMatch string `header:"If-Match" maxLength:"100" doc:"ETag of the product that the change was made of."`
		Body    ChangedProduct
	}
	stockOutput struct {
		ETag string `header:"ETag"`
		Body wire.Stock
	}
	changeStockInput struct {
		SKU     string `path:"sku" maxLength:"100"`
		IfMatch string `header:"If-Match" maxLength:"100" doc:"ETag of the stock that the count was compared with."`
		Body    CountedStock
	}
)

// ListedProduct is a product in a list.
type ListedProduct struct {
	Object   string `json:"object" enum:"product"`
	ID       string `json:"id"`
	Slug     string `json:"slug"`
	SKU      string `json:"sku" doc:"Of its first variant."`
	Title    string `json:"title"`
	MinPrice string `json:"min_price" doc:"Decimal text: the lowest price of its variants now."`
	MaxPrice string `json:"max_price" doc:"Decimal text."`
	OnHand   int    `json:"on_hand"`
	Hidden   bool   `json:"hidden"`
}

// productHandlers handles the requests of these routes.
type productHandlers struct{ *API }

func (a *API) productRoutes() {
	h := productHandlers{a}
	read, write := Rule{Scope: models.ScopeProductsRead}, Rule{Scope: models.ScopeProductsWrite}
	changed := []Code{CodeIfMatchRequired, CodeChanged}
	add(a, Route{
		Method: http.MethodGet, Path: "/products", Name: "listProducts", Group: "Products", Summary: "The shop's products", Rule: read, Fails: []Code{CodeInvalidCursor},
	}, h.listProducts)
	add(a, Route{Method: http.MethodGet, Path: "/products/{sku}", Name: "getProduct", Group: "Products", Summary: "One product", Rule: read}, h.getProduct)
	add(a, Route{
		Method: http.MethodPut, Path: "/products/{sku}", Name: "changeProduct", Group: "Products", Summary: "Change the texts and prices of a product", Rule: write,
		Fails: append(changed, CodePriceJump), Text: "A large change of a price must be made by a person in the back office.",
	}, h.changeProduct)
	add(a, Route{Method: http.MethodGet, Path: "/stock/{sku}", Name: "getStock", Group: "Products", Summary: "The stock of a variant", Rule: read}, h.getStock)
	add(a, Route{
		Method: http.MethodPut, Path: "/stock/{sku}", Name: "changeStock", Group: "Products", Summary: "Store a count of the stock", Rule: write,
		Fails: append(changed, CodeNotCounted), Text: "If-Match sees to it that nothing was sold or promised since you read the stock.",
	}, h.changeStock)
}

func (a productHandlers) listProducts(ctx context.Context, _ *Call, in *listProductsInput) (*productsOutput, error) {
	page, err := a.store.Products(ctx, models.ProductFilter{Search: in.Search, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	digits, err := a.digits(ctx)
	if err != nil {
		return nil, err
	}
	var list []ListedProduct
	for i := range page.Rows {
		p := &page.Rows[i]
		list = append(list, ListedProduct{
			Object: "product", ID: p.ID, Slug: p.Slug, SKU: p.SKU, Title: p.Title, MinPrice: p.MinPrice.Fixed(digits), MaxPrice: p.MaxPrice.Fixed(digits),
			OnHand: p.OnHand, Hidden: p.Hidden,
		})
	}
	return &productsOutput{listOf(list, page.Next)}, nil
}

// digits returns the decimals of the shop's currency.
func (a productHandlers) digits(ctx context.Context) (int, error) {
	settings, err := a.store.LoadSettings(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the settings: %w", err)
	}
	return settings.Currency().Digits, nil
}

func (a productHandlers) getProduct(ctx context.Context, _ *Call, in *skuInput) (*productOutput, error) {
	p, err := a.store.ProductBySKU(ctx, in.SKU)
	if err != nil {
		return nil, err
	}
	return a.productOutput(ctx, p)
}

func (a productHandlers) productOutput(ctx context.Context, p models.Product) (*productOutput, error) {
	digits, err := a.digits(ctx)
	if err != nil {
		return nil, err
	}
	out := &productOutput{productMark(p), Product{
		Object: "product", ID: p.ID, Slug: p.Slug, Title: p.Title, Summary: p.Summary, Description: p.Description, Category: p.Category.Slug,
		Tags: list(p.Tags), Hidden: p.Hidden, Featured: p.Featured, Options: list(p.OptionNames), Variants: []Variant{},
	}}
	for _, v := range p.Variants {
		out.Body.Variants = append(out.Body.Variants, Variant{
			SKU: v.SKU, Title: v.Title, Options: list(v.Options), Price: v.Price.Fixed(digits), SalePrice: v.SalePrice.Fixed(digits), Barcode: v.Barcode,
			Retired: v.Retired, OnHand: v.OnHand,
		})
	}
	return out, nil
}

func productMark(p models.Product) string { return strconv.Quote(strconv.Itoa(p.Version)) }

func (a productHandlers) changeProduct(ctx context.Context, c *Call, in *changeProductInput) (*productOutput, error) {
	if in.IfMatch == "" {
		return nil, problem(CodeIfMatchRequired)
	}
	stored, err := a.store.ProductBySKU(ctx, in.SKU)
	if err != nil {
		return nil, err
	}
	if productMark(stored) != in.IfMatch {
		return nil, problem(CodeChanged)
	}
	digits, err := a.digits(ctx)
	if err != nil {
		return nil, err
	}
	changed, err := in.Body.apply(stored, digits)
	if err != nil {
		return nil, err
	}
	categories, err := a.store.Categories(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.services.Transfers.Editor().SaveProduct(ctx, c.Actor(), categories, stored, changed, ""); err != nil {
		return nil, productError(err, &in.Body, changed)
	}
	now, err := a.store.ProductBySKU(ctx, in.SKU)
	if err != nil {
		return nil, err
	}
	return a.productOutput(ctx, now)
}

// apply returns the product with the changes. digits are those of the shop's currency.
func (b *ChangedProduct) apply(p models.Product, digits int) (models.Product, error) {
	p.Title, p.Summary, p.Description, p.Hidden, p.Featured = b.Title, b.Summary, b.Description, b.Hidden, b.Featured
	p.Variants = slices.Clone(p.Variants)
	var wrong []Fault
	price := func(at, text string) models.Amount {
		amount, err := models.ParseAmount(text)
		if err != nil || amount.Digits() > digits {
			wrong = append(wrong, fault(CodeInvalidAmount, at))
		}
		return amount
	}
	for i, change := range b.Variants {
		at := fmt.Sprintf("/variants/%d/", i)
		place := slices.IndexFunc(p.Variants, func(v models.Variant) bool { return v.SKU == change.SKU })
		if place < 0 {
			wrong = append(wrong, fault(CodeInvalidValue, at+"sku"))
			continue
		}
		v := &p.Variants[place]
		v.Price, v.SalePrice, v.Barcode = price(at+"price", change.Price), models.Amount{}, change.Barcode
		if change.SalePrice != "" {
			v.SalePrice = price(at+"sale_price", change.SalePrice)
		}
	}
	if len(wrong) > 0 {
		return p, faults(wrong)
	}
	return p, nil
}

// productError tells what is wrong with a product by the members of the body.
func productError(err error, body *ChangedProduct, p models.Product) error {
	wrong := (*store.ProductError)(nil)
	switch {
	case errors.Is(err, store.ErrConflict):
		return problem(CodeChanged)
	case !errors.As(err, &wrong):
		return err
	}
	var list []Fault
	for _, found := range wrong.Problems {
		at := "/" + found.Field
		if found.Variant >= 0 && found.Variant < len(p.Variants) {
			place := slices.IndexFunc(body.Variants, func(v ChangedVariant) bool { return v.SKU == p.Variants[found.Variant].SKU })
			at = fmt.Sprintf("/variants/%d/%s", place, found.Field)
		}
		list = append(list, fault(codeOf(found.Problem, found.Field), at))
	}
	return faults(list)
}

func (a productHandlers) getStock(ctx context.Context, _ *Call, in *skuInput) (*stockOutput, error) {
	v, err := a.variant(ctx, in.SKU)
	if err != nil {
		return nil, err
	}
	return stockOf(v), nil
}

func (a productHandlers) variant(ctx context.Context, sku string) (models.Variant, error) {
	p, err := a.store.ProductBySKU(ctx, sku)
	if err != nil {
		return models.Variant{}, err
	}
	at := slices.IndexFunc(p.Variants, func(v models.Variant) bool { return v.SKU == sku })
	if at < 0 {
		return models.Variant{}, store.ErrNotFound // in another case
	}
	return p.Variants[at], nil
}

func stockOf(v models.Variant) *stockOutput {
	return &stockOutput{strconv.Quote(v.StockMark()), wire.OfStock(&v)}
}

func (a productHandlers) changeStock(ctx context.Context, c *Call, in *changeStockInput) (*stockOutput, error) {
	seen, err := strconv.Unquote(in.IfMatch)
	if in.IfMatch == "" {
		return nil, problem(CodeIfMatchRequired)
	}
	if err != nil || seen == "" {
		return nil, problem(CodeChanged)
	}
	v, err := a.variant(ctx, in.SKU)
	if err != nil {
		return nil, err
	}
	err = stockroom.NewEditor(a.store).CorrectStock(ctx, c.Actor(), models.StockCorrection{
		VariantID: v.ID, Seen: seen, Counted: true, Quantity: in.Body.OnShelf, Note: in.Body.Note,
	})
	tooFew := (*store.OutOfStockError)(nil)
	switch {
	case errors.Is(err, store.ErrMovement): // it is so already
	case errors.Is(err, store.ErrConflict):
		return nil, problem(CodeChanged)
	case errors.As(err, &tooFew), errors.Is(err, stockroom.ErrTooMuchStock):
		return nil, faults([]Fault{fault(CodeOutOfRange, "/on_shelf")})
	case err != nil:
		return nil, err
	}
	if v, err = a.variant(ctx, in.SKU); err != nil {
		return nil, err
	}
	return stockOf(v), nil
}
