package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// SeedSpec says what a made-up history looks like. The same seed over the same catalogue and time makes the same rows.
type SeedSpec struct {
	Seed     uint64
	Until    time.Time           // the newest order's time; zero: now
	Days     int                 // how far it goes back; 0: 365
	Progress func(done, all int) // called now and then; may be nil
}

const seedBatch = 2000 // orders of one transaction

// SeedOrders makes up n orders with everything that belongs to them — lines, attempts, evidence, callbacks, history, stock, refunds,
// reviews — as the money path would have left them, sound by Invariants, for demonstrations and benchmarks. Orders are of the
// catalogue that is there, and are paid in its coins. Stock is imported as it is sold, so what is on hand stays. Nothing of it exists at a
// platform, and all e-mail addresses end in example.org.
//
// Each few thousand orders are one transaction. ErrDuplicate: this seed was used before. ErrNotFound: nothing is for sale, or there is no
// coin.
func (s *Store) SeedOrders(ctx context.Context, n int, spec SeedSpec) error {
	if n <= 0 {
		return nil
	}
	g, err := s.newHistoryMaker(ctx, n, spec)
	if err != nil {
		return wrap("make up orders", err)
	}
	for done := 0; done < n; {
		rows := g.batch(min(seedBatch, n-done))
		if err := s.Tx(ctx, func(tx *Store) error { return rows.write(ctx, tx) }); err != nil {
			return wrap("make up orders", err)
		}
		done += len(rows.orders)
		if spec.Progress != nil {
			spec.Progress(done, n)
		}
	}
	return nil
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
	if g.coins, err = s.Coins(ctx); err != nil {
		return nil, err
	}
	if len(g.goods) == 0 || len(g.coins) == 0 {
		return nil, fmt.Errorf("goods and coins: %w", ErrNotFound)
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

// seedStock is what a batch does to a variant.
type seedStock struct{ sold, held int }

// seedTables are the rows of a batch.
type seedTables struct {
	orders       []models.Order
	lines        []models.OrderLine
	attempts     []models.Attempt
	evidence     []models.Evidence
	inbox        []models.InboxMessage
	transitions  []models.Transition
	reservations []models.Reservation
	movements    []models.StockMovement
	refunds      []models.Refund
	reviews      []models.Review
	shipments    []models.Shipment
	shipped      []models.ShipmentLine

	stock map[string]seedStock
	calls map[string]int // callbacks by day, UTC
}

// number gives the orders of a batch their numbers, in the order of time.
func (t *seedTables) number(ctx context.Context, tx *Store) error {
	numbering, err := tx.numbering(ctx)
	if err != nil {
		return err
	}
	first, err := tx.takeNumbers(ctx, len(t.orders), numbering.start)
	for i := range t.orders {
		o := &t.orders[i]
		o.Number, o.NumberText = first+i, models.NumberText(numbering.prefix, first+i)
	}
	return err
}

// write stores a batch: parents before children, and the variants last, because every batch changes them.
func (t *seedTables) write(ctx context.Context, tx *Store) error {
	if err := t.number(ctx, tx); err != nil {
		return err
	}
	for _, insert := range []func() error{
		func() error { return orderTable.insertAll(ctx, tx, t.orders) },
		func() error { return orderLineTable.insertAll(ctx, tx, t.lines) },
		func() error { return attemptTable.insertAll(ctx, tx, t.attempts) },
		func() error { return inboxTable.insertAll(ctx, tx, t.inbox) },
		func() error { return evidenceTable.insertAll(ctx, tx, t.evidence) },
		func() error { return transitionTable.insertAll(ctx, tx, t.transitions) },
		func() error { return reservationTable.insertAll(ctx, tx, t.reservations) },
		func() error { return movementTable.insertAll(ctx, tx, t.movements) },
		func() error { return refundTable.insertAll(ctx, tx, t.refunds) },
		func() error { return reviewTable.insertAll(ctx, tx, t.reviews) },
		func() error { return shipmentTable.insertAll(ctx, tx, t.shipments) },
		func() error { return shipmentLineTable.insertAll(ctx, tx, t.shipped) },
		func() error { return tx.indexOrders(ctx, orderIDs(t.orders)) },
	} {
		if err := insert(); err != nil {
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

func orderIDs(orders []models.Order) []string {
	ids := make([]string, len(orders))
	for i := range orders {
		ids[i] = orders[i].ID
	}
	return ids
}
