package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// eraseCheckouts takes the people of orders out of what other programs and payment links asked for: checkouts that became the orders, others with
// the same e-mail, and invoices to it, with the objects that events, webhooks and kept answers hold of them. What receivers answered to those
// webhooks goes too. Amounts, goods, references and states stay. An invoice stays payable, but nobody is reminded of it.
func (s *Store) eraseCheckouts(ctx context.Context, orders string, ids []any) error {
	typed, err := s.readTexts(ctx, "SELECT DISTINCT email FROM orders WHERE email <> '' AND id IN "+orders, ids...)
	if err != nil {
		return err
	}
	emails := map[string]bool{}
	for _, email := range typed {
		emails[foldEmail(email)] = true
	}
	became, err := s.readTexts(ctx, "SELECT checkout_id FROM orders WHERE checkout_id <> '' AND id IN "+orders, ids...)
	if err != nil {
		return err
	}
	alike, err := s.withEmail(ctx, "checkouts", emails)
	if err != nil {
		return err
	}
	links, err := s.withEmail(ctx, "payment_links", emails)
	if err != nil {
		return err
	}
	checkouts := slices.Concat(became, alike)
	err = inParts(checkouts, func(list string, args []any) error {
		_, err := s.exec(ctx, "UPDATE checkouts SET email = '', name = '', payer_user_id = '', metadata = '{}' WHERE id IN "+list, args...)
		if err == nil {
			err = s.scrubObjects(ctx, list, args)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = inParts(links, func(list string, args []any) error {
		_, err := s.exec(ctx, "UPDATE payment_links SET email = '', name = '', version = version + 1 WHERE id IN "+list, args...)
		if err == nil {
			_, err = s.exec(ctx, "DELETE FROM outbox WHERE state = '"+string(models.OutboxWaiting)+"' AND link_id IN "+list, args...)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range slices.Concat(checkouts, links) {
		// There is no index by what was made: answers are kept for a week, and people are erased seldom.
		if err := s.scrub(ctx, "answers", "body", "body LIKE ? ESCAPE '!'", "%"+likeEscapes.Replace(id)+"%"); err != nil {
			return err
		}
	}
	return nil
}

// withEmail returns the ids of a table's rows with one of the folded e-mails. The database may take more texts for the same.
func (s *Store) withEmail(ctx context.Context, table string, emails map[string]bool) (ids []string, err error) {
	for email := range emails {
		err := s.each(ctx, "SELECT id, email FROM "+table+" WHERE LOWER(email) = ?", []any{email}, func(rows *sql.Rows) error {
			var id, is string
			if err := rows.Scan(&id, &is); err != nil {
				return err
			}
			if foldEmail(is) == email {
				ids = append(ids, id)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// scrubObjects takes people out of what events and webhooks tell about checkouts.
func (s *Store) scrubObjects(ctx context.Context, list string, ids []any) error {
	if err := s.scrub(ctx, "events", "data", "object_id IN "+list, ids...); err != nil {
		return err
	}
	if err := s.scrub(ctx, "deliveries", "body", "object_id IN "+list, ids...); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE delivery_tries SET answer = '' WHERE answer <> '' AND delivery_id IN (SELECT id FROM deliveries WHERE object_id IN "+list+")", ids...)
	return err
}

// scrub takes people out of the JSON in a column.
func (s *Store) scrub(ctx context.Context, table, column, where string, args ...any) error {
	changed := map[string]string{}
	err := s.each(ctx, "SELECT id, "+column+" FROM "+table+" WHERE "+where, args, func(rows *sql.Rows) error {
		var id, text string
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		if clean := wire.WithoutPeople(text); clean != text {
			changed[id] = clean
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, text := range changed {
		if _, err := s.exec(ctx, "UPDATE "+table+" SET "+column+" = ? WHERE id = ?", text, id); err != nil {
			return err
		}
	}
	return nil
}
