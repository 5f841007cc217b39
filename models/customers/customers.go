package customers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// How often a link to the orders of one e-mail address is sent: some at once, then each one doubles the pause, until a day passes
// without any. Whoever asks for it in somebody else's name does not fill their letter box.
const (
	linksAtOnce   = 3
	linkPause     = 10 * time.Minute
	mostLinkPause = 6 * time.Hour
)

// SendOrderLink queues a mail with a link to the orders of an e-mail address, if anything was ordered with it. What is done and how long it takes
// is the same for an address that nothing was ordered with: a message is queued that is for nobody, and the worker drops it. More
// requests than the pauses allow send nothing, and say nothing. ErrNoSealKey of the store.
func (s *Service) SendOrderLink(ctx context.Context, email string) error {
	customer, err := s.store.CustomerID(email)
	if err != nil {
		return fmt.Errorf("name the customer: %w", err)
	}
	now := s.clock()
	key := "order link:" + customer
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
	if err := s.outbox.QueueAs(ctx, s.store, models.MailOrderList, order, linkKey(customer, asked, now)); err != nil {
		return err
	}
	s.outbox.Wake()
	return nil
}

// linkKey makes requests at the same moment, which all find that no pause has begun, one mail.
func linkKey(customer string, asked int, now time.Time) string {
	slot, length := asked, mostLinkPause
	if asked > linksAtOnce {
		slot, length = 0, linkPause
	}
	return fmt.Sprintf("%s:%s:%d:%d", models.MailOrderList, customer, now.Unix()/int64(length/time.Second), slot)
}

// pauseAfterLinks is how long after so many links the next one is sent at the earliest.
func pauseAfterLinks(n int) time.Duration {
	if n < linksAtOnce {
		return 0
	}
	return min(linkPause<<min(n-linksAtOnce, 10), mostLinkPause)
}

// nameCustomers gives orders their customer, and coupons their shoppers, that were stored before there was a key or under a former one.
func (s *Service) nameCustomers(ctx context.Context) error {
	for _, fill := range []func(context.Context, int) (int, error){s.store.FillCustomers, s.store.FillShoppers} {
		for range nameBatches {
			n, err := fill(ctx, forgottenAtOnce)
			if errors.Is(err, store.ErrNoSealKey) {
				return nil
			}
			if err != nil {
				return err
			}
			if n < forgottenAtOnce {
				break
			}
		}
	}
	return nil
}

// FindCustomer says what the customer with an e-mail address is called in addresses of the back office; store.ErrNotFound: nothing was
// ordered with it.
func (s *Service) FindCustomer(ctx context.Context, email string) (customer string, err error) {
	if customer, err = s.store.GatherOrders(ctx, email); err != nil {
		return "", err
	}
	newest, err := s.store.NewestOrder(ctx, customer)
	if err == nil && newest == "" {
		err = fmt.Errorf("find a customer: %w", store.ErrNotFound)
	}
	return customer, err
}
