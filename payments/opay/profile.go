package opay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Signing is the way in which messages between merchant and platform are signed
// (platform/api.md §2 and §5).
type Signing string

// The ways of signing.
const (
	// SigningRSA encrypts and signs requests, answers and notifications with RSA
	// keys. It is the default.
	SigningRSA Signing = "rsa"
	// SigningMD5 is the platform's first signature: flat JSON with an MD5 over its
	// sorted members and a shared secret. It encrypts nothing, and answers are not
	// signed: only TLS protects them.
	SigningMD5 Signing = "md5"
)

// TimeUnit is the unit of the time of a request.
type TimeUnit string

// The units. TimeNone is for SigningMD5 only.
const (
	TimeMilliseconds TimeUnit = "milliseconds" // the default with SigningRSA
	TimeSeconds      TimeUnit = "seconds"
	TimeNone         TimeUnit = "none" // requests have no time; the default with SigningMD5
)

// NonceMember says whether requests that do not begin with an unpredictable id get
// one more member, nonce (reliability.md E6).
type NonceMember string

// The values of NonceMember.
const (
	NonceSend NonceMember = "send" // the default with SigningRSA
	NonceOmit NonceMember = "omit" // the default with SigningMD5
)

// PayLinks says where the address of the pay page comes from.
type PayLinks string

// The values of PayLinks.
const (
	// PayLinkComputed builds the address from the base URL and [Paths].Pay. It is
	// the default.
	PayLinkComputed PayLinks = "computed"
	// PayLinkAnswer takes payUrl, or else h5Url, of the answer of createThirdOrder
	// if it is on the platform's own origin, and otherwise builds the address.
	PayLinkAnswer PayLinks = "answer"
)

// Profile describes in what a platform differs from the platform's document
// (platform/api.md §5). An empty member means the default. The zero Profile is the
// document's platform.
type Profile struct {
	About   string // for people: where the profile comes from
	Signing Signing
	Time    TimeUnit
	Nonce   NonceMember
	PayLink PayLinks
	Paths   Paths
}

// Paths are the paths of calls and pages, relative to the base URL. Each begins
// with a slash. An empty one means the document's.
type Paths struct {
	CreateOrder  string
	Order        string
	OrderByRef   string
	Statement    string
	Refund       string
	Cancel       string // empty: [PathCancel] until it answers 404 and [PathCancelLong] does not
	Exchange     string
	RefreshToken string
	Pay          string
	Login        string
}

// namedPath is a path with the name that it has in a profile file, which is that of
// the call.
type namedPath struct {
	name, usual string
	path        *string
}

func (p *Paths) all() []namedPath {
	return []namedPath{
		{"createThirdOrder", PathCreateOrder, &p.CreateOrder},
		{"orderDetail", PathOrder, &p.Order},
		{"getReferenceOrder", PathOrderByRef, &p.OrderByRef},
		{"merchantBillingDay", PathStatement, &p.Statement},
		{"refundOrder", PathRefund, &p.Refund},
		{"cancelOrder", "", &p.Cancel},
		{"token", PathExchange, &p.Exchange},
		{"refreshToken", PathRefreshToken, &p.RefreshToken},
		{"pay", PathPay, &p.Pay},
		{"login", PathLogin, &p.Login},
	}
}

// ProfileError says what is wrong with a profile. It wraps [ErrProfile].
type ProfileError struct {
	Member string // name of the member; empty: the text as a whole
	Reason string // for developers, in English
}

// Error returns the reason.
func (e *ProfileError) Error() string { return ErrProfile.Error() + ": " + e.Reason }

// Unwrap returns ErrProfile.
func (e *ProfileError) Unwrap() error { return ErrProfile }

func profileError(member, format string, args ...any) error {
	return &ProfileError{Member: member, Reason: fmt.Sprintf(format, args...)}
}

// Limits of profile files.
const (
	MaxProfileBytes = 16 << 10
	maxAboutBytes   = 2000
)

// profileMember is a member of a profile that has one of a few values.
type profileMember struct {
	name  string
	value string
	known []string
}

func (p *Profile) members() []profileMember {
	return []profileMember{
		{"signing", string(p.Signing), []string{string(SigningRSA), string(SigningMD5)}},
		{"time", string(p.Time), []string{string(TimeMilliseconds), string(TimeSeconds), string(TimeNone)}},
		{"nonce", string(p.Nonce), []string{string(NonceSend), string(NonceOmit)}},
		{"payLink", string(p.PayLink), []string{string(PayLinkComputed), string(PayLinkAnswer)}},
	}
}

