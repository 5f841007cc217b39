package models

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// SettingKey names a setting of the shop in the database.
type SettingKey string

// The settings. Legal pages and slogans have one per language: LegalKey, SloganKey.
const (
	SettingShopName       SettingKey = "shop.name"
	SettingContactEmail   SettingKey = "shop.contact_email"
	SettingContactPhone   SettingKey = "shop.contact_phone"
	SettingContactAddress SettingKey = "shop.contact_address"
	SettingLanguages      SettingKey = "shop.languages" // BCP 47 tags with commas between them; the first is the fallback

	SettingCurrency       SettingKey = "shop.currency"        // code, such as USD
	SettingCurrencyDigits SettingKey = "shop.currency_digits" // decimals of a price

	SettingMailHost     SettingKey = "mail.host" // empty: mails become files
	SettingMailPort     SettingKey = "mail.port"
	SettingMailTLS      SettingKey = "mail.tls" // starttls or tls
	SettingMailUser     SettingKey = "mail.user"
	SettingMailPassword SettingKey = "mail.password"
	SettingMailFrom     SettingKey = "mail.from"      // address of the sender
	SettingMailFromName SettingKey = "mail.from_name" // empty: the shop's name

	SettingOrderTTL    SettingKey = "orders.ttl" // minutes that an order may wait for its payment
	SettingQuoteTTL    SettingKey = "quote.ttl"  // minutes that a coin's price is kept for the shopper
	SettingStockLow    SettingKey = "stock.low"  // pieces at or below which a stock is low
	SettingHomeCountry SettingKey = "tax.home_country"

	SettingKeepAddresses SettingKey = "retention.addresses_days" // after an order is complete
	SettingKeepEnvelopes SettingKey = "retention.envelopes_days"
	SettingKeepNetwork   SettingKey = "retention.network_days"
)

// SettingGroup is what is changed together, on one page and under one version.
type SettingGroup string

// The groups.
const (
	GroupShop      SettingGroup = "shop"
	GroupCurrency  SettingGroup = "currency"
	GroupLegal     SettingGroup = "legal"
	GroupMail      SettingGroup = "mail"
	GroupOrders    SettingGroup = "orders"
	GroupRetention SettingGroup = "retention"
)

// SettingGroups lists the groups in the order of their pages.
func SettingGroups() []SettingGroup {
	return []SettingGroup{GroupShop, GroupCurrency, GroupLegal, GroupMail, GroupOrders, GroupRetention}
}

// Whole reports that a group's settings come from one place all together: a password of the environment must not go to a server
// that was set in the database.
func (g SettingGroup) Whole() bool { return g == GroupMail }

// SettingKind says what a setting's text is.
type SettingKind string

// The kinds.
const (
	KindText     SettingKind = "text"     // one line
	KindLines    SettingKind = "lines"    // several lines
	KindMarkdown SettingKind = "markdown" // a page
	KindEmail    SettingKind = "email"    // an address without a name
	KindNumber   SettingKind = "number"   // a whole number from Min to Max
	KindChoice   SettingKind = "choice"   // one of Choices
	KindHost     SettingKind = "host"     // name or address of a machine
	KindLangs    SettingKind = "langs"    // tags with commas between them, each once, at least one
	KindCountry  SettingKind = "country"  // ISO 3166-1 alpha-2, upper case
	KindCode     SettingKind = "code"     // a currency's code
)

// Setting describes a setting: what it may be, and what it is where nobody has set it.
type Setting struct {
	Key      SettingKey
	Group    SettingGroup
	Kind     SettingKind
	Default  string
	Env      string // the variable that gives it where the database does not; "": none
	Legacy   SettingKey
	Secret   bool // sealed in the database, never shown and never in the audit log
	Required bool
	Min, Max int // of numbers; Max of texts is the most characters
	Choices  []string
}

// Lengths of texts, in characters.
const (
	maxShopName   = 64
	maxLine       = 200
	maxLegal      = 50_000
	maxCurrency   = 16
	maxMailSecret = 500
)

// ShopLanguages are the tags of all languages that the shop has words for, in menu order.
func ShopLanguages() []string { return []string{"en", "zh-Hans"} }

