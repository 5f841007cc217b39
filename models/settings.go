package models

import (
	"slices"
	"strings"
)

// SettingKey names a setting of the shop in the database.
type SettingKey string

// The settings. Legal pages, slogans and the front page have texts in each language: LegalKey, SloganKey, HomeTitleKey, HomeTextKey.
const (
	SettingShopName        SettingKey = "shop.name"
	SettingContactEmail    SettingKey = "shop.contact_email"
	SettingContactPhone    SettingKey = "shop.contact_phone"
	SettingContactAddress  SettingKey = "shop.contact_address"
	SettingSecurityContact SettingKey = "security.contact" // for security.txt; empty: there is none
	SettingSecurityPolicy  SettingKey = "security.policy"
	SettingLanguages       SettingKey = "shop.languages"       // BCP 47 tags with commas between them; the first is the fallback
	SettingNumberPrefix    SettingKey = "orders.number_prefix" // what an order number begins with
	SettingNumberStart     SettingKey = "orders.number_start"  // the lowest order number that is given from now on

	SettingCurrency       SettingKey = "shop.currency"        // code, such as USD
	SettingCurrencyDigits SettingKey = "shop.currency_digits" // decimals of a price

	SettingMailHost     SettingKey = "mail.host" // empty: mails become files
	SettingMailPort     SettingKey = "mail.port"
	SettingMailTLS      SettingKey = "mail.tls" // starttls or tls
	SettingMailUser     SettingKey = "mail.user"
	SettingMailPassword SettingKey = "mail.password"
	SettingMailFrom     SettingKey = "mail.from"      // address of the sender
	SettingMailFromName SettingKey = "mail.from_name" // empty: the shop's name

	SettingOrderTTL     SettingKey = "orders.ttl"           // minutes that an order may wait for its payment
	SettingQuoteTTL     SettingKey = "quote.ttl"            // minutes that a coin's price is kept for the shopper
	SettingShipmentUndo SettingKey = "orders.shipment_undo" // minutes in which a shipment can be undone
	SettingStockLow     SettingKey = "stock.low"            // pieces at or below which a stock is low
	SettingHomeCountry  SettingKey = "tax.home_country"
	SettingAlertHour    SettingKey = "alerts.daily_hour" // hour of the day at which staff get the summary of the day, 0 to 23

	SettingRateJump  SettingKey = "pricing.rate_jump"  // percent by which a rate that a person fixes may move without being asked about
	SettingPriceJump SettingKey = "pricing.price_jump" // the same of a product's price

	// Limits of what unpaid orders may hold; 0 means no limit.
	SettingLifetime    SettingKey = "limits.lifetime"     // minutes that an order may stay unpaid, however often paying is tried again
	SettingMaxPieces   SettingKey = "limits.pieces"       // pieces of one product in an order
	SettingOpenPayer   SettingKey = "limits.open_payer"   // unpaid orders of one payer
	SettingOpenEmail   SettingKey = "limits.open_email"   // unpaid orders of one e-mail address
	SettingOpenNetwork SettingKey = "limits.open_network" // unpaid orders of one network address
	SettingHoarded     SettingKey = "limits.stock_share"  // percent of a stock in unpaid orders that is worth a warning; 0: none

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
	GroupPricing   SettingGroup = "pricing"
	GroupLimits    SettingGroup = "limits"
	GroupRetention SettingGroup = "retention"
)

// SettingGroups returns the groups in the order of their pages.
func SettingGroups() []SettingGroup {
	return []SettingGroup{GroupShop, GroupCurrency, GroupLegal, GroupMail, GroupOrders, GroupLimits, GroupPricing, GroupRetention}
}

// Whole reports whether a group's settings come from one place all together: a password of the environment must not go to a server
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
	KindHTTPS    SettingKind = "https"    // a complete https address
	KindContact  SettingKind = "contact"  // an email address or a complete https address
	KindLangs    SettingKind = "langs"    // tags with commas between them, each once, at least one
	KindCountry  SettingKind = "country"  // ISO 3166-1 alpha-2, upper case
	KindCode     SettingKind = "code"     // a currency's code
	KindPrefix   SettingKind = "prefix"   // letters, digits and # - _ . before a number, the last one no digit
)

// Setting describes a setting: its values, and its default.
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

// Lengths of texts, in characters, and bounds of numbers.
const (
	maxShopName   = 64
	maxLine       = 200
	maxLegal      = 50_000
	maxCurrency   = 16
	maxMailSecret = 500
	maxPrefix     = 12
	maxJump       = 1000 // percent
)

// maxOpenOrders is the highest limit of unpaid orders: each has a row of its own that is looked for.
const maxOpenOrders = 1000

// ShopLanguages returns the tags of all languages that the shop has words for, in menu order.
func ShopLanguages() []string { return []string{"en", "zh-Hans"} }

// LegalPages returns the names of the shop's legal pages, which are also their addresses: /pages/{name}.
func LegalPages() []string { return []string{"terms", "privacy", "returns", "imprint"} }

