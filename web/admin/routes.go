package admin

import (
	"net/http"

	"github.com/coincart/coincart/models"
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
	Path       string // gin's pattern, with Home in front
	Door       Door
	Permission models.Permission // of DoorFull
	StepUp     bool              // a fresh code is needed, whatever the permission says
	Handler    Handler           // runs when Guard has admitted the request
}

// Handler answers a request of somebody who may make it.
type Handler func(req *Request) error

// Get is a page.
func Get(path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: http.MethodGet, Path: path, Permission: p, Handler: h})
}

// Post is a form.
func Post(path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: http.MethodPost, Path: path, Permission: p, Handler: h})
}

// Fresh is an address that needs a fresh code, whatever the permission says.
func Fresh(method, path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: method, Path: path, Permission: p, StepUp: true, Handler: h})
}

// Open is an address for somebody who has not signed in, or has given the password only.
func Open(method, path string, door Door, h Handler) Route {
	return newRoute(Route{Method: method, Path: path, Door: door, Handler: h})
}

func newRoute(r Route) Route {
	r.Path = Home + r.Path
	r.StepUp = r.StepUp || r.Permission.NeedsStepUp()
	return r
}