// LegalPages are the names of the shop's legal pages, which are also their addresses: /pages/{name}.
func LegalPages() []string { return []string{"terms", "privacy", "returns", "imprint"} }

// LegalKey is the setting of a legal page in a language.
func LegalKey(page, lang string) SettingKey { return SettingKey("legal." + page + "." + lang) }

// SloganKey is the setting of the shop's slogan in a language.
func SloganKey(lang string) SettingKey { return SettingKey("shop.slogan." + lang) }

// SettingsList describes all settings, in the order of their pages.
func SettingsList() []Setting {
	list := []Setting{
		{Key: SettingShopName, Group: GroupShop, Kind: KindText, Max: maxShopName, Env: "COINCART_SHOP_NAME"},
	}
	for _, lang := range ShopLanguages() {
		list = append(list, Setting{Key: SloganKey(lang), Group: GroupShop, Kind: KindText, Max: maxLine})
	}
	list = append(list,
		Setting{Key: SettingContactEmail, Group: GroupShop, Kind: KindEmail},
		Setting{Key: SettingContactPhone, Group: GroupShop, Kind: KindText, Max: maxShopName},
		Setting{Key: SettingContactAddress, Group: GroupShop, Kind: KindLines, Max: 500},
		Setting{Key: SettingLanguages, Group: GroupShop, Kind: KindLangs, Required: true, Default: strings.Join(ShopLanguages(), ",")},

		Setting{Key: SettingCurrency, Group: GroupCurrency, Kind: KindCode, Required: true, Default: "USD", Legacy: "currency", Max: maxCurrency},
		Setting{Key: SettingCurrencyDigits, Group: GroupCurrency, Kind: KindNumber, Required: true, Default: "2", Legacy: "currency_digits", Max: MaxFractionDigits},
	)
	for _, page := range LegalPages() {
		for _, lang := range ShopLanguages() {
			list = append(list, Setting{Key: LegalKey(page, lang), Group: GroupLegal, Kind: KindMarkdown, Max: maxLegal})
		}
	}
	const smtp = "COINCART_SMTP_URL"
	return append(list,
		Setting{Key: SettingMailHost, Group: GroupMail, Kind: KindHost, Env: smtp},
		Setting{Key: SettingMailPort, Group: GroupMail, Kind: KindNumber, Required: true, Default: "587", Env: smtp, Min: 1, Max: 65535},
		Setting{Key: SettingMailTLS, Group: GroupMail, Kind: KindChoice, Required: true, Default: MailStartTLS, Env: smtp, Choices: []string{MailStartTLS, MailTLS}},
		Setting{Key: SettingMailUser, Group: GroupMail, Kind: KindText, Env: smtp, Max: maxLine},
		Setting{Key: SettingMailPassword, Group: GroupMail, Kind: KindText, Env: smtp, Max: maxMailSecret, Secret: true},
		Setting{Key: SettingMailFrom, Group: GroupMail, Kind: KindEmail, Env: smtp},
		Setting{Key: SettingMailFromName, Group: GroupMail, Kind: KindText, Env: smtp, Max: maxShopName},

		Setting{Key: SettingOrderTTL, Group: GroupOrders, Kind: KindNumber, Required: true, Default: "30", Min: 5, Max: 7 * 24 * 60},
		Setting{Key: SettingQuoteTTL, Group: GroupOrders, Kind: KindNumber, Required: true, Default: "10", Min: 1, Max: 60},
		Setting{Key: SettingStockLow, Group: GroupOrders, Kind: KindNumber, Required: true, Default: "5", Max: 100_000},
		Setting{Key: SettingHomeCountry, Group: GroupOrders, Kind: KindCountry},

		Setting{Key: SettingKeepAddresses, Group: GroupRetention, Kind: KindNumber, Required: true, Default: "180", Min: 1, Max: 36_500},
		Setting{Key: SettingKeepEnvelopes, Group: GroupRetention, Kind: KindNumber, Required: true, Default: "90", Min: 7, Max: 36_500},
		Setting{Key: SettingKeepNetwork, Group: GroupRetention, Kind: KindNumber, Required: true, Default: "30", Min: 1, Max: 36_500},
	)
}

