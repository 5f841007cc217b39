package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// SeedSpec says what a made-up history looks like. The same seed over the same catalogue and time makes the same rows.
type SeedSpec struct {
	Seed     uint64
	Until    time.Time           // the newest order's time; zero: now
	Days     int                 // how far it goes back; 0: 365
	Progress func(done, all int) // called now and then; may be nil
}

const (
	seedBatch   = 2000 // orders of one transaction
	seedWriters = 2    // transactions at the same time; SQLite has one
)

// SeedOrders makes up n orders with everything that belongs to them — lines, attempts, evidence, callbacks, history, stock, refunds,
// reviews — as the money path would have left them, sound by Invariants, for demonstrations and benchmarks. Orders are of the
// catalogue that is there; without one it makes a small one. Stock is imported as it is sold, so what is on hand stays. Nothing of
// it exists at a platform, and all e-mail addresses end in example.org.
//
// Each few thousand orders are one transaction. ErrDuplicate: this seed was used before.
func (s *Store) SeedOrders(ctx context.Context, n int, spec SeedSpec) error {
	if n <= 0 {
		return nil
	}
	g, err := s.newHistoryMaker(ctx, n, spec)
	if err != nil {
		return wrap("make up orders", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	writers := seedWriters
	if s.dialect == migrations.SQLite {
		writers = 1
	}
	batches := make(chan *seedTables, writers)
	group.Go(func() error {
		defer close(batches)
		for done := 0; done < n; done += seedBatch {
			select {
			case batches <- g.batch(min(seedBatch, n-done)):
			case <-ctx.Done():
				return ctx.Err()
			}
			if spec.Progress != nil {
				spec.Progress(done, n)
			}
		}
		return nil
	})
	for range writers {
		group.Go(func() error { return s.writeBatches(ctx, batches) })
	}
	if err := group.Wait(); err != nil {
		return wrap("make up orders", err)
	}
	if spec.Progress != nil {
		spec.Progress(n, n)
	}
	return nil
}

// writeBatches stores batches as they come. On MySQL it does so without foreign keys: parents are written before their children, and two
// writers that share the variants through the keys could not both change them.
func (s *Store) writeBatches(ctx context.Context, batches <-chan *seedTables) (err error) {
	if s.dialect == migrations.SQLite {
		for tables := range batches {
			if err := s.Tx(ctx, func(tx *Store) error { return tables.write(ctx, tx) }); err != nil {
				return err
			}
		}
		return nil
	}
	conn, err := s.pool.write.db.Conn(ctx)
	if err != nil {
		return translate(err)
	}
	defer func() {
		// Nobody else may get a connection without foreign keys: it ends here.
		e := conn.Raw(func(any) error { return driver.ErrBadConn })
		if e != nil && !errors.Is(e, driver.ErrBadConn) {
			err = errors.Join(err, e)
		}
	}()
	if _, err := conn.ExecContext(ctx, "SET SESSION foreign_key_checks = 0"); err != nil {
		return translate(err)
	}
	for tables := range batches {
		if err := s.retry(ctx, func() error { return s.writeOn(ctx, conn, tables) }); err != nil {
			return err
		}
	}
	return nil
}

// writeOn stores a batch in a transaction on a connection of its own.
func (s *Store) writeOn(ctx context.Context, conn *sql.Conn, tables *seedTables) error {
	began, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	tx := &transaction{pool: s.pool, tx: began, release: func() {}}
	if err := tables.write(ctx, &Store{shared: s.shared, conn: tx, orm: s.orm, inTx: true}); err != nil {
		if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = errors.Join(err, e)
		}
		return err
	}
	return tx.Commit()
}

// seedVariant is what a made-up order can be of.
type seedVariant struct {
	variant models.Variant
	product models.Product
}

// newHistoryMaker reads what the orders are of.
func (s *Store) newHistoryMaker(ctx context.Context, n int, spec SeedSpec) (*historyMaker, error) {
	if spec.Until.IsZero() {
		spec.Until = s.now()
	}
	if spec.Days <= 0 {
		spec.Days = 365
	}
	g := &historyMaker{
		random: rand.New(rand.NewPCG(spec.Seed, 0x636f696e63617274)), //nolint:gosec // a made-up history must be the same again
		until:  models.Instant(spec.Until), orders: n,
	}
	settings, err := s.LoadSettings(ctx)
	if err != nil {
		return nil, err
	}
	g.currency, g.digits = settings.Currency().Code, settings.Currency().Digits
	if g.goods, err = s.seedCatalogue(ctx); err != nil {
		return nil, err
	}
	if g.coins, err = s.seedCoins(ctx); err != nil {
		return nil, err
	}
	g.plan(spec.Days)
	return g, nil
}

// seedCatalogue reads all variants that are for sale, by SKU.
func (s *Store) seedCatalogue(ctx context.Context) ([]seedVariant, error) {
	cards, _, err := s.Cards(ctx, models.CardFilter{Limit: 200, Sort: models.SortName})
	if err != nil {
		return nil, err
	}
	if len(cards) == 0 {
		if err := s.putSeedCatalogue(ctx); err != nil {
			return nil, err
		}
		if cards, _, err = s.Cards(ctx, models.CardFilter{Limit: 200, Sort: models.SortName}); err != nil {
			return nil, err
		}
	}
	var list []seedVariant
	for _, card := range cards {
		p, err := s.Product(ctx, card.Slug)
		if err != nil {
			return nil, err
		}
		for _, v := range p.Variants {
			list = append(list, seedVariant{v, p})
		}
	}
	slices.SortFunc(list, func(a, b seedVariant) int { return strings.Compare(a.variant.SKU, b.variant.SKU) })
	return list, nil
}

func (s *Store) putSeedCatalogue(ctx context.Context) error {
	category := models.Category{Slug: "made-up", Name: "Made up"}
	if err := s.PutCategory(ctx, category); err != nil {
		return err
	}
	for i, price := range []string{"4.9", "12", "19.95", "25.5", "48", "99", "149.5", "310"} {
		name := fmt.Sprintf("Thing %d", i+1)
		err := s.PutProduct(ctx, models.Product{
			Slug: fmt.Sprintf("made-up-%d", i+1), Title: name, Summary: "Made up.", Description: "Made up, for a made-up history.",
			Category: category, Cover: "thing.svg", CoverAlt: name, Position: i,
			Variants: []models.Variant{{SKU: fmt.Sprintf("MADE-%02d", i+1), Price: models.MustAmount(price), OnHand: 100}},
			Pictures: []models.Picture{{Source: "thing.svg", Alt: name}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) seedCoins(ctx context.Context) ([]models.Coin, error) {
	coins, err := s.Coins(ctx)
	if err != nil || len(coins) > 0 {
		return coins, err
	}
	now := s.now()
	for i, c := range []models.Coin{
		{Symbol: "USDT", Name: "Tether", Precision: 6, Rate: models.AmountFromInt(1)},
		{Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.AmountFromInt(65000)},
		{Symbol: "ETH", Name: "Ether", Precision: 8, Rate: models.MustAmount("3120.5")},
	} {
		c.RateSource, c.RateAt, c.Enabled, c.Position = "fixed", now, true, i
		if err := s.PutCoin(ctx, c); err != nil {
			return nil, err
		}
	}
	return s.Coins(ctx)
}

// seedStock is what a batch does to a variant.
type seedStock struct{ sold, held int }

// seedTables are the rows of a batch.
type seedTables struct {
	orders       *rowBatch[models.Order]
	lines        *rowBatch[models.OrderLine]
	attempts     *rowBatch[models.Attempt]
	evidence     *rowBatch[models.Evidence]
	inbox        *rowBatch[models.InboxMessage]
	transitions  *rowBatch[models.Transition]
	reservations *rowBatch[models.Reservation]
	movements    *rowBatch[models.StockMovement]
	refunds      *rowBatch[models.Refund]
	reviews      *rowBatch[models.Review]

	stock   map[string]*seedStock
	calls   map[string]int // callbacks by day, UTC
	firstAt time.Time      // of the first order
}

func newSeedTables() *seedTables {
	return &seedTables{
		orders: orderTable.batch(), lines: orderLineTable.batch(), attempts: attemptTable.batch(), evidence: evidenceTable.batch(),
		inbox: inboxTable.batch(), transitions: transitionTable.batch(), reservations: reservationTable.batch(),
		movements: movementTable.batch(), refunds: refundTable.batch(), reviews: reviewTable.batch(),
		stock: map[string]*seedStock{}, calls: map[string]int{},
	}
}

// write stores a batch: parents before children, and the variants last, because every batch changes them.
func (t *seedTables) write(ctx context.Context, tx *Store) error {
	for _, rows := range []interface {
		insert(ctx context.Context, s *Store) error
	}{t.orders, t.lines, t.attempts, t.inbox, t.evidence, t.transitions, t.reservations, t.movements, t.refunds, t.reviews} {
		if err := rows.insert(ctx, tx); err != nil {
			return err
		}
	}
	for _, day := range sortedKeys(t.calls) {
		if err := tx.addCounters(ctx, day, map[string]int{"notify_accepted": t.calls[day]}); err != nil {
			return err
		}
	}
	for _, id := range sortedKeys(t.stock) {
		n := t.stock[id]
		err := tx.execOr(ctx, errors.New("a variant has gone meanwhile"),
			"UPDATE variants SET sold = sold + ?, reserved = reserved + ? WHERE id = ?", n.sold, n.held, id)
		if err != nil {
			return err
		}
	}
	return nil
}
