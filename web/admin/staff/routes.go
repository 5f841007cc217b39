// Package staff is signing in to the back office, one's own account, and the accounts of the staff.
package staff

import (
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/alerts"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	accounts *staff.Accounts
	alerts   *alerts.Service
	site     *visit.Site
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, accounts *staff.Accounts, told *alerts.Service) []admin.Route {
	h := &handlers{accounts: accounts, alerts: told, site: site}
	return []admin.Route{
		admin.Open(http.MethodGet, "/login", admin.DoorOpen, h.showLogin),
		admin.Open(http.MethodPost, "/login", admin.DoorOpen, admin.WithForm(h.signIn)),
		admin.Open(http.MethodGet, "/setup/:token", admin.DoorOpen, h.showEnrolment(true)),
		admin.Open(http.MethodPost, "/setup/:token", admin.DoorOpen, h.enrol(true)),
		admin.Open(http.MethodGet, "/invite/:token", admin.DoorOpen, h.showEnrolment(false)),
		admin.Open(http.MethodPost, "/invite/:token", admin.DoorOpen, h.enrol(false)),
		admin.Open(http.MethodPost, "/logout", admin.DoorOpen, h.signOut),
		admin.Open(http.MethodGet, "/totp", admin.DoorPassword, h.showCode),
		admin.Open(http.MethodPost, "/totp", admin.DoorPassword, admin.WithForm(h.giveCode)),
		admin.Get("/step-up", models.MaySelf, h.showStepUp),
		admin.Form("/step-up", models.MaySelf, h.stepUp),
		admin.Get("/account", models.MaySelf, h.showAccount),
		admin.Form("/account", models.MaySelf, h.changeProfile),
		admin.Form("/account/alerts", models.MaySelf, h.chooseAlerts),
		admin.Form("/account/password", models.MaySelf, h.changePassword),
		admin.Fresh(http.MethodPost, "/account/recovery", models.MaySelf, h.newRecovery),
		admin.Fresh(http.MethodGet, "/account/totp", models.MaySelf, h.showNewTOTP),
		admin.Fresh(http.MethodPost, "/account/totp", models.MaySelf, admin.WithForm(h.changeTOTP)),
		admin.Post("/account/sessions/end", models.MaySelf, h.endOtherSessions),
		admin.Post("/account/sessions/:session/end", models.MaySelf, h.endSession),
		admin.Get("/staff", models.MayStaff, h.showStaff),
		admin.Form("/staff/invite", models.MayStaff, h.invite),
		admin.Post("/staff/invitations/:invitation/end", models.MayStaff, h.endInvitation),
		admin.Form("/staff/:id/role", models.MayStaff, h.changeRole),
		admin.Post("/staff/:id/disable", models.MayStaff, h.changeStaff(pages.NoticeStaffDisabled, accounts.Disable)),
		admin.Post("/staff/:id/enable", models.MayStaff, h.changeStaff(pages.NoticeStaffEnabled, accounts.Enable)),
		admin.Post("/staff/:id/end-sessions", models.MayStaff, h.changeStaff(pages.NoticeSessionsEnded, accounts.EndSessions)),
	}
}
