package visit

import "errors"

// Errors that package web has pages for.
var (
	// ErrNoPage says that the address names nothing.
	ErrNoPage = errors.New("no such page")
	// ErrNoProduct says that the product is not or no longer sold.
	ErrNoProduct = errors.New("no such product")
	// ErrNoCategory says that there is no such category.
	ErrNoCategory = errors.New("no such category")
	// ErrNoOrder says that the order's address is wrong or shortened.
	ErrNoOrder = errors.New("no such order")
	// ErrUsedUp says that a link worked once, or too long ago.
	ErrUsedUp = errors.New("the link is used up")
	// ErrBadForm says that a body is no form, is not valid UTF-8, or lacks what every form of ours has.
	ErrBadForm = errors.New("the form cannot be read")
	// ErrMediaType says that a body is of a kind that no form of ours has.
	ErrMediaType = errors.New("the body is no form")
	// ErrTooLarge says that a body is longer than MaxFormBytes.
	ErrTooLarge = errors.New("the body is too large")
)
