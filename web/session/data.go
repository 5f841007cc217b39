package session

import (
	"crypto/subtle"
	"net/url"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

const lifetime = Lifetime * time.Second

// refLength is the length of one models.NewRef, of which an id has two: 260 random bits.
const refLength = 26

func newID() string { return models.NewRef() + models.NewRef() }

func firstRef(id string) string { return id[:min(len(id), refLength)] }

func secondRef(id string) string { return id[min(len(id), refLength):] }

// The limits of sign-ins that are under way.
const (
	signInTTL  = 15 * time.Minute // how long the platform's login page may take
	maxSignIns = 5                // in as many tabs
)

// Data is what a session holds. The JSON is sealed by the store.
type Data struct {
	CartID    string    `json:"-"` // a column
	CartCount int       `json:"-"` // pieces in the cart, as read with the session
	CreatedAt time.Time `json:"-"` // a column
	SavedAt   time.Time `json:"-"` // a column: when it was last stored

	storedCart string // CartID as it was read

	Payer   Payer    `json:"payer,omitzero"`
	SignIns []SignIn `json:"sign_ins,omitempty"`
	Draft   Draft    `json:"draft,omitzero"`
	Orders  []string `json:"orders,omitempty"` // refs of orders that it may see all of, the newest last
	Notice  string   `json:"notice,omitempty"` // what the next page says once; a NoticeKind of templates/shop
}

// Payer is the account at the platform that the visitor signed in to. The fields are plain text, because models.Secret hides
// itself from encoders; they are sealed with everything else.
type Payer struct {
	OpenID       string    `json:"open_id"`
	Token        string    `json:"token"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	TokenEndsAt  time.Time `json:"token_ends_at,omitzero"`
}

// SignIn is an open visit to the platform's login page.
type SignIn struct {
	State string    `json:"state"` // unpredictable, used once
	From  string    `json:"from"`  // path of ours to go back to
	At    time.Time `json:"at"`
}

// Draft is what was typed into the checkout's form, until an order is placed: it survives a refusal, a visit to the cart and the sign-in at
// the platform.
type Draft struct {
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
	Coin  string `json:"coin,omitempty"`
	UID   string `json:"uid,omitempty"`

	Line1    string `json:"line1,omitempty"`
	Line2    string `json:"line2,omitempty"`
	City     string `json:"city,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

// maxDraft is the maximum size of one text of a draft, in bytes: more than any field takes.
const maxDraft = 1024

// DraftOf returns a draft with what was typed into the checkout's or an order's form. A field that the form does not have, or that is too
// long, is kept unchanged.
func DraftOf(form url.Values, before Draft) Draft {
	for name, field := range map[string]*string{
		"email": &before.Email, "name": &before.Name, "coin": &before.Coin, "payer_uid": &before.UID, "line1": &before.Line1,
		"line2": &before.Line2, "city": &before.City, "postcode": &before.Postcode, "phone": &before.Phone,
	} {
		if text := form.Get(name); form.Has(name) && len(text) <= maxDraft {
			*field = text
		}
	}
	return before
}

// SetPayer stores the account that signed in.
func (d *Data) SetPayer(p models.Payer) {
	d.Payer = Payer{OpenID: p.OpenID.Reveal(), Token: p.Token.Reveal(), RefreshToken: p.RefreshToken.Reveal(), TokenEndsAt: p.TokenEndsAt}
}

// SignedIn returns the account that the visitor is signed in to; it is not Known if there is none.
func (d *Data) SignedIn() models.Payer {
	return models.Payer{
		OpenID: models.Secret(d.Payer.OpenID), Token: models.Secret(d.Payer.Token), RefreshToken: models.Secret(d.Payer.RefreshToken),
		TokenEndsAt: d.Payer.TokenEndsAt,
	}
}

// BeginSignIn stores a visit to the login page and returns its one-time state. The oldest of too many is forgotten.
func (d *Data) BeginSignIn(from string, now time.Time) (state string) {
	state = models.NewRef()
	d.SignIns = append(d.SignIns, SignIn{State: state, From: from, At: now})
	if len(d.SignIns) > maxSignIns {
		d.SignIns = d.SignIns[len(d.SignIns)-maxSignIns:]
	}
	return state
}

// EndSignIn uses up a state and returns the path to go back to. ok is false for a state that this browser was not given, that was used
// before, or that is older than 15 minutes.
func (d *Data) EndSignIn(state string, now time.Time) (from string, ok bool) {
	var rest []SignIn
	for _, s := range d.SignIns {
		switch {
		case subtle.ConstantTimeCompare([]byte(s.State), []byte(state)) == 1:
			from, ok = s.From, now.Sub(s.At) <= signInTTL
		case now.Sub(s.At) <= signInTTL:
			rest = append(rest, s)
		}
	}
	d.SignIns = rest
	return from, ok
}

// maxOrders is the maximum number of orders that a session knows; the oldest are forgotten.
const maxOrders = 50

// Knows reports whether the browser may see all of an order and act for its shopper: it placed the order, or has proved whose it is.
func (d *Data) Knows(ref string) bool { return slices.Contains(d.Orders, ref) }

// AddOrder notes an order that the browser may see all of. It returns false if the order is known already.
func (d *Data) AddOrder(ref string) bool {
	if d.Knows(ref) {
		return false
	}
	d.Orders = append(d.Orders, ref)
	d.Orders = d.Orders[max(0, len(d.Orders)-maxOrders):]
	return true
}

// TakeNotice returns the notice for this page and forgets it; the session must be saved if it is not empty.
func (d *Data) TakeNotice() string {
	n := d.Notice
	d.Notice = ""
	return n
}
