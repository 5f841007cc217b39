package rates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// Times of the rates.
const (
	rateLease    = 20 * time.Second    // longer than asking two sources takes
	ratesKept    = 30 * 24 * time.Hour // the history of what the sources said
	ratesForgot  = 5000                // rows that are removed at once
	rateReviewed = "rate_"             // begins the remark of a review: rate_ + the problem
)

// rateStep asks the price sources of coins that are due. A coin is leased, so that several replicas do not ask for it side by side.
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

// fetchRate asks a coin's sources and stores what becomes of it. No transaction is open while they are asked.
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
		return s.tellOfRate(ctx, tx, c, judged)
	})
	if errors.Is(err, store.ErrConflict) {
		return nil // a person changed the coin meanwhile, and it is asked about again
	}
	return err
}

// readSource asks one source by its id.
func (s *Service) readSource(ctx context.Context, sources []models.PriceSource, id, symbol string) (r models.Reading, name string) {
	for _, source := range sources {
		if source.ID == id && source.Enabled {
			return s.prices.read(ctx, source, symbol), source.Name
		}
	}
	return models.Reading{At: s.clock(), Problem: models.FetchNoSource}, id
}

// keepHistory adds what was said to the history.
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

// tellOfRate opens a review when a coin cannot be sold at any more, and ends it when it can be again: one review for each time.
func (s *Service) tellOfRate(ctx context.Context, tx *store.Store, was, is models.Coin) error {
	if was.Problem != models.RateGood && (is.Problem == models.RateGood || !was.ProblemSince.Equal(is.ProblemSince)) {
		err := tx.EndReview(ctx, models.ReviewRate, rateSubject(was), models.Remark("rate_good"))
		if err != nil {
			return fmt.Errorf("end the review: %w", err)
		}
	}
	if is.Problem == models.RateGood || !is.Enabled {
		return nil
	}
	now := s.clock()
	err := tx.OpenReview(ctx, models.Review{
		ID: models.NewID(), Kind: models.ReviewRate, Subject: rateSubject(is), Open: true, CreatedAt: now, UpdatedAt: now,
		Note: models.Remark(rateReviewed+string(is.Problem), "coin", is.Symbol, "answer", string(is.FetchProblem), "from", is.Rate.String(), "to", is.Pending.String()),
	})
	if err != nil {
		return fmt.Errorf("open review: %w", err)
	}
	return nil
}

// rateSubject names one trouble of a coin.
func rateSubject(c models.Coin) string {
	return c.Symbol + " " + c.ProblemSince.UTC().Format(time.RFC3339)
}

// Errors of accepting a rate that jumped.
var (
	// ErrRateMoved: the rate that waits is not the one that was looked at, or none waits any more.
	ErrRateMoved = errors.New("the rate has moved on")
)

// AcceptRate puts a rate that jumped in force, because a person has looked at it. seen is the rate that the person was shown. Errors:
// store.ErrNotFound, ErrRateMoved.
func (s *Service) AcceptRate(ctx context.Context, symbol string, seen models.Amount, by models.Actor) error {
	was, err := s.store.Coin(ctx, symbol)
	if err != nil {
		return fmt.Errorf("load the coin: %w", err)
	}
	name, err := s.sourceName(ctx, was.Source)
	if err != nil {
		return err
	}
	is, ok := was.Accept(seen, name, s.clock())
	if !ok {
		return ErrRateMoved
	}
	before := models.Facts{"rate": was.Rate.String()}
	after := models.Facts{"rate": is.Rate.String(), "seen": seen.String()}
	err = s.store.Audited(ctx, by, "coin.accept_rate", "coin:"+symbol, before, after, func(tx *store.Store) error {
		if err := tx.AcceptRate(ctx, was, is); err != nil {
			return err
		}
		if is.Problem != models.RateGood {
			return nil // it waited for so long that it is stale already; the next answer decides
		}
		return tx.EndReview(ctx, models.ReviewRate, rateSubject(was), models.Remark("rate_accepted"))
	})
	if errors.Is(err, store.ErrConflict) {
		return ErrRateMoved
	}
	if err != nil {
		return fmt.Errorf("accept the rate: %w", err)
	}
	return nil
}

// sourceName is what people call a source.
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

// forgetRates removes the oldest part of the history; what is too much for once is left to the next time.
func (s *Service) forgetRates(ctx context.Context) error {
	if _, err := s.store.ForgetRates(ctx, s.clock().Add(-ratesKept), ratesForgot); err != nil {
		return fmt.Errorf("forget old rates: %w", err)
	}
	return nil
}
