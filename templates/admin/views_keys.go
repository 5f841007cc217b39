package admin

import (
	"slices"

	"github.com/coincart/coincart/templates"
)

// RefusalKeyEnded means that the key was ended.
const RefusalKeyEnded Refusal = "key_ended"

// The notices of keys.
const (
	NoticeKeyEnded NoticeKind = "key_ended"
)

// APIKeysView is the list of the keys with which other programs use the API, and the form of a new one.
type APIKeysView struct {
	Page     Page
	Keys     []APIKeyRow
	Form     APIKeyForm
	Lifetime []Choice // "admin.key.lifetime." + Value
	Secret   string   // a new key, shown once; empty: none was made
	Refusal  Refusal
}

// APIKeyRow is a key in the list.
type APIKeyRow struct {
	ID, Name, Shown string
	State           string // on, ending, over, ended: "admin.key_state." + State
	Scopes          int
	Used            templates.Moment // empty: never
	UsedFrom        string           // network address
	Created         templates.Moment
	CreatedBy       string           // empty: the command line
	Expires         templates.Moment // empty: it does not end by itself
}

func (r APIKeyRow) path() string { return "/admin/api-keys/" + r.ID }

// APIKeyForm is the form of a key. Fields of several lines have one entry on each.
type APIKeyForm struct {
	Name, Origins, Networks, RefundLimit Field
	Scopes                               []Tick // Value names the scope: "admin.scope." + Value
	Scope                                Field  // what is wrong with the scopes
	Days                                 Field
	Currency                             string
}

// APIKeyView is one key.
type APIKeyView struct {
	Page    Page
	Row     APIKeyRow
	Form    APIKeyForm
	Version string
	Ended   bool // nothing can be changed any more
	Refusal Refusal
}

// PairView asks an owner whether another program gets a key.
type PairView struct {
	Page        Page
	Application string
	Origin      string // where the program is, and where its payers may be sent
	Scopes      []string
	RefundLimit Field
	Currency    string
	Hidden      []Hidden // what the program has sent
	Invalid     bool     // what the program has sent is not valid: nothing can be agreed to
	Refusal     Refusal
}

// Refunds reports whether the program wants to refund payments.
func (v PairView) Refunds() bool { return slices.Contains(v.Scopes, "refunds:write") }
