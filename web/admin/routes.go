package admin

import (
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
)

// Door is the stage of signing in that an address needs.
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
	Also       models.Permission // a second one that the role must have, without its fresh code; "": none
	StepUp     bool              // a fresh code is needed, whatever the permission says
	ForPrices  bool              // the handler asks for a fresh code if the form changes a price (Request.NeedFresh)
	Handler    Handler           // runs when Guard has admitted the request
}

// Handler answers a request whose permission has been checked. If the path names a row (":id"), Request.ID is a row's id.
type Handler func(req *Request) error

// FormHandler answers a form with its fields.
type FormHandler func(req *Request, form url.Values) error

// OnceHandler answers a form that must not work twice. token is its one-time token.
type OnceHandler func(req *Request, form url.Values, token string) error

// Get returns the route of a page.
func Get(path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: http.MethodGet, Path: path, Permission: p, Handler: h})
}

// Post returns the route of a form without fields, or of one whose body the handler reads.
func Post(path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: http.MethodPost, Path: path, Permission: p, Handler: h})
}

// Form returns the route of a form.
func Form(path string, p models.Permission, h FormHandler) Route { return Post(path, p, WithForm(h)) }

// OnceForm returns the route of a form that must not work twice.
func OnceForm(path string, p models.Permission, h OnceHandler) Route {
	return Form(path, p, func(req *Request, form url.Values) error {
		token, err := FormToken(form)
		if err != nil {
			return err
		}
		return h(req, form, token)
	})
}

// Only returns the route for roles with a second permission: of a page that leads to nothing for others, such as the form of a new row.
func Only(p models.Permission, r Route) Route {
	r.Also = p
	return r
}

// Admits reports whether a role may use the route, if it gives a fresh code where one is needed.
func (r Route) Admits(role models.Role) bool {
	return role.Can(r.Permission) && (r.Also == "" || role.Can(r.Also))
}

// WithForm returns a handler that reads the form and passes it on.
func WithForm(h FormHandler) Handler {
	return func(req *Request) error {
		form, err := req.Form()
		if err != nil {
			return err
		}
		return h(req, form)
	}
}

// Fresh returns the route of an address that needs a fresh code, whatever the permission says.
func Fresh(method, path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: method, Path: path, Permission: p, StepUp: true, Handler: h})
}

// FreshForPrices returns the route of a form whose handler asks for a fresh code where the form changes prices.
func FreshForPrices(path string, p models.Permission, h Handler) Route {
	return newRoute(Route{Method: http.MethodPost, Path: path, Permission: p, ForPrices: true, Handler: h})
}

// FreshOnceForm returns the route of a form that must not work twice and needs a fresh code, whatever the permission says.
func FreshOnceForm(path string, p models.Permission, h OnceHandler) Route {
	route := OnceForm(path, p, h)
	route.StepUp = true
	return route
}

// Open returns the route of an address for somebody who has not signed in, or has given the password only.
func Open(method, path string, door Door, h Handler) Route {
	return newRoute(Route{Method: method, Path: path, Door: door, Handler: h})
}

func newRoute(r Route) Route {
	r.Path = Home + r.Path
	r.StepUp = r.StepUp || r.Permission.NeedsStepUp()
	return r
}
