package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
)

// ErrCatalogueChanged says that the products which an import is about were changed since it was planned.
var ErrCatalogueChanged = errors.New("the catalogue was changed since the file was checked")

// ImportChoice is what a plan depends on besides the file and the catalogue.
type ImportChoice struct {
	KeepStock bool
	IsStatic  func(name string) bool // pictures that the program brings along; nil: none
}

// ImportPlan compares a file of products with the catalogue. state stands for all that the plan was compared with: as long as it is the
// same, the plan is.
func (s *Store) ImportPlan(ctx context.Context, file *productcsv.File, choice ImportChoice) (plan *productcsv.Plan, state string, err error) {
	shop := &productcsv.Shop{NewID: models.NewID, KeepStock: choice.KeepStock, Products: map[string]*models.Product{}}
	for _, step := range []func() error{
		func() error { return s.importIndex(ctx, shop) },
		func() error { return s.importProducts(ctx, shop, file.Records) },
		func() error { return s.importPictures(ctx, shop, file.Records, choice.IsStatic) },
	} {
		if err := step(); err != nil {
			return nil, "", wrap("compare the file with the catalogue", err)
		}
	}
	return productcsv.MakePlan(file, shop), stateOf(shop), nil
}

// stateOf is a digest of the versions of the products that a plan is about.
func stateOf(shop *productcsv.Shop) string {
	h := sha256.New()
	for _, id := range sortedKeys(shop.Products) {
		fmt.Fprintf(h, "%s %d\n", id, shop.Products[id].Version)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *Store) importIndex(ctx context.Context, shop *productcsv.Shop) error {
	var err error
	if shop.BySKU, err = readMap[string, string](ctx, s, "SELECT sku, product_id FROM variants"); err != nil {
		return err
	}
	if shop.BySlug, err = readMap[string, string](ctx, s, "SELECT slug, id FROM products"); err != nil {
		return err
	}
	shop.Categories, err = s.Categories(ctx)
	return err
}

// importProducts reads the products that the file is about, and those that have one of its SKUs.
func (s *Store) importProducts(ctx context.Context, shop *productcsv.Shop, records []productcsv.Record) error {
	ids := map[string]bool{}
	for i := range records {
		if id := shop.Match(&records[i]); id != "" {
			ids[id] = true
		}
		for _, v := range records[i].Variants {
			if id := shop.BySKU[v.SKU]; id != "" {
				ids[id] = true
			}
		}
	}
	for part := range slices.Chunk(sortedKeys(ids), savedAtOnce) {
		stored, err := s.storedProducts(ctx, part)
		if err != nil {
			return err
		}
		for id, p := range stored {
			shop.Products[id] = &p.Product
		}
	}
	return nil
}

// importPictures finds out which of the pictures that the file names are here.
func (s *Store) importPictures(ctx context.Context, shop *productcsv.Shop, records []productcsv.Record, isStatic func(string) bool) error {
	names, hashes := map[string]bool{}, map[string]string{}
	note := func(p productcsv.Picture) {
		switch {
		case p.Source == "":
		case p.Remote():
			hashes[AddressHash(p.Source)] = p.Source
		default:
			names[p.Source] = true
		}
	}
	for i := range records {
		for _, p := range records[i].Pictures {
			note(p)
		}
		for _, v := range records[i].Variants {
			note(productcsv.Picture{Source: v.Picture})
		}
	}
	here, err := readMapOf[string](ctx, s, "SELECT source, hash FROM media WHERE source IN {keys}", sortedKeys(names))
	if err != nil {
		return err
	}
	used, err := readMapOf[string](ctx, s, "SELECT source, source FROM pictures WHERE source IN {keys}", sortedKeys(names))
	if err != nil {
		return err
	}
	shop.HasPicture = func(name string) bool {
		return here[name] != "" || used[name] != "" || (isStatic != nil && isStatic(name))
	}
	fetched, err := readMapOf[string](ctx, s, "SELECT address_hash, source FROM fetched_pictures WHERE address_hash IN {keys}", sortedKeys(hashes))
	shop.Fetched = make(map[string]string, len(fetched))
	for hash, source := range fetched {
		shop.Fetched[hashes[hash]] = source
	}
	return err
}

// AddressHash is the key of a picture's address.
func AddressHash(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:])
}

// ImportRun is how a plan is carried out.
type ImportRun struct {
	Who      string // of the movements of the ledger
	FileName string
	// Progress is told how many products are written, of how many; its error ends the import and nothing of it is kept. It may be nil.
	Progress func(done, total int) error
}

