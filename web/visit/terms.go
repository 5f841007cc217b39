package visit

import (
	"context"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
)

var _ payments.Terms = (*Site)(nil)

// Zones returns the zones of delivery and tax in their order, at most a second old. The list is shared: do not change it.
func (s *Site) Zones(ctx context.Context) ([]models.Zone, error) {
	return s.zones.value(ctx)
}

// HomeCountry returns the country of the setting tax.home_country, at most a second old; "" for none.
func (s *Site) HomeCountry(ctx context.Context) (string, error) {
	settings, err := s.Settings(ctx)
	return settings.HomeCountry(), err
}
