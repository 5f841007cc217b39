package store

import (
	"context"
	"time"

	"github.com/coincart/coincart/models"
)

const coinOrder = "position, symbol"

// Coins reads the coins that a shopper can pay with, in their order.
func (s *Store) Coins(ctx context.Context) ([]models.Coin, error) {
	list, err := find[models.Coin](ctx, s, coinOrder, "enabled = ?", true)
	return list, wrap("read the coins", err)
}

// AllCoins reads all coins, also those that are switched off, in their order.
func (s *Store) AllCoins(ctx context.Context) ([]models.Coin, error) {
	list, err := find[models.Coin](ctx, s, coinOrder, "1 = 1")
	return list, wrap("read the coins", err)
}

// Coin reads one coin by its symbol; ErrNotFound.
func (s *Store) Coin(ctx context.Context, symbol string) (models.Coin, error) {
	if err := widths["coins"]["symbol"].check("symbol", symbol); err != nil {
		return models.Coin{}, wrap("read the coin", ErrNotFound)
	}
	c, err := take[models.Coin](ctx, s, "symbol = ?", symbol)
	return c, wrap("read the coin", err)
}

// rateColumns hold the rate of a coin and its state. People decide about all others.
func rateColumns() []string {
	return []string{"rate", "rate_source", "rate_at", "problem", "problem_since", "fetch_problem", "pending", "pending_at", "checked_at"}
}

// completeCoin plans the first question to the coin's sources: at once.
func (s *Store) completeCoin(c *models.Coin) {
	c.RateAt = orTime(c.RateAt, s.now())
	c.DueAt, c.Lease = time.Time{}, ""
	if c.Live() {
		c.DueAt = s.now()
	}
}

// PutCoin stores a coin as it is given, new or changed, by its symbol, with its rate.
func (s *Store) PutCoin(ctx context.Context, c models.Coin) error {
	s.completeCoin(&c)
	if err := checkTexts(&c); err != nil {
		return wrap("store the coin", err)
	}
	return wrap("store the coin", s.Tx(ctx, func(tx *Store) error {
		return tx.changeCoin(ctx, coinTable.change(&c), c)
	}))
}

// changeCoin changes a coin, or makes it.
func (s *Store) changeCoin(ctx context.Context, set *change, c models.Coin) error {
	set.set("due_at", c.DueAt)
	set.set("lease", "")
	n, err := s.exec(ctx, "UPDATE coins SET "+set.sql()+", version = version + 1 WHERE symbol = ?", append(set.values, c.Symbol)...)
	if err != nil || n > 0 {
		return err
	}
	c.Version = 1
	return s.create(ctx, &c)
}

// NewCoin stores a coin that the shop has not had yet, behind all others: the first one is what the checkout suggests. ErrDuplicate where
// the shop has it.
func (s *Store) NewCoin(ctx context.Context, c models.Coin) error {
	s.completeCoin(&c)
	c.Version = 1
	return wrap("store the coin", s.Tx(ctx, func(tx *Store) error {
		last := 0
		if err := tx.one(ctx, "SELECT COALESCE(MAX(position), 0) FROM coins", nil, &last); err != nil {
			return err
		}
		c.Position = last + 1
		return tx.create(ctx, &c)
	}))
}

// SaveCoin changes what a person decides about a coin, if nobody has changed it since version: else ErrConflict. A coin whose rate is
// fixed by hand takes the rate as well; one with a source keeps its rate and its troubles, and the source is asked at once.
func (s *Store) SaveCoin(ctx context.Context, c models.Coin, version int) error {
	s.completeCoin(&c)
	if err := checkTexts(&c); err != nil {
		return wrap("store the coin", err)
	}
	set := coinTable.change(&c, rateColumns()...)
	if !c.Live() {
		c.Problem, c.ProblemSince, c.FetchProblem, c.Pending, c.PendingAt, c.CheckedAt = "", time.Time{}, "", models.Amount{}, time.Time{}, time.Time{}
		set = coinTable.change(&c)
	}
	set.set("due_at", c.DueAt)
	set.set("lease", "")
	set.set("version", version+1)
	return wrap("store the coin", s.update(ctx, "coins", set, "symbol = ? AND version = ?", c.Symbol, version))
}

// AcceptRate puts a rate in force that a person has accepted (models.Coin.Accept), if the coin is as it was read: same version, same
// waiting rate. ErrConflict otherwise. Its sources are asked again at once.
func (s *Store) AcceptRate(ctx context.Context, was, c models.Coin) error {
	set := coinTable.changeOnly(&c, rateColumns()...)
	set.set("due_at", s.now())
	set.set("lease", "")
	set.set("version", was.Version+1)
	return wrap("accept the rate", s.update(ctx, "coins", set, "symbol = ? AND version = ? AND pending = "+s.param(),
		was.Symbol, was.Version, was.Pending))
}

// FinishCoin stores what came of asking about a claimed coin, and when its sources are asked next. ErrConflict: the lease is not held
// any more, because it ran out or because a person changed the coin.
func (s *Store) FinishCoin(ctx context.Context, c models.Coin, due time.Time) error {
	if c.Lease == "" {
		return wrap("store the rate", ErrConflict)
	}
	set := coinTable.changeOnly(&c, rateColumns()...)
	set.set("due_at", due)
	set.set("lease", "")
	if err := checkTexts(&c); err != nil {
		return wrap("store the rate", err)
	}
	return wrap("store the rate", s.update(ctx, "coins", set, "symbol = ? AND lease = ?", c.Symbol, c.Lease))
}

// EndReview closes the open review of a kind and subject, if there is one, because what it was about is over.
func (s *Store) EndReview(ctx context.Context, kind models.ReviewKind, subject, resolution string) error {
	if err := widths["reviews"]["resolution"].check("resolution", resolution); err != nil {
		return wrap("end the review", err)
	}
	_, err := s.exec(ctx, "UPDATE reviews SET `open` = ?, resolution = ?, updated_at = ? WHERE kind = ? AND subject = ? AND `open` = ?",
		false, resolution, s.now(), string(kind), subject, true)
	return wrap("end the review", err)
}