// ApplyPlan carries out what an import would do: all of it or nothing. New products get their stock and those that are there get what the
// file says, both as movements of the ledger.
//
// Errors: ErrCatalogueChanged, where a product, a SKU or an address is not as it was planned with; those of Progress as they are.
func (s *Store) ApplyPlan(ctx context.Context, plan *productcsv.Plan, run ImportRun) error {
	return s.Tx(ctx, func(tx *Store) error {
		for _, c := range plan.Categories {
			if err := tx.SaveCategory(ctx, c); err != nil {
				return planned(err)
			}
		}
		return tx.applyItems(ctx, plan, run)
	})
}

// planned turns an error that a plan cannot have had when it was made into ErrCatalogueChanged.
func planned(err error) error {
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrDuplicate) {
		return fmt.Errorf("%w: %w", ErrCatalogueChanged, err)
	}
	return err
}

func (s *Store) applyItems(ctx context.Context, plan *productcsv.Plan, run ImportRun) error {
	var list []models.Product
	var stock []models.StockLevel
	for i := range plan.Items {
		if item := &plan.Items[i]; len(item.Fields) > 0 {
			list = append(list, item.Product)
			stock = append(stock, item.Stock...)
		}
	}
	done := 0
	for part := range slices.Chunk(list, savedAtOnce) {
		if run.Progress != nil {
			if err := run.Progress(done, len(list)); err != nil {
				return err
			}
		}
		if _, err := s.saveProducts(ctx, part, true); err != nil {
			return planned(err)
		}
		if err := s.keepPictures(ctx, part); err != nil {
			return planned(err)
		}
		done += len(part)
	}
	_, err := s.SetStock(ctx, stock, run.FileName, run.Who)
	return err
}

// keepPictures says that products show their uploaded pictures.
func (s *Store) keepPictures(ctx context.Context, list []models.Product) error {
	var sources []string
	for _, product := range list {
		for _, p := range product.Pictures {
			sources = append(sources, p.Source)
		}
		for _, v := range product.Variants {
			sources = append(sources, v.Picture)
		}
	}
	return s.KeepMedia(ctx, sources...)
}

// ProductExport chooses the products of an export. The zero value is all of them, hidden ones too.
type ProductExport struct {
	CategoryID string `json:"category"` // with everything below it
	Tag        string `json:"tag"`
	Visibility string `json:"visibility"` // "": all, "published" or "hidden"
}

// exportedAtOnce is the number of products that are read together.
const exportedAtOnce = 200

// EachProduct calls fn with every product that is chosen, complete, in the order of their ids, in constant memory. An error of fn ends it
// and is returned as it is.
func (s *Store) EachProduct(ctx context.Context, x ProductExport, fn func(p *models.Product) error) error {
	where := conditions{}
	if x.CategoryID != "" {
		where.add(inCategory, branchPattern(x.CategoryID))
	}
	if x.Tag != "" {
		where.add(withTag, x.Tag)
	}
	if x.Visibility != "" {
		where.add("p.hidden = ?", x.Visibility == "hidden")
	}
	query := "SELECT p.id FROM products p WHERE " + where.sql() + " AND p.id > ? ORDER BY p.id LIMIT ?"
	for after := ""; ; {
		ids, err := s.readTexts(ctx, query, slices.Concat(where.args, []any{after, exportedAtOnce})...)
		if err != nil {
			return wrap("read the products", err)
		}
		stored, err := s.storedProducts(ctx, ids)
		if err != nil {
			return wrap("read the products", err)
		}
		for _, id := range ids {
			if p := stored[id]; p != nil {
				if err := fn(&p.Product); err != nil {
					return err
				}
			}
		}
		if len(ids) < exportedAtOnce {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

// ChangeProduct reads a product whole, lets fn change it, and stores it, in one transaction. fn may be called again. ErrNotFound.
func (s *Store) ChangeProduct(ctx context.Context, id string, fn func(p *models.Product)) error {
	return wrap("change the product", s.Tx(ctx, func(tx *Store) error {
		stored, err := tx.storedProducts(ctx, []string{id})
		if err != nil {
			return err
		}
		if stored[id] == nil {
			return ErrNotFound
		}
		p := stored[id].Product
		p.Variants, p.Pictures = slices.Clone(p.Variants), slices.Clone(p.Pictures)
		fn(&p)
		if _, err := tx.saveProducts(ctx, []models.Product{p}, true); err != nil {
			return err
		}
		return tx.keepPictures(ctx, []models.Product{p})
	}))
}

// SingleWriter reports that one transaction at a time can write, and that nothing else can be stored while one is open.
func (s *Store) SingleWriter() bool { return s.dialect == migrations.SQLite }