// LegalKey returns the setting of a legal page in a language.
func LegalKey(page, lang string) SettingKey { return SettingKey("legal." + page + "." + lang) }

// SloganKey returns the setting of the shop's slogan in a language.
func SloganKey(lang string) SettingKey { return SettingKey("shop.slogan." + lang) }

// HomeTitleKey returns the setting of the front page's heading in a language.
func HomeTitleKey(lang string) SettingKey { return SettingKey("shop.home_title." + lang) }

// HomeTextKey returns the setting of the text below the front page's heading in a language.
func HomeTextKey(lang string) SettingKey { return SettingKey("shop.home_text." + lang) }

// SettingsList returns all settings, in the order of their pages.
func SettingsList() []Setting {
	list := []Setting{
		{Key: SettingShopName, Group: GroupShop, Kind: KindText, Max: maxShopName, Env: "COINCART_SHOP_NAME"},
	}
	for _, key := range []func(lang string) SettingKey{SloganKey, HomeTitleKey, HomeTextKey} {
		for _, lang := range ShopLanguages() {
			list = append(list, Setting{Key: key(lang), Group: GroupShop, Kind: KindText, Max: maxLine})
		}
	}
	list = append(list,
		Setting{Key: SettingContactEmail, Group: GroupShop, Kind: KindEmail},
		Setting{Key: SettingContactPhone, Group: GroupShop, Kind: KindText, Max: maxShopName},
		Setting{Key: SettingContactAddress, Group: GroupShop, Kind: KindLines, Max: 500},
		Setting{Key: SettingSecurityContact, Group: GroupShop, Kind: KindContact, Max: maxLine},
		Setting{Key: SettingSecurityPolicy, Group: GroupShop, Kind: KindHTTPS, Max: maxLine},
		Setting{Key: SettingLanguages, Group: GroupShop, Kind: KindLangs, Required: true, Default: strings.Join(ShopLanguages(), ",")},
		Setting{Key: SettingNumberPrefix, Group: GroupShop, Kind: KindPrefix, Default: "#", Max: maxPrefix},
		Setting{Key: SettingNumberStart, Group: GroupShop, Kind: KindNumber, Default: "1001", Min: 1, Max: MaxOrderNumber},

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
		Setting{Key: SettingShipmentUndo, Group: GroupOrders, Kind: KindNumber, Required: true, Default: "60", Min: 0, Max: 7 * 24 * 60},
		Setting{Key: SettingStockLow, Group: GroupOrders, Kind: KindNumber, Required: true, Default: "5", Max: 100_000},
		Setting{Key: SettingHomeCountry, Group: GroupOrders, Kind: KindCountry},
		Setting{Key: SettingAlertHour, Group: GroupOrders, Kind: KindNumber, Required: true, Default: "8", Max: 23},

		Setting{Key: SettingRateJump, Group: GroupPricing, Kind: KindNumber, Required: true, Default: "10", Min: 1, Max: maxJump},
		Setting{Key: SettingPriceJump, Group: GroupPricing, Kind: KindNumber, Required: true, Default: "50", Min: 1, Max: maxJump},

		Setting{Key: SettingLifetime, Group: GroupLimits, Kind: KindNumber, Required: true, Default: "120", Min: 5, Max: 7 * 24 * 60},
		Setting{Key: SettingMaxPieces, Group: GroupLimits, Kind: KindNumber, Required: true, Default: "20", Max: MaxQuantity},
		Setting{Key: SettingOpenPayer, Group: GroupLimits, Kind: KindNumber, Required: true, Default: "3", Max: maxOpenOrders},
		Setting{Key: SettingOpenEmail, Group: GroupLimits, Kind: KindNumber, Required: true, Default: "3", Max: maxOpenOrders},
		Setting{Key: SettingOpenNetwork, Group: GroupLimits, Kind: KindNumber, Required: true, Default: "10", Max: maxOpenOrders},
		Setting{Key: SettingHoarded, Group: GroupLimits, Kind: KindNumber, Required: true, Default: "50", Max: 100},

		Setting{Key: SettingKeepAddresses, Group: GroupRetention, Kind: KindNumber, Required: true, Default: "180", Min: 1, Max: 36_500},
		Setting{Key: SettingKeepEnvelopes, Group: GroupRetention, Kind: KindNumber, Required: true, Default: "90", Min: 7, Max: 36_500},
		Setting{Key: SettingKeepNetwork, Group: GroupRetention, Kind: KindNumber, Required: true, Default: "30", Min: 1, Max: 36_500},
	)
}

// FindSetting returns the setting of a key; ok is false for an unknown key.
func FindSetting(key SettingKey) (s Setting, ok bool) {
	list := SettingsList()
	i := slices.IndexFunc(list, func(s Setting) bool { return s.Key == key })
	if i < 0 {
		return Setting{}, false
	}
	return list[i], true
}
