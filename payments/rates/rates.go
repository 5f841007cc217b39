package rates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// Times and limits of rates.
const (
	rateLease    = 20 * time.Second    // longer than two requests take
	ratesKept    = 30 * 24 * time.Hour // retention of the history
	ratesForgot  = 5000                // maximum number of rows removed at once
	rateReviewed = "rate_"             // prefix of a review's remark: rate_ + the problem
)

// rateStep requests the rates of coins that are due. It leases each coin, so that replicas do not request it at the same time.
func (s *Service) rateStep(ctx context.Context) (int, error) {
	coins, err := jobs.Claim(ctx, s.store.ClaimCoins, jobs.Batch, rateLease)
	if err != nil {
		return 0, fmt.Errorf("claim coins: %w", err)
	}
	if len(coins) == 0 {
		return 0, nil
	}
	sources, err := s.store.PriceSources(ctx)
	if err != nil {
		return 0, fmt.Errorf("load price sources: %w", err)
	}
	return jobs.Each(ctx, coins, func(ctx context.Context, c models.Coin) {
		if err := s.fetchRate(ctx, c, sources); err != nil {
			s.log.ErrorContext(ctx, "rate not stored", "coin", c.Symbol, "error", err)
		}
	}), nil
}

// fetchRate requests a coin's rate from its sources and stores the result. No transaction is open during the requests.
func (s *Service) fetchRate(ctx context.Context, c models.Coin, sources []models.PriceSource) error {
	first, name := s.readSource(ctx, sources, c.Source, c.SourceSymbol)
	var second *models.Reading
	if c.SecondSource != "" {
		r, _ := s.readSource(ctx, sources, c.SecondSource, c.SecondSymbol)
		second = &r
	}
	now := s.clock()
	judged := c.Judge(name, first, second, now)
	if judged.FetchProblem != c.FetchProblem || judged.Problem != c.Problem {
		s.log.InfoContext(ctx, "rate", "coin", c.Symbol, "problem", string(judged.Problem), "answer", string(judged.FetchProblem))
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.FinishCoin(ctx, judged, now.Add(judged.Pace())); err != nil {
			return fmt.Errorf("store the rate: %w", err)
		}
		if err := s.keepHistory(ctx, tx, judged, first, second, now); err != nil {
			return err
		}
		return s.reviewRate(ctx, tx, c, judged)
	})
	if errors.Is(err, store.ErrConflict) {
		return nil // a person has changed the coin, so it is due again
	}
	return err
}

// readSource requests a price from the source with an id. It also returns the source's name.
func (s *Service) readSource(ctx context.Context, sources []models.PriceSource, id, symbol string) (r models.Reading, name string) {
	for _, source := range sources {
		if source.ID == id && source.Enabled {
			return s.prices.read(ctx, source, symbol), source.Name
		}
	}
	return models.Reading{At: s.clock(), Problem: models.FetchNoSource}, id
}

// keepHistory adds the answers to the history.
func (s *Service) keepHistory(ctx context.Context, tx *store.Store, c models.Coin, first models.Reading, second *models.Reading, now time.Time) error {
	problem := string(c.FetchProblem)
	if problem == "" {
		problem = string(c.Problem)
	}
	err := tx.AddRate(ctx, models.Rate{Coin: c.Symbol, Source: c.Source, Rate: first.Rate, Problem: problem, At: first.At, CreatedAt: now})
	if err != nil {
		return fmt.Errorf("keep the rate: %w", err)
	}
	if second == nil {
		return nil
	}
	err = tx.AddRate(ctx, models.Rate{
		Coin: c.Symbol, Source: c.SecondSource, Rate: second.Rate, Problem: string(second.Problem), At: second.At, CreatedAt: now,
	})
	if err != nil {
		return fmt.Errorf("keep the second rate: %w", err)
	}
	return nil
}