// FindSetting describes one setting; ok is false for a key that is none.
func FindSetting(key SettingKey) (s Setting, ok bool) {
	list := SettingsList()
	i := slices.IndexFunc(list, func(s Setting) bool { return s.Key == key })
	if i < 0 {
		return Setting{}, false
	}
	return list[i], true
}

// SettingProblem says what is wrong with a value.
type SettingProblem string

// The problems.
const (
	SettingUnknown       SettingProblem = "unknown"        // there is no such setting
	SettingMissing       SettingProblem = "missing"        // it must not be empty
	SettingTooLong       SettingProblem = "too_long"       // more than Max characters
	SettingCharacters    SettingProblem = "characters"     // control characters, or not UTF-8
	SettingNumber        SettingProblem = "number"         // no whole number from Min to Max
	SettingEmail         SettingProblem = "email"          // no mail address
	SettingHost          SettingProblem = "host"           // no name of a machine
	SettingChoice        SettingProblem = "choice"         // none of the choices
	SettingCountry       SettingProblem = "country"        // no country's code
	SettingCode          SettingProblem = "code"           // no currency's code
	SettingInUse         SettingProblem = "in_use"         // the currency cannot change: there are orders
	SettingTooFine       SettingProblem = "too_fine"       // the currency's digits are fewer than a price has
	SettingNoSender      SettingProblem = "no_sender"      // a mail server needs the sender's address
	SettingNoUser        SettingProblem = "no_user"        // a password without a name
	SettingPasswordAgain SettingProblem = "password_again" // the server is another one: its password is needed anew
)

// SettingError is a value that a setting cannot have.
type SettingError struct {
	Key     SettingKey
	Problem SettingProblem
}

// Error names the setting and the problem, never the value.
func (e *SettingError) Error() string { return "setting " + string(e.Key) + ": " + string(e.Problem) }

// Normal checks a value and gives it in the form in which it is kept. The error is a *SettingError.
func (s Setting) Normal(value string) (string, error) {
	if s.Kind == KindLines || s.Kind == KindMarkdown {
		value = strings.ReplaceAll(value, "\r\n", "\n")
	}
	if !s.Secret {
		value = strings.TrimSpace(value)
	}
	problem := SettingProblem("")
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, s.forbidden):
		problem = SettingCharacters
	case value == "" && s.Required:
		problem = SettingMissing
	case s.Max > 0 && s.Kind != KindNumber && utf8.RuneCountInString(value) > s.Max:
		problem = SettingTooLong
	case value != "":
		value, problem = s.check(value)
	}
	if problem != "" {
		return "", &SettingError{s.Key, problem}
	}
	return value, nil
}

func (s Setting) forbidden(r rune) bool {
	if (s.Kind == KindLines || s.Kind == KindMarkdown) && (r == '\n' || r == '\t') {
		return false
	}
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

func (s Setting) check(value string) (string, SettingProblem) {
	switch s.Kind {
	case KindNumber:
		n, err := strconv.Atoi(value)
		if err != nil || n < s.Min || n > s.Max {
			return "", SettingNumber
		}
		return strconv.Itoa(n), ""
	case KindEmail:
		return normalEmail(value)
	case KindHost:
		return normalHost(value)
	case KindChoice:
		if !slices.Contains(s.Choices, value) {
			return "", SettingChoice
		}
	case KindLangs:
		return normalLangs(value)
	case KindCountry:
		return normalCountry(value)
	case KindCode:
		return normalCode(value)
	case KindText, KindLines, KindMarkdown:
	}
	return value, ""
}

func normalEmail(value string) (string, SettingProblem) {
	const longest = 254
	address, err := mail.ParseAddress(value)
	if err != nil || address.Name != "" || address.Address != value || len(value) > longest {
		return "", SettingEmail
	}
	return value, ""
}

func normalHost(value string) (string, SettingProblem) {
	const longest = 253
	if len(value) > longest || strings.ContainsFunc(value, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:", r)
	}) {
		return "", SettingHost
	}
	return value, ""
}

