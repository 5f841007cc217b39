package admin

import (
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/visit"
)

// Door says how far a sign-in must have come for an address.
type Door int

// The doors.
const (
	DoorFull     Door = iota // signed in with password and code
	DoorPassword             // the password was right, the code is still missing
	DoorOpen                 // anybody
)

// Route is an address of the back office and who may use it.
type Route struct {
	Method     string
	Path       string // gin's pattern
	Door       Door
	Permission models.Permission // of DoorFull
	StepUp     bool              // a fresh code is needed, whatever the permission says
	Handler    visit.Handler     // with the rules of this row enforced
}

// handler answers a request of somebody who may make it.
type handler func(d *desk) error

// Routes is the table of all addresses of the back office. An address that is not in it is answered with 404, whatever else is
// registered.
func (o *Office) Routes() []Route {
	t := &table{office: o}

	t.door(http.MethodGet, "/login", DoorOpen, o.showLogin)
	t.door(http.MethodPost, "/login", DoorOpen, o.signIn)
	t.door(http.MethodGet, "/setup/:token", DoorOpen, o.showSetup)
	t.door(http.MethodPost, "/setup/:token", DoorOpen, o.setUp)
	t.door(http.MethodGet, "/invite/:token", DoorOpen, o.showInvitation)
	t.door(http.MethodPost, "/invite/:token", DoorOpen, o.join)
	t.door(http.MethodPost, "/logout", DoorOpen, o.signOut)
	t.door(http.MethodGet, "/totp", DoorPassword, o.showCode)
	t.door(http.MethodPost, "/totp", DoorPassword, o.giveCode)

	t.get("/step-up", models.MaySelf, o.showStepUp)
	t.post("/step-up", models.MaySelf, o.stepUp)
	t.get("/account", models.MaySelf, o.showAccount)
	t.post("/account", models.MaySelf, o.changeProfile)
	t.post("/account/password", models.MaySelf, o.changePassword)
	t.fresh(http.MethodPost, "/account/recovery", models.MaySelf, o.newRecovery)
	t.fresh(http.MethodGet, "/account/totp", models.MaySelf, o.showNewTOTP)
	t.fresh(http.MethodPost, "/account/totp", models.MaySelf, o.changeTOTP)
	t.post("/account/sessions/end", models.MaySelf, o.endOtherSessions)
	t.post("/account/sessions/:id/end", models.MaySelf, o.endSession)

	t.get("", models.MayView, o.showDashboard)
	t.get("/inbox", models.MayView, o.showInbox)
	t.post("/reviews/:id/close", models.MayReconcile, o.closeReview)

	t.get("/orders", models.MayView, o.showOrders)
	t.post("/orders/bulk/cancel", models.MayCancel, o.cancelOrders)
	t.post("/orders/bulk/fulfil", models.MayFulfil, o.fulfilOrders)
	t.get("/orders/:id", models.MayView, o.showOrder)
	t.post("/orders/:id/note", models.MayNote, o.noteOrder)
	t.post("/orders/:id/fulfil", models.MayFulfil, o.fulfilOrder)
	t.post("/orders/:id/cancel", models.MayCancel, o.cancelOrder)
	t.post("/orders/:id/ask", models.MayAsk, o.askOrder)
	t.post("/orders/:id/resend", models.MayFulfil, o.resendMail)
	t.post("/orders/:id/refund", models.MayRefund, o.refundOrder)

	t.get("/cancellations", models.MayView, o.showCancellations)
	t.post("/cancellations", models.MayCancel, o.cancelPending)

	o.coinRoutes(t)

	t.get("/statements", models.MayView, o.showStatements)
	t.post("/statements", models.MayReconcile, o.fetchChosen)
	t.get("/statements/:day", models.MayView, o.showStatement)
	t.post("/statements/:day/fetch", models.MayReconcile, o.fetchStatement)
	t.post("/statements/:day/seal", models.MayReconcile, o.sealDay)
	t.post("/discrepancies/:id/settle", models.MayReconcile, o.settleDiscrepancy)
	t.post("/discrepancies/:id/accept", models.MayReconcile, o.acceptDiscrepancy)
	t.post("/discrepancies/:id/assign", models.MayReconcile, o.assignDiscrepancy)
	t.post("/discrepancies/:id/refund", models.MayRefund, o.refundDiscrepancy)

	t.get("/refunds", models.MayView, o.showRefunds)
	t.post("/refunds/:id/approve", models.MayRefund, o.approveRefund)
	t.post("/refunds/:id/decline", models.MayRefund, o.declineRefund)

	t.get("/tasks", models.MayView, o.showTasks)
	t.get("/tasks/:id", models.MayView, o.showTask)
	t.get("/tasks/:id/file", models.MayExport, o.downloadFile)
	t.post("/exports", models.MayExport, o.startExport)

	o.catalogueRoutes(t)
	o.stockRoutes(t)
	o.pricingRoutes(t)
	o.importRoutes(t)
	o.settingsRoutes(t)
	o.customerRoutes(t)

	t.get("/audit", models.MayAudit, o.showAudit)

	t.get("/staff", models.MayStaff, o.showStaff)
	t.post("/staff/invite", models.MayStaff, o.invite)
	t.post("/staff/invitations/:id/end", models.MayStaff, o.endInvitation)
	t.post("/staff/:id/role", models.MayStaff, o.changeRole)
	t.post("/staff/:id/disable", models.MayStaff, o.disableStaff)
	t.post("/staff/:id/enable", models.MayStaff, o.enableStaff)
	t.post("/staff/:id/end-sessions", models.MayStaff, o.endStaffSessions)
	return t.rows
}

// table collects the rows.
type table struct {
	office *Office
	rows   []Route
}

func (t *table) get(path string, p models.Permission, h handler) {
	t.add(Route{Method: http.MethodGet, Path: path, Permission: p}, h)
}

func (t *table) post(path string, p models.Permission, h handler) {
	t.add(Route{Method: http.MethodPost, Path: path, Permission: p}, h)
}

func (t *table) fresh(method, path string, p models.Permission, h handler) {
	t.add(Route{Method: method, Path: path, Permission: p, StepUp: true}, h)
}

func (t *table) door(method, path string, door Door, h handler) {
	t.add(Route{Method: method, Path: path, Door: door}, h)
}

func (t *table) add(r Route, h handler) {
	r.Path = Home + r.Path
	r.StepUp = r.StepUp || r.Permission.NeedsStepUp()
	r.Handler = t.office.guard(r, h)
	t.rows = append(t.rows, r)
}
