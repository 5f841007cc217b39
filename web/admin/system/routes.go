// Package system is the back office's settings, system status, background tasks and audit log.
package system

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/settings"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site     *visit.Site
	settings *settings.Editor
	jobs     *jobs.Engine
	books    *books.Service // files of the audit log
	checks   Checks
	reports  reports
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, engine *jobs.Engine, files *books.Service, checks Checks) []admin.Route {
	h := &handlers{site: site, settings: settings.NewEditor(site.Store), jobs: engine, books: files, checks: checks}
	return []admin.Route{
		admin.Get("/tasks", models.MayView, h.showTasks),
		admin.Get("/tasks/:id", models.MayView, h.showTask),
		admin.Get("/tasks/:id/file", models.MayExport, h.downloadFile),
		admin.Get("/audit", models.MayAudit, h.showAudit),
		admin.OnceForm("/audit/export", models.MayAudit, h.startAuditExport),

		admin.Get("/settings", models.MayView, h.showSettings),
		admin.Get("/settings/keys", models.MayView, h.showKeys),
		admin.Get("/settings/:group", models.MayView, h.showSettings),
		admin.Post("/settings/mail/test", models.MaySettings, h.tryMail),
		admin.Post("/settings/:group", models.MaySettings, h.saveSettings),
		admin.Get("/health", models.MayView, h.showHealth),
	}
}