// ParseProfile parses the JSON text of a profile: an object with any of the members
// about, signing, time, nonce, payLink and paths, whose members are the names of
// the calls, pay and login. It refuses unknown and repeated members. Members that
// are absent stay empty. Errors wrap [ErrProfile] and name the member.
func ParseProfile(text []byte) (Profile, error) {
	if len(text) > MaxProfileBytes {
		return Profile{}, profileError("", "larger than %d bytes", MaxProfileBytes)
	}
	o, err := ParseObject(text)
	if err != nil {
		return Profile{}, profileError("", "%s", strings.TrimPrefix(err.Error(), "opay: "))
	}
	var p Profile
	for _, m := range o.members {
		if m.name == "paths" && m.value.kind == kindObject {
			if err := p.Paths.read(m.value.object); err != nil {
				return Profile{}, err
			}
			continue
		}
		if m.value.kind != kindString {
			return Profile{}, profileError(m.name, "%q has not the type of a known member", m.name)
		}
		switch m.name {
		case "about":
			p.About = m.value.text
		case "signing":
			p.Signing = Signing(m.value.text)
		case "time":
			p.Time = TimeUnit(m.value.text)
		case "nonce":
			p.Nonce = NonceMember(m.value.text)
		case "payLink":
			p.PayLink = PayLinks(m.value.text)
		default:
			return Profile{}, profileError(m.name, "unknown member %q", m.name)
		}
	}
	return p, p.Check()
}

func (p *Paths) read(o Object) error {
	all := p.all()
	for _, m := range o.members {
		i := slices.IndexFunc(all, func(n namedPath) bool { return n.name == m.name })
		if i < 0 || m.value.kind != kindString {
			return profileError(m.name, "%q is not the path of a known call", m.name)
		}
		*all[i].path = m.value.text
	}
	return nil
}

// Check returns a [*ProfileError] if a value is not one of those that are known, or
// if they exclude each other.
func (p Profile) Check() error {
	if len(p.About) > maxAboutBytes {
		return profileError("about", "about is longer than %d bytes", maxAboutBytes)
	}
	for _, m := range p.members() {
		if m.value != "" && !slices.Contains(m.known, m.value) {
			return profileError(m.name, "%s must be one of %q", m.name, m.known)
		}
	}
	if p.Time == TimeNone && p.Signing != SigningMD5 {
		return profileError("time", "time cannot be none with rsa signing")
	}
	for _, n := range p.Paths.all() {
		if *n.path != "" && !isPath(*n.path) {
			return profileError(n.name, "the path of %s must be a path such as %s", n.name, cmp.Or(n.usual, PathCancel))
		}
	}
	return nil
}

// WithDefaults returns the profile with the default of each empty member.
// Paths.Cancel stays empty.
func (p Profile) WithDefaults() Profile {
	p.Signing = cmp.Or(p.Signing, SigningRSA)
	unit, nonce := TimeMilliseconds, NonceSend
	if p.Signing == SigningMD5 {
		unit, nonce = TimeNone, NonceOmit
	}
	p.Time = cmp.Or(p.Time, unit)
	p.Nonce = cmp.Or(p.Nonce, nonce)
	p.PayLink = cmp.Or(p.PayLink, PayLinkComputed)
	for _, n := range p.Paths.all() {
		*n.path = cmp.Or(*n.path, n.usual)
	}
	return p
}

// Encode returns the JSON text of the profile, without its empty members.
// [ParseProfile] reads it.
func (p Profile) Encode() []byte {
	var fields, paths []Field
	fields = appendSet(fields, "about", p.About)
	for _, m := range p.members() {
		fields = appendSet(fields, m.name, m.value)
	}
	for _, n := range p.Paths.all() {
		paths = appendSet(paths, n.name, *n.path)
	}
	if len(paths) == 0 {
		return EncodeFields(fields...)
	}
	text := EncodeFields(fields...)
	text = text[:len(text)-1]
	if len(fields) > 0 {
		text = append(text, ',')
	}
	text = append(text, `"paths":`...)
	return append(append(text, EncodeFields(paths...)...), '}')
}
