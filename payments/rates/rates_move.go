package rates

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// RateJumpError means that a rate or a spread that a person sets is too far from the one before, or from the live source, and that the
// person has not confirmed it. Nothing was changed.
type RateJumpError struct {
	Move models.RateMove
}

// Error names the coin.
func (e *RateJumpError) Error() string { return "the rate of " + e.Move.Symbol + " jumps" }

// liveWithin is the time limit for asking the live source about a rate that a person types. The form waits for it.
const liveWithin = 3 * time.Second

// weigh compares a person's change of a coin with the coin before and with the live source. The source is asked only if the change puts a
// rate in force that was fixed by hand; a source that does not answer has nothing to say.
func (s *Service) weigh(ctx context.Context, old, updated models.Coin) (models.RateMove, error) {
	settings, err := s.store.LoadSettings(ctx)
	if err != nil {
		return models.RateMove{}, fmt.Errorf("load the settings: %w", err)
	}
	move := models.MoveOf(old, updated, settings.RateJump())
	byHand := !updated.Live() && (old.Live() || !old.Rate.Equal(updated.Rate) || updated.Enabled && !old.Enabled)
	if !byHand {
		return move, nil
	}
	name, live, err := s.liveRate(ctx, old, updated, settings.Currency().Code)
	if err != nil {
		return move, err
	}
	move.CompareLive(name, live, settings.RateJump())
	return move, nil
}

// liveRate asks a price source about a coin whose rate is fixed by hand: the source that the coin had before, else the exchange's own. The
// rate is 0 if it has no usable answer.
func (s *Service) liveRate(ctx context.Context, old, updated models.Coin, currency string) (source string, rate models.Amount, err error) {
	ctx, cancel := context.WithTimeout(ctx, liveWithin)
	defer cancel()
	sources, err := s.store.PriceSources(ctx)
	if err != nil {
		return "", rate, fmt.Errorf("load price sources: %w", err)
	}
	id, pair := old.Source, old.SourceSymbol
	if id == "" {
		id, pair = models.ExchangeSource, updated.SourceSymbol
	}
	if pair == "" {
		pair = usualPair(updated.Symbol, currency)
	}
	reading, name := s.readSource(ctx, sources, id, pair)
	if reading.Problem != models.FetchGood || s.clock().Sub(reading.At) > liveAge {
		return name, models.Amount{}, nil
	}
	return name, reading.Rate, nil
}

// liveAge is the age at which a live price is too old to be compared with.
const liveAge = 15 * time.Minute

// usualPair returns what exchanges of the platform's kind call the pair of a coin and the shop's currency. Dollars are traded as USDT.
func usualPair(symbol, currency string) string {
	if currency == "USD" {
		currency = "USDT"
	}
	return strings.ToLower(symbol + currency)
}
