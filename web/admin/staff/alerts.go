package staff

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/alerts"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// fillAlerts adds the person's choices about mails to the view of the account.
func (h *handlers) fillAlerts(req *admin.Request, view *pages.AccountView) error {
	choices, err := h.alerts.Choices(req.Context(), req.Who().Staff)
	if err != nil {
		return err
	}
	settings, err := h.site.Store.LoadSettings(req.Context())
	if err != nil {
		return err
	}
	view.AlertHour = fmt.Sprintf("%02d:00 %s", settings.AlertHour(), h.site.Zone)
	for _, c := range choices {
		view.Alerts = append(view.Alerts, pages.AlertChoice{Kind: string(c.Kind), Timings: admin.Choices(models.AlertTimings(), string(c.Timing), false)})
	}
	return nil
}

// chooseAlerts stores when the person is told by mail: POST /admin/account/alerts with a timing for each kind of alert that the role may see.
func (h *handlers) chooseAlerts(req *admin.Request, form url.Values) error {
	var choices []alerts.Choice
	for _, kind := range models.AlertKinds() {
		if form.Has(string(kind)) {
			choices = append(choices, alerts.Choice{Kind: kind, Timing: models.AlertTiming(form.Get(string(kind)))})
		}
	}
	err := h.alerts.Choose(req.Context(), req.Who().Staff, req.Actor(), choices)
	if errors.Is(err, alerts.ErrTiming) {
		return admin.ErrFilter
	}
	if err != nil {
		return err
	}
	return req.Done(accountPath, pages.NoticeSaved)
}
