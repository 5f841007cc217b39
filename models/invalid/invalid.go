// Package invalid names what can be wrong with the value of a field: of a form, a setting or a column of an import. Each problem has words
// in the message catalogue, which i18n.Printer.Problem finds.
package invalid

// Problem is the code of what is wrong with a field; "" is nothing.
type Problem string

// Problems of any field.
const (
	Missing    Problem = "missing"    // it must be filled in
	TooLong    Problem = "too_long"   // too many characters, or too many of something
	Characters Problem = "characters" // characters that no visible text has: package text
	Link       Problem = "link"       // a web address or an email address where there must be none: text.Linked
	Unknown    Problem = "unknown"    // not one of those that can be chosen
	Taken      Problem = "taken"      // another one has it
	Twice      Problem = "twice"      // two of one thing are the same
	InUse      Problem = "in_use"     // something depends on the value, or on the thing that would be removed
)

// Problems of numbers and times.
const (
	Number    Problem = "number"     // not a plain decimal number
	Whole     Problem = "whole"      // not a whole number
	Between   Problem = "between"    // not a whole number from Min to Max
	Negative  Problem = "negative"   // less than zero
	Digits    Problem = "digits"     // more decimals than the currency, or a number, may have
	Range     Problem = "range"      // too small or too large
	Percent   Problem = "percent"    // not 0 to 100 with at most six decimals
	Ends      Problem = "ends"       // it ends before it begins
	Day       Problem = "day"        // not a day as yyyy-MM-dd
	DayRange  Problem = "day_range"  // a day before models.FirstDay or after models.LastDay
	DayFuture Problem = "day_future" // a day that has not begun yet in the platform's zone
	Span      Problem = "span"       // days that end before they begin, or more than 366
	Time      Problem = "time"       // not a day with a time
	Raise     Problem = "raise"      // a start of numbers that are given already
	Mismatch  Problem = "mismatch"   // not what the parts add up to
)

// Problems of texts that have a form.
const (
	Email      Problem = "email"       // not an email address
	Slug       Problem = "slug"        // not text.IsSlug
	Host       Problem = "host"        // not the name of a machine
	HTTPS      Problem = "https"       // not a complete https address
	Contact    Problem = "contact"     // neither an email address nor a complete https address
	Country    Problem = "country"     // not the code of a country
	Currency   Problem = "currency"    // not the code of a currency
	Symbol     Problem = "symbol"      // not a coin's symbol: 1 to 16 capital letters and digits
	Pair       Problem = "pair"        // not a price source's name of a pair
	SourceURL  Problem = "source_url"  // an address that no prices are fetched from
	SourcePath Problem = "source_path" // not a JSON pointer
	TagName    Problem = "tag_name"    // empty, or with a comma
	PayerUID   Problem = "payer_uid"   // not a UID of the platform
	Tracking   Problem = "tracking"    // not an https address to follow a parcel
	Prefix     Problem = "prefix"      // not letters, digits and # - _ . with no digit at the end
	Network    Problem = "network"     // not a network address, or a network such as 192.0.2.0/24
	Origin     Problem = "origin"      // an address on an origin that the key does not have
)

// Problems of products, categories and their pictures.
const (
	NotLess       Problem = "not_less"       // a sale price that is not below the regular one
	Options       Problem = "options"        // not one value for each of the product's options
	Variants      Problem = "variants"       // no variant, or more than models.MaxVariants
	Pictures      Problem = "pictures"       // more than models.MaxPictures
	PictureKind   Problem = "picture_kind"   // a file of a kind that is not taken
	PictureBroken Problem = "picture_broken" // a file that cannot be decoded
	PictureLarge  Problem = "picture_large"  // too many bytes
	PicturePixels Problem = "picture_pixels" // too many pixels
	Tree          Problem = "tree"           // a category below itself, or too deep
	Parent        Problem = "parent"         // a parent that does not exist any more
)

// Problems of prices: coupons, zones of delivery, coins.
const (
	Used     Problem = "used"      // a limit below the number of times that a coupon was used
	Steps    Problem = "steps"     // the first does not begin at 0, or one does not begin above the one before
	FlatRate Problem = "flat_rate" // more than one step of a flat rate
	RestZone Problem = "rest_zone" // another zone covers the rest of the world already
	Amount   Problem = "amount"    // not above 0, or more decimals than the coin has
	Rounding Problem = "rounding"  // not 0 to the coin's decimals
	Rate     Problem = "rate"      // not a decimal number above 0
	Fine     Problem = "too_fine"  // fewer digits for the currency than a price has
	Paused   Problem = "paused"    // a coin whose rate cannot be used at the moment
)

// Problems of where goods go.
const (
	Undelivered Problem = "undelivered" // the shop does not deliver there
	TooHeavy    Problem = "too_heavy"   // the goods are too heavy to be delivered there
)

// Problems of people's accounts, of customers, and of the mail server.
const (
	Password      Problem = "password"        // shorter than 12 characters, or longer than 256
	Guessable     Problem = "guessable"       // a password that is the email address, the name, or one of the most used
	Current       Problem = "current"         // not the current password
	Code          Problem = "code"            // a code that is wrong, or was used before
	Wait          Problem = "wait"            // too many attempts
	Place         Problem = "place"           // no country or region, or the part of several names
	NotOrderEmail Problem = "not_order_email" // not the e-mail address of the order, or tried too often
	NoSender      Problem = "no_sender"       // a mail server without the sender's address
	NoUser        Problem = "no_user"         // a password without a user name
	PasswordAgain Problem = "password_again"  // the server is another one: its password must be entered again
)

// Problems are the problems of a form by the field's name; empty where all is well.
type Problems map[string]Problem

// Add keeps the first problem of a field.
func (p Problems) Add(field string, problem Problem) {
	if problem == "" {
		return
	}
	if _, ok := p[field]; !ok {
		p[field] = problem
	}
}

// Keep sets a problem unless there is one already.
func (p *Problem) Keep(problem Problem) {
	if *p == "" {
		*p = problem
	}
}

// First is the first of the problems that is one; "" where all is well.
func First(problems ...Problem) Problem {
	for _, p := range problems {
		if p != "" {
			return p
		}
	}
	return ""
}