// reviewRate opens a review when a coin can no longer be sold at its rate, and ends it when it can again: one review for each time.
func (s *Service) reviewRate(ctx context.Context, tx *store.Store, old, updated models.Coin) error {
	if old.Problem != models.RateGood && (updated.Problem == models.RateGood || !old.ProblemSince.Equal(updated.ProblemSince)) {
		err := tx.EndReview(ctx, models.ReviewRate, rateSubject(old), models.Remark("rate_good"))
		if err != nil {
			return fmt.Errorf("end the review: %w", err)
		}
	}
	if updated.Problem == models.RateGood || !updated.Enabled {
		return nil
	}
	now := s.clock()
	err := tx.OpenReview(ctx, models.Review{
		ID: models.NewID(), Kind: models.ReviewRate, Subject: rateSubject(updated), Open: true, CreatedAt: now, UpdatedAt: now,
		Note: models.Remark(rateReviewed+string(updated.Problem), "coin", updated.Symbol, "answer", string(updated.FetchProblem), "from", updated.Rate.String(), "to", updated.Pending.String()),
	})
	if err != nil {
		return fmt.Errorf("open review: %w", err)
	}
	if old.Problem != models.RateGood && old.ProblemSince.Equal(updated.ProblemSince) {
		return nil // told when the trouble began
	}
	e := models.Event{Type: models.EventRateStopped, ObjectID: updated.Symbol}
	if err := tx.TellOf(ctx, e, func(sequence int) any { return wire.OfStoppedRate(&updated, sequence) }); err != nil {
		return fmt.Errorf("tell of the rate: %w", err)
	}
	return nil
}

// rateSubject returns the subject of the review of a coin's current problem.
func rateSubject(c models.Coin) string {
	return c.Symbol + " " + c.ProblemSince.UTC().Format(time.RFC3339)
}

// Errors of AcceptRate.
var (
	// ErrRateMoved means that the pending rate is not the one that the person saw, or that none is pending.
	ErrRateMoved = errors.New("the rate has moved on")
)

// AcceptRate puts a pending rate that jumped in force after a person has checked it. seen is the rate that the person saw. Owners get a mail
// about a rate that moves further than the setting allows. Errors: store.ErrNotFound, ErrRateMoved.
func (s *Service) AcceptRate(ctx context.Context, symbol string, seen models.Amount, by models.Actor) error {
	old, err := s.store.Coin(ctx, symbol)
	if err != nil {
		return fmt.Errorf("load the coin: %w", err)
	}
	name, err := s.sourceName(ctx, old.Source)
	if err != nil {
		return err
	}
	updated, ok := old.Accept(seen, name, s.clock())
	if !ok {
		return ErrRateMoved
	}
	settings, err := s.store.LoadSettings(ctx)
	if err != nil {
		return fmt.Errorf("load the settings: %w", err)
	}
	move := models.MoveOf(old, updated, settings.RateJump())
	before := models.Facts{"rate": old.Rate.String()}
	after := models.Facts{"rate": updated.Rate.String(), "seen": seen.String()}
	err = s.store.Audited(ctx, by, "coin.accept_rate", "coin:"+symbol, before, after, func(tx *store.Store) error {
		if err := tx.AcceptRate(ctx, old, updated); err != nil {
			return err
		}
		if move.Jumps() {
			if err := s.alert(ctx, tx, rateAlert(models.AlertRateAccepted, move, by)); err != nil {
				return err
			}
		}
		if updated.Problem != models.RateGood {
			return nil // the rate has become stale while it was pending; the next answer decides
		}
		return tx.EndReview(ctx, models.ReviewRate, rateSubject(old), models.Remark("rate_accepted"))
	})
	if errors.Is(err, store.ErrConflict) {
		return ErrRateMoved
	}
	if err != nil {
		return fmt.Errorf("accept the rate: %w", err)
	}
	if move.Jumps() {
		s.alerted()
	}
	return nil
}

// sourceName returns the name of a source, or its id if it no longer exists.
func (s *Service) sourceName(ctx context.Context, id string) (string, error) {
	source, err := s.store.PriceSource(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return id, nil
	}
	if err != nil {
		return "", fmt.Errorf("load the price source: %w", err)
	}
	return source.Name, nil
}

// forgetRates removes old rates from the history, up to ratesForgot at once.
func (s *Service) forgetRates(ctx context.Context) error {
	if _, err := s.store.ForgetRates(ctx, s.clock().Add(-ratesKept), ratesForgot); err != nil {
		return fmt.Errorf("forget old rates: %w", err)
	}
	return nil
}
