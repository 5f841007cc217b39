package admin

import "github.com/coincart/coincart/models"

// settingsRoutes are the addresses of the shop's set-up.
func (o *Office) settingsRoutes(t *table) {
	t.get("/settings", models.MayView, o.showSettings)
	t.get("/settings/keys", models.MayView, o.showKeys)
	t.get("/settings/:group", models.MayView, o.showSettings)
	t.post("/settings/mail/test", models.MaySettings, o.tryMail)
	t.post("/settings/:group", models.MaySettings, o.saveSettings)
	t.get("/health", models.MayView, o.showHealth)
}
