package books

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// zoned returns a column name with the zone of its times.
func (s *Service) zoned(name string) string { return name + " (" + s.zone.String() + ")" }

func (s *Service) fillStatement(ctx context.Context, t table, day string) error {
	st, err := s.store.NewestStatement(ctx, day)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNothingFetched
	}
	if err != nil {
		return fmt.Errorf("load statement: %w", err)
	}
	err = header(t, "day ("+st.Zone+")", "type", "merchant order ID", "amount", "coin", "payer UID", s.zoned("created"), s.zoned("paid"), "cannot be read")
	if err != nil {
		return err
	}
	err = s.store.EachStatementLine(ctx, st.ID, func(l models.StatementLine) error {
		amount := amountCell(l.Amount)
		if l.Unreadable != "" {
			amount = exact("") // not known
		}
		return t.row([]cell{
			exact(st.Day), plain(string(l.Type)), plain(l.AppOrderID), amount, plain(l.Coin), plain(l.UserID),
			s.timeCell(l.CreateTime), s.timeCell(l.PayTime), plain(l.Unreadable),
		})
	})
	if err != nil {
		return fmt.Errorf("export the statement: %w", err)
	}
	return nil
}

func (s *Service) fillDiscrepancies(ctx context.Context, t table, day string) error {
	err := header(t, "order number", "day ("+s.zone.String()+")", "kind", "type", "merchant order ID", "coin", "exchange", "shop records", "difference", "status", "note",
		s.zoned("found"), "line", "cannot be read", "reason", "accepted by", "owner")
	if err != nil {
		return err
	}
	people, err := s.people(ctx)
	if err != nil {
		return err
	}
	err = s.store.EachDiscrepancy(ctx, models.DiscrepancyFilter{Day: day}, func(d models.Discrepancy) error {
		numbers, err := s.store.OrderNumbers(ctx, []string{d.OrderID}) // few discrepancies are the shop's own
		if err != nil {
			return err
		}
		theirs, less, line := amountCell(d.Theirs), exact(d.Theirs.Sub(d.Ours).String()), exact("")
		position, member, unreadable := d.Unreadable()
		if unreadable {
			theirs, less, line = exact(""), exact(""), exact(strconv.Itoa(position)) // the line's values are not known
		}
		return t.row([]cell{
			plain(numbers[d.OrderID]), exact(d.Day), exact(string(d.Kind)), plain(string(d.Type)), plain(d.AppOrderID), plain(d.Coin), theirs,
			amountCell(d.Ours), less, exact(string(d.State)), plain(d.Note),
			s.timeCell(d.CreatedAt), line, plain(member), plain(d.Reason), plain(people[d.AcceptedBy]), plain(people[d.OwnerID]),
		})
	})
	if err != nil {
		return fmt.Errorf("export discrepancies: %w", err)
	}
	return nil
}

// people returns the e-mail addresses of the staff by their ids.
func (s *Service) people(ctx context.Context) (map[string]string, error) {
	list, err := s.store.StaffList(ctx)
	if err != nil {
		return nil, fmt.Errorf("load staff: %w", err)
	}
	people := make(map[string]string, len(list))
	for _, m := range list {
		people[m.ID] = m.Email
	}
	return people, nil
}
