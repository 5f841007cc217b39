// Package staff is signing in to the back office, one's own account, and the accounts of the staff.
package staff

import (
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/web/admin"
)

// Handlers answers the requests.
type Handlers struct {
	accounts *staff.Accounts
}

// New makes the handlers.
func New(accounts *staff.Accounts) *Handlers {
	return &Handlers{accounts: accounts}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Open(http.MethodGet, "/login", admin.DoorOpen, h.showLogin),
		admin.Open(http.MethodPost, "/login", admin.DoorOpen, h.signIn),
		admin.Open(http.MethodGet, "/setup/:token", admin.DoorOpen, h.showSetup),
		admin.Open(http.MethodPost, "/setup/:token", admin.DoorOpen, h.setUp),
		admin.Open(http.MethodGet, "/invite/:token", admin.DoorOpen, h.showInvitation),
		admin.Open(http.MethodPost, "/invite/:token", admin.DoorOpen, h.join),
		admin.Open(http.MethodPost, "/logout", admin.DoorOpen, h.signOut),
		admin.Open(http.MethodGet, "/totp", admin.DoorPassword, h.showCode),
		admin.Open(http.MethodPost, "/totp", admin.DoorPassword, h.giveCode),
		admin.Get("/step-up", models.MaySelf, h.showStepUp),
		admin.Post("/step-up", models.MaySelf, h.stepUp),
		admin.Get("/account", models.MaySelf, h.showAccount),
		admin.Post("/account", models.MaySelf, h.changeProfile),
		admin.Post("/account/password", models.MaySelf, h.changePassword),
		admin.Fresh(http.MethodPost, "/account/recovery", models.MaySelf, h.newRecovery),
		admin.Fresh(http.MethodGet, "/account/totp", models.MaySelf, h.showNewTOTP),
		admin.Fresh(http.MethodPost, "/account/totp", models.MaySelf, h.changeTOTP),
		admin.Post("/account/sessions/end", models.MaySelf, h.endOtherSessions),
		admin.Post("/account/sessions/:id/end", models.MaySelf, h.endSession),
		admin.Get("/staff", models.MayStaff, h.showStaff),
		admin.Post("/staff/invite", models.MayStaff, h.invite),
		admin.Post("/staff/invitations/:id/end", models.MayStaff, h.endInvitation),
		admin.Post("/staff/:id/role", models.MayStaff, h.changeRole),
		admin.Post("/staff/:id/disable", models.MayStaff, h.disableStaff),
		admin.Post("/staff/:id/enable", models.MayStaff, h.enableStaff),
		admin.Post("/staff/:id/end-sessions", models.MayStaff, h.endStaffSessions),
	}
}
