package models

import (
	"slices"
	"strings"
	"time"
)

// Scope is one kind of thing that a program may do with a key. Every route of the API names one.
type Scope string

// The scopes.
const (
	ScopeCheckoutsRead  Scope = "checkouts:read"
	ScopeCheckoutsWrite Scope = "checkouts:write"
	ScopeRefundsRead    Scope = "refunds:read"
	ScopeRefundsWrite   Scope = "refunds:write"
	ScopeLinksRead      Scope = "links:read"
	ScopeLinksWrite     Scope = "links:write"
	ScopeRatesRead      Scope = "rates:read"
	ScopeEventsRead     Scope = "events:read"
	ScopeWebhooksRead   Scope = "webhooks:read"
	ScopeWebhooksWrite  Scope = "webhooks:write"
	ScopeOrdersRead     Scope = "orders:read"
	ScopeOrdersWrite    Scope = "orders:write"
	ScopeProductsRead   Scope = "products:read"
	ScopeProductsWrite  Scope = "products:write"
	ScopeStatementsRead Scope = "statements:read"
)

// Scopes returns all scopes, in the order in which they are shown.
func Scopes() []Scope {
	return []Scope{
		ScopeCheckoutsRead, ScopeCheckoutsWrite, ScopeRefundsRead, ScopeRefundsWrite, ScopeLinksRead, ScopeLinksWrite, ScopeRatesRead, ScopeEventsRead,
		ScopeWebhooksRead, ScopeWebhooksWrite, ScopeOrdersRead, ScopeOrdersWrite, ScopeProductsRead, ScopeProductsWrite, ScopeStatementsRead,
	}
}

// ParseScope parses a scope from outside; ok is false for anything else.
func ParseScope(text string) (s Scope, ok bool) {
	s = Scope(text)
	return s, slices.Contains(Scopes(), s)
}

// The beginnings of keys: a demonstration's keys do not work in a shop that takes real payments.
const (
	LiveKeyPrefix = "cc_live_"
	DemoKeyPrefix = "cc_demo_"
)

// KeyLifetime is how long a new key works if nothing else is chosen.
const KeyLifetime = 365 * 24 * time.Hour

// APIKey lets another program use the API. The key itself is shown once; the row has a keyed digest of it.
type APIKey struct {
	ID          string   `ascii:"36"`
	Name        string   `text:"100"`
	Digest      string   `ascii:"64"` // unique
	Shown       string   `ascii:"24"` // the beginning of the key, by which people know it
	Live        bool     // false: a demonstration's
	Scopes      TextList `text:"1000"`
	Origins     TextList `text:"4000"` // such as https://shop.example.org: where its payers may be sent; empty: nowhere
	Networks    TextList `text:"4000"` // such as 192.0.2.0/24: from where it may be used; empty: from everywhere
	RefundLimit Amount   // that it may refund within 24 hours, in the shop's currency; 0: nothing
	Version     string   `ascii:"10"` // date of the API's version that it speaks unless a request names another: yyyy-MM-dd
	CreatedBy   string   `ascii:"36"` // staff id; empty: the command line
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ExpiresAt   time.Time `gorm:"default:null"` // zero: it does not end by itself
	EndedAt     time.Time `gorm:"default:null"` // when somebody ended it; zero: nobody has
	UsedAt      time.Time `gorm:"default:null"` // last use, to a minute; zero: never
	UsedFrom    string    `text:"64"`           // network address of the last use; forgotten after a while
	RowVersion  int       // counts changes
}

// May reports whether the key has a scope.
func (k *APIKey) May(s Scope) bool { return slices.Contains(k.Scopes, string(s)) }

// Expired reports whether the key's time is over at an instant.
func (k *APIKey) Expired(now time.Time) bool {
	return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt)
}

// Ended reports whether somebody has ended the key.
func (k *APIKey) Ended() bool { return !k.EndedAt.IsZero() }

// Actor returns the key as the one who does something.
func (k *APIKey) Actor(remoteAddr, requestID string) Actor {
	return Actor{StaffID: k.ID, Who: "key " + k.Shown, RemoteAddr: remoteAddr, RequestID: requestID}
}

// IsKeyForm reports whether a text has the form of a key, live or demonstration.
func IsKeyForm(text string) bool {
	rest, live := strings.CutPrefix(text, LiveKeyPrefix)
	if !live {
		var demo bool
		if rest, demo = strings.CutPrefix(text, DemoKeyPrefix); !demo {
			return false
		}
	}
	return len(rest) == keyRandom && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// keyRandom is the number of random characters of a key: 200 bits.
const keyRandom = 40

// NewKey returns a new key, and the part of it that is shown.
func NewKey(live bool) (key, shown string) {
	prefix := DemoKeyPrefix
	if live {
		prefix = LiveKeyPrefix
	}
	key = prefix + (NewRef() + NewRef())[:keyRandom]
	return key, key[:len(prefix)+8]
}
