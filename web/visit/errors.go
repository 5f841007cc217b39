package visit

import "errors"

// Errors that package web has pages for.
var (
	// ErrNoPage means that the address does not exist.
	ErrNoPage = errors.New("no such page")
	// ErrNoProduct means that the product does not exist or is no longer sold.
	ErrNoProduct = errors.New("no such product")
	// ErrNoCategory means that there is no such category.
	ErrNoCategory = errors.New("no such category")
	// ErrNoOrder means that the order's address is wrong or shortened.
	ErrNoOrder = errors.New("no such order")
	// ErrNoCheckout means that the address of a checkout or of a payment link is wrong or shortened.
	ErrNoCheckout = errors.New("no such checkout")
	// ErrUsedUp means that a link was used before, or is too old.
	ErrUsedUp = errors.New("the link is used up")
	// ErrBadForm means that a body is not a form, is not valid UTF-8, or lacks what every form of the shop has.
	ErrBadForm = errors.New("the form cannot be read")
	// ErrMediaType means that a body has a content type that no form of the shop has.
	ErrMediaType = errors.New("the body is no form")
	// ErrLeft means that the visitor's connection broke while the body arrived or the answer was sent.
	ErrLeft = errors.New("the visitor left")
	// ErrTooLarge means that a body is longer than MaxFormBytes.
	ErrTooLarge = errors.New("the body is too large")
)
