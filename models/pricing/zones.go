package pricing

import (
	"context"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

func zoneSubject(z models.Zone) string { return "zone:" + z.Name }

// SaveZone stores a delivery zone and returns its id. stored is the zone before the change; it has no id for a new one. Errors:
// *store.PlaceTakenError, store.ErrConflict (the version is out of date).
func (e *Editor) SaveZone(ctx context.Context, by models.Actor, stored, z models.Zone) (id string, err error) {
	action, before := "zone.create", models.Facts(nil)
	if stored.ID != "" {
		action, before = "zone.change", zoneFacts(stored)
	}
	err = e.store.Audited(ctx, by, action, zoneSubject(z), before, zoneFacts(z), func(tx *store.Store) error {
		saved := z // a retry of the transaction must start from z
		err := tx.SaveZone(ctx, &saved)
		id = saved.ID
		return err
	})
	return id, err
}

// DeleteZone deletes a delivery zone. store.ErrConflict: the version is out of date.
func (e *Editor) DeleteZone(ctx context.Context, by models.Actor, z models.Zone, version int) error {
	return e.store.Audited(ctx, by, "zone.delete", zoneSubject(z), zoneFacts(z), nil, func(tx *store.Store) error {
		return tx.DeleteZone(ctx, z.ID, version)
	})
}

// zoneFacts returns what the audit log records of a delivery zone.
func zoneFacts(z models.Zone) models.Facts {
	var places []string
	for _, p := range z.Places {
		places = append(places, p.Code())
	}
	facts := models.Facts{
		"name": z.Name, "places": models.FactText(strings.Join(places, " ")), "tax_mode": string(z.TaxMode), "tax_name": z.TaxName, "tax_rate": z.TaxRate.String(),
		"tax_delivery": strconv.FormatBool(z.TaxDelivery),
	}
	for i, m := range z.Methods {
		facts["method "+strconv.Itoa(i+1)] = models.FactText(strings.Join(methodFacts(m), " · "))
	}
	return facts
}

func methodFacts(m models.DeliveryMethod) []string {
	var steps []string
	for _, s := range m.Steps {
		steps = append(steps, s.From.String()+": "+s.Price.String())
	}
	facts := []string{m.Title, string(m.Kind), strings.Join(steps, ", ")}
	if m.FreeFrom.IsPositive() {
		facts = append(facts, "free from "+m.FreeFrom.String())
	}
	if m.MaxWeight.IsPositive() {
		facts = append(facts, "up to "+m.MaxWeight.String()+" kg")
	}
	return append(facts, "on "+strconv.FormatBool(m.Enabled))
}