func normalLangs(value string) (string, SettingProblem) {
	var tags []string
	for tag := range strings.SplitSeq(value, ",") {
		tag = strings.TrimSpace(tag)
		if !slices.Contains(ShopLanguages(), tag) || slices.Contains(tags, tag) {
			return "", SettingChoice
		}
		tags = append(tags, tag)
	}
	return strings.Join(tags, ","), ""
}

func normalCountry(value string) (string, SettingProblem) {
	region, err := language.ParseRegion(value)
	if err != nil || len(value) != 2 || !region.IsCountry() || region.String() != strings.ToUpper(value) {
		return "", SettingCountry
	}
	return region.String(), ""
}

func normalCode(value string) (string, SettingProblem) {
	value = strings.ToUpper(value)
	for _, r := range value {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return "", SettingCode
		}
	}
	if len(value) < 2 {
		return "", SettingCode
	}
	return value, ""
}

// SettingChange is a new value, or with Reset none: the environment's or the default holds again.
type SettingChange struct {
	Key   SettingKey
	Value string
	Reset bool
}

// SettingSource says where a setting's value comes from.
type SettingSource string

// The sources, each winning over those behind it.
const (
	FromDatabase    SettingSource = "database"
	FromEnvironment SettingSource = "environment"
	FromDefault     SettingSource = "default"
)

// SettingGroupState tells of the last change of a group.
type SettingGroupState struct {
	Version int // how often it was changed
	At      time.Time
	Who     string // as in the audit log
}

// Settings are the shop's settings at one moment. The zero value has the defaults. It is not changed after it was made, and so may
// be shared.
type Settings struct {
	values     map[SettingKey]settingValue
	unreadable map[SettingKey]bool
	groups     map[SettingGroup]SettingGroupState
}

type settingValue struct {
	text   string
	source SettingSource
}

// NewSettings puts settings together: what the database holds, what the environment gives, which secrets of the database cannot
// be opened, and the state of each group. Legacy names in stored stand for today's. A stored value that is not valid any more counts
// as the default.
func NewSettings(
	stored, given map[SettingKey]string, unreadable map[SettingKey]bool, groups map[SettingGroup]SettingGroupState,
) Settings {
	s := Settings{values: map[SettingKey]settingValue{}, unreadable: unreadable, groups: groups}
	list := SettingsList()
	whole := map[SettingGroup]bool{} // groups that the database has
	for _, known := range list {
		_, ok := stored[known.Key]
		whole[known.Group] = whole[known.Group] || ok && known.Group.Whole()
	}
	for _, known := range list {
		s.values[known.Key] = known.resolve(stored, given, whole[known.Group])
	}
	return s
}

func (s Setting) resolve(stored, given map[SettingKey]string, whole bool) settingValue {
	value, ok := stored[s.Key]
	if !ok && s.Legacy != "" {
		value, ok = stored[s.Legacy]
	}
	if ok {
		if normal, err := s.Normal(value); err == nil {
			return settingValue{normal, FromDatabase}
		}
	}
	if !whole {
		if value, ok := given[s.Key]; ok {
			return settingValue{value, FromEnvironment}
		}
		return settingValue{s.Default, FromDefault}
	}
	return settingValue{s.Default, FromDatabase}
}

func (s Settings) value(key SettingKey) settingValue {
	if v, ok := s.values[key]; ok {
		return v
	}
	known, _ := FindSetting(key)
	return settingValue{known.Default, FromDefault}
}

// Source says where the value comes from.
func (s Settings) Source(key SettingKey) SettingSource { return s.value(key).source }

// Text is the value in force; "" for a key that is no setting.
func (s Settings) Text(key SettingKey) string { return s.value(key).text }

// Number is the value in force of a KindNumber.
func (s Settings) Number(key SettingKey) int {
	n, err := strconv.Atoi(s.Text(key))
	if err != nil {
		return 0
	}
	return n
}

// Unreadable reports that the database holds a secret that cannot be opened: the merchant's key, which seals it, was changed.
func (s Settings) Unreadable(key SettingKey) bool { return s.unreadable[key] }

