package models

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// SettingGroupState describes the last change of a group.
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

// Source returns where the value comes from.
func (s Settings) Source(key SettingKey) SettingSource { return s.value(key).source }

// Text returns the value in force; "" for an unknown key.
func (s Settings) Text(key SettingKey) string { return s.value(key).text }

// Number returns the value in force of a KindNumber.
func (s Settings) Number(key SettingKey) int {
	n, err := strconv.Atoi(s.Text(key))
	if err != nil {
		return 0
	}
	return n
}

// Unreadable reports whether the database holds a secret that cannot be opened: the merchant's key, which seals it, was changed.
func (s Settings) Unreadable(key SettingKey) bool { return s.unreadable[key] }

// Group returns the last change of a group. settings.Editor.Save needs its version.
func (s Settings) Group(group SettingGroup) SettingGroupState { return s.groups[group] }

// ShopName returns the shop's name, or "".
func (s Settings) ShopName() string { return s.Text(SettingShopName) }

// Slogan returns the shop's slogan in a language, or "".
func (s Settings) Slogan(lang string) string { return s.Text(SloganKey(lang)) }

// ContactEmail returns the shop's e-mail address for shoppers, or "".
func (s Settings) ContactEmail() string { return s.Text(SettingContactEmail) }

// SecurityContact returns the URI under which security problems are reported (RFC 9116 §2.5.3), or "".
func (s Settings) SecurityContact() string {
	contact := s.Text(SettingSecurityContact)
	if strings.Contains(contact, "@") && !strings.HasPrefix(contact, "https://") {
		return "mailto:" + contact
	}
	return contact
}

// SecurityPolicy returns the address of the page about reports of security problems, or "".
func (s Settings) SecurityPolicy() string { return s.Text(SettingSecurityPolicy) }

// Languages returns the tags of the languages that shoppers are offered, the first one is the fallback.
func (s Settings) Languages() []string { return strings.Split(s.Text(SettingLanguages), ",") }

// NumberStart returns the lowest number that a new order may get.
func (s Settings) NumberStart() int { return s.Number(SettingNumberStart) }

// Currency returns the currency of the shop's prices.
func (s Settings) Currency() Currency {
	return Currency{Code: s.Text(SettingCurrency), Digits: s.Number(SettingCurrencyDigits)}
}

// Legal returns the Markdown of a legal page and the language that it is in: the wanted one, else the first that has it. ok is false
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

// Legals returns the names of the legal pages that are written.
func (s Settings) Legals() []string {
	var list []string
	for _, page := range LegalPages() {
		if _, _, ok := s.Legal(page, ""); ok {
			list = append(list, page)
		}
	}
	return list
}

// OrderTTL returns how long an order may wait for its payment.
func (s Settings) OrderTTL() time.Duration {
	return time.Duration(s.Number(SettingOrderTTL)) * time.Minute
}

// QuoteTTL returns how long the amount in a coin that a shopper was shown is kept.
func (s Settings) QuoteTTL() time.Duration {
	return time.Duration(s.Number(SettingQuoteTTL)) * time.Minute
}

// StockLow returns the number of pieces at or below which a stock is low, for variants without a number of their own.
func (s Settings) StockLow() int { return s.Number(SettingStockLow) }

// AlertHour returns the hour of the day, 0 to 23, at which staff get the summary of the day.
func (s Settings) AlertHour() int { return s.Number(SettingAlertHour) }

// RateJump returns the percentage by which a rate that a person fixes may move without being confirmed (Jumps).
func (s Settings) RateJump() Amount { return AmountFromInt(int64(s.Number(SettingRateJump))) }

// PriceJump returns the percentage by which a product's price may move without being confirmed (Jumps).
func (s Settings) PriceJump() Amount { return AmountFromInt(int64(s.Number(SettingPriceJump))) }

// HomeCountry returns the shop's own country for taxes, ISO 3166-1 alpha-2, or "".
func (s Settings) HomeCountry() string { return s.Text(SettingHomeCountry) }

// ShipmentUndo returns the time in which a shipment can be undone.
func (s Settings) ShipmentUndo() time.Duration {
	return time.Duration(s.Number(SettingShipmentUndo)) * time.Minute
}

// Lifetime returns how long an order may stay unpaid, however often paying is tried again. It is never shorter than the time to pay an order.
func (s Settings) Lifetime() time.Duration {
	return max(time.Duration(s.Number(SettingLifetime))*time.Minute, s.OrderTTL())
}

// Limits returns what unpaid orders may hold.
func (s Settings) Limits() OrderLimits {
	return OrderLimits{
		Pieces: s.Number(SettingMaxPieces), Payer: s.Number(SettingOpenPayer), Email: s.Number(SettingOpenEmail), Network: s.Number(SettingOpenNetwork),
	}
}

// HoardedShare returns the percentage of a stock in unpaid orders from which staff are warned; 0: they never are.
func (s Settings) HoardedShare() int { return s.Number(SettingHoarded) }

// KeepAddresses returns how long a shopper's address is kept after the order is complete.
func (s Settings) KeepAddresses() time.Duration { return s.days(SettingKeepAddresses) }

// KeepEnvelopes returns how long the platform's messages are kept as they came.
func (s Settings) KeepEnvelopes() time.Duration { return s.days(SettingKeepEnvelopes) }

// KeepNetwork returns how long addresses of the network are kept.
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

// Mail returns the mail server in force.
func (s Settings) Mail() MailServer {
	return MailServer{
		Host: s.Text(SettingMailHost), Port: s.Number(SettingMailPort), TLS: s.Text(SettingMailTLS) == MailTLS,
		User: s.Text(SettingMailUser), Password: Secret(s.Text(SettingMailPassword)),
		From: s.Text(SettingMailFrom), FromName: s.Text(SettingMailFromName),
	}
}
