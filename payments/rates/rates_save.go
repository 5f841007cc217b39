package rates

import (
	"context"
	"fmt"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// SaveCoin stores a person's change of a coin, and ends the review of a problem that the change solves. old is the coin as the person saw
// it; its zero value means that the coin is new, and goes behind all others. confirmed is the digest of the move that the person has
// confirmed (models.RateMove.Digest), "" for none; owners get a mail about a move that had to be confirmed. Errors: *RateJumpError (it must
// be confirmed first), store.ErrConflict (the coin was changed meanwhile), store.ErrDuplicate (the new coin exists), store.ErrText.
func (s *Service) SaveCoin(ctx context.Context, old, updated models.Coin, confirmed string, by models.Actor) error {
	move, err := s.weigh(ctx, old, updated)
	if err != nil {
		return err
	}
	agreed := confirmed != "" && confirmed == move.Digest()
	if move.Jumps() && !agreed {
		return &RateJumpError{move}
	}
	action, after := "coin.change", coinFacts(updated)
	if old.Symbol == "" {
		action = "coin.create"
	}
	if agreed {
		after = confirmedFacts(after, move)
	}
	err = s.store.Audited(ctx, by, action, "coin:"+updated.Symbol, coinFacts(old), after, func(tx *store.Store) error {
		if agreed {
			if err := s.alert(ctx, tx, rateAlert(models.AlertRate, move, by)); err != nil {
				return err
			}
		}
		if old.Symbol == "" {
			return tx.NewCoin(ctx, updated)
		}
		if err := tx.SaveCoin(ctx, updated, old.Version); err != nil {
			return err
		}
		if old.Problem == models.RateGood || updated.Live() {
			return nil
		}
		return tx.EndReview(ctx, models.ReviewRate, rateSubject(old), models.Remark("rate_fixed"))
	})
	if err != nil {
		return fmt.Errorf("save the coin: %w", err)
	}
	if agreed {
		s.alerted()
	}
	return nil
}

// confirmedFacts adds what the person who confirmed a move was shown.
func confirmedFacts(facts models.Facts, move models.RateMove) models.Facts {
	facts["confirmed"] = "cost of " + move.Total.String() + ": " + move.CostBefore.String() + " → " + move.CostAfter.String()
	if move.Live.IsPositive() {
		facts["live_rate"] = move.Live.String()
	}
	return facts
}

// rateAlert returns what the owners are told about a move of a rate.
func rateAlert(kind models.PriceAlertKind, move models.RateMove, by models.Actor) models.PriceAlert {
	alert := models.PriceAlert{Kind: kind, Who: by.Who, Subject: move.Symbol, Path: "/admin/coins/" + move.Symbol, Live: move.Live}
	alert.Rows = []models.PriceAlertRow{
		{Name: models.AlertRowRate, Before: move.Before.Rate, After: move.After.Rate},
		{Name: models.AlertRowSample, Coin: move.Symbol, Before: move.CostBefore, After: move.CostAfter},
	}
	return alert
}

// coinFacts returns what the audit log records of a coin: the values that people set.
func coinFacts(c models.Coin) models.Facts {
	if c.Symbol == "" {
		return nil
	}
	f := models.Facts{
		"name": c.Name, "precision": strconv.Itoa(c.Precision), "rounding": strconv.Itoa(c.Digits()), "spread": c.Spread.String(),
		"minimum": c.MinAmount.String(), "enabled": strconv.FormatBool(c.Enabled), "position": strconv.Itoa(c.Position),
	}
	if !c.Live() {
		f["rate"] = c.Rate.String()
		return f
	}
	f["source"], f["source_symbol"], f["max_age"] = c.Source, c.SourceSymbol, strconv.Itoa(c.MaxAge)
	f["max_jump"] = c.MaxJump.String()
	if c.SecondSource != "" {
		f["second_source"], f["second_symbol"], f["max_deviation"] = c.SecondSource, c.SecondSymbol, c.MaxDeviation.String()
	}
	return f
}

// SavePriceSource stores a person's change of a price source, or a new one (Version 0). old is the source as the person saw it. Errors:
// store.ErrConflict, store.ErrText.
func (s *Service) SavePriceSource(ctx context.Context, old, updated models.PriceSource, by models.Actor) error {
	action := "source.change"
	if old.ID == "" {
		action = "source.create"
	}
	err := s.store.Audited(ctx, by, action, "source:"+updated.ID, sourceFacts(old), sourceFacts(updated), func(tx *store.Store) error {
		return tx.SavePriceSource(ctx, updated)
	})
	if err != nil {
		return fmt.Errorf("save the price source: %w", err)
	}
	return nil
}

func sourceFacts(p models.PriceSource) models.Facts {
	if p.ID == "" {
		return nil
	}
	return models.Facts{
		"name": p.Name, "url": p.URL, "path": p.Path, "time_path": p.TimePath, "enabled": strconv.FormatBool(p.Enabled),
	}
}
