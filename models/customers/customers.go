package customers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Limits on mails to one mailbox (models.Mailbox) with a link to the orders of one of its e-mail addresses. The first linksAtOnce are sent at
// once; each further one doubles the pause until a day passes without a request. They keep a stranger from flooding somebody else's mailbox.
const (
	linksAtOnce   = 3
	linkPause     = 10 * time.Minute
	mostLinkPause = 6 * time.Hour
)

// SendOrderLink queues a mail with a link to the orders of an e-mail address, if there are any. For an address without orders it queues a
// message without a recipient, which the worker drops: the work and its duration do not reveal who has ordered. Requests that exceed the
// limits send nothing and return nil. Errors: store.ErrNoSealKey.
func (s *Service) SendOrderLink(ctx context.Context, email string) error {
	customer, err := s.store.CustomerID(email)
	if err != nil {
		return fmt.Errorf("name the customer: %w", err)
	}
	mailbox, err := s.store.CustomerID(models.Mailbox(email))
	if err != nil {
		return fmt.Errorf("name the mailbox: %w", err)
	}
	now := s.clock()
	key := "order link:" + mailbox
	_, blocked, err := s.store.Throttle(ctx, key)
	if err != nil || now.Before(blocked) {
		return err
	}
	asked, err := s.store.AddFailure(ctx, key, now, func(n int) time.Time { return now.Add(pauseAfterLinks(n)) })
	if err != nil {
		return err
	}
	order, err := s.store.NewestOrder(ctx, customer)
	if err != nil || !s.outbox.Sends() {
		return err
	}
	if err := s.outbox.QueueAs(ctx, s.store, models.MailOrderList, order, linkKey(mailbox, asked, now)); err != nil {
		return err
	}
	s.outbox.Wake()
	return nil
}

// linkKey returns the deduplication key of a mail. Concurrent requests, all of which find that no pause has begun, get the same key.
func linkKey(mailbox string, asked int, now time.Time) string {
	slot, length := asked, mostLinkPause
	if asked > linksAtOnce {
		slot, length = 0, linkPause
	}
	return fmt.Sprintf("%s:%s:%d:%d", models.MailOrderList, mailbox, now.Unix()/int64(length/time.Second), slot)
}

// pauseAfterLinks returns how long the next link must wait after n links.
func pauseAfterLinks(n int) time.Duration {
	if n < linksAtOnce {
		return 0
	}
	return min(linkPause<<min(n-linksAtOnce, 10), mostLinkPause)
}

// nameCustomers sets the customer of orders, and the shoppers of coupons, that were stored without a key or under an earlier one.
func (s *Service) nameCustomers(ctx context.Context) error {
	for _, fill := range []func(context.Context, int) (int, error){s.store.FillCustomers, s.store.FillShoppers} {
		err := inBatches(nameBatches, func() (int, error) { return fill(ctx, forgottenAtOnce) })
		if errors.Is(err, store.ErrNoSealKey) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// AddNote stores what staff wrote about a customer. token is the form's, so that a second press adds nothing. The audit log names the note without
// its text, which is erased with the person. Errors: store.ErrNotFound, models.ErrNoteText.
func (s *Service) AddNote(ctx context.Context, customer, note, token string, by models.Actor) error {
	note, err := models.CleanNote(note)
	if err != nil {
		return err
	}
	if _, err := s.store.Customer(ctx, customer); err != nil {
		return err
	}
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("note:"+customer+":"+token)).String()
	row := models.CustomerNote{ID: id, Customer: customer, StaffID: by.StaffID, Who: by.Who, Text: note, CreatedAt: s.clock()}
	err = s.store.Audited(ctx, by, "customer.note", "customer:"+customer, nil, models.Facts{"note": id}, func(tx *store.Store) error {
		return tx.AddCustomerNote(ctx, &row)
	})
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return err
}