// Group tells of the last change of a group; its version is what SaveSettings asks for.
func (s Settings) Group(group SettingGroup) SettingGroupState { return s.groups[group] }

// ShopName is the shop's name; "" where nobody has set one.
func (s Settings) ShopName() string { return s.Text(SettingShopName) }

// Slogan is the shop's slogan in a language; "" where there is none.
func (s Settings) Slogan(lang string) string { return s.Text(SloganKey(lang)) }

// ContactEmail is where shoppers write to; "" where there is none.
func (s Settings) ContactEmail() string { return s.Text(SettingContactEmail) }

// Languages are the tags of the languages that shoppers are offered, the first one is the fallback.
func (s Settings) Languages() []string { return strings.Split(s.Text(SettingLanguages), ",") }

// Currency is what the shop's prices are in.
func (s Settings) Currency() Currency {
	return Currency{Code: s.Text(SettingCurrency), Digits: s.Number(SettingCurrencyDigits)}
}

// Legal is the Markdown of a legal page and the language that it is in: the wanted one, else the first that has it. ok is false
// where the page is in no language, or there is no such page.
func (s Settings) Legal(page, lang string) (text, in string, ok bool) {
	if !slices.Contains(LegalPages(), page) {
		return "", "", false
	}
	for _, tag := range append([]string{lang}, ShopLanguages()...) {
		if text := s.Text(LegalKey(page, tag)); text != "" {
			return text, tag, true
		}
	}
	return "", "", false
}

// Legals are the names of the legal pages that are written.
func (s Settings) Legals() []string {
	var list []string
	for _, page := range LegalPages() {
		if _, _, ok := s.Legal(page, ""); ok {
			list = append(list, page)
		}
	}
	return list
}

// OrderTTL is how long an order may wait for its payment.
func (s Settings) OrderTTL() time.Duration {
	return time.Duration(s.Number(SettingOrderTTL)) * time.Minute
}

// QuoteTTL is how long the amount in a coin that a shopper was shown is kept.
func (s Settings) QuoteTTL() time.Duration {
	return time.Duration(s.Number(SettingQuoteTTL)) * time.Minute
}

// StockLow is the number of pieces at or below which a stock is low, where the variant has no number of its own.
func (s Settings) StockLow() int { return s.Number(SettingStockLow) }

// HomeCountry is the shop's own country for taxes, ISO 3166-1 alpha-2; "" where nobody has set it.
func (s Settings) HomeCountry() string { return s.Text(SettingHomeCountry) }

// KeepAddresses is how long a shopper's address is kept after the order is complete.
func (s Settings) KeepAddresses() time.Duration { return s.days(SettingKeepAddresses) }

// KeepEnvelopes is how long the platform's messages are kept as they came.
func (s Settings) KeepEnvelopes() time.Duration { return s.days(SettingKeepEnvelopes) }

// KeepNetwork is how long addresses of the network are kept.
func (s Settings) KeepNetwork() time.Duration { return s.days(SettingKeepNetwork) }

func (s Settings) days(key SettingKey) time.Duration {
	return time.Duration(s.Number(key)) * 24 * time.Hour
}

// How a mail server is spoken to.
const (
	MailStartTLS = "starttls" // plain first, then TLS
	MailTLS      = "tls"      // TLS from the first byte
)

// MailServer is the server that the shop's mails go through, and their sender. Host "": there is none, mails become files.
type MailServer struct {
	Host     string
	Port     int
	TLS      bool // from the first byte, instead of STARTTLS
	User     string
	Password Secret
	From     string
	FromName string // "": the shop's name
}

// Mail is the mail server in force.
func (s Settings) Mail() MailServer {
	return MailServer{
		Host: s.Text(SettingMailHost), Port: s.Number(SettingMailPort), TLS: s.Text(SettingMailTLS) == MailTLS,
		User: s.Text(SettingMailUser), Password: Secret(s.Text(SettingMailPassword)),
		From: s.Text(SettingMailFrom), FromName: s.Text(SettingMailFromName),
	}
}
