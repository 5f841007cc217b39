package store

import (
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
)

var (
	// ErrInUse means that something cannot be deleted, because orders or other things refer to it.
	ErrInUse = errors.New("it is in use")
	// ErrTree means that a category cannot be where it is wanted: below itself, too deep, or below one that is not there.
	ErrTree = errors.New("a category cannot be there")
)

// SlugTakenError means that another thing has the address. It is ErrDuplicate.
type SlugTakenError struct{ Slug string }

// Error names the address.
func (e *SlugTakenError) Error() string { return "the address " + e.Slug + " is taken" }

// Unwrap is ErrDuplicate.
func (e *SlugTakenError) Unwrap() error { return ErrDuplicate }

// SKUTakenError means that another variant has the SKU. It is ErrDuplicate.
type SKUTakenError struct{ SKU string }

// Error names the SKU.
func (e *SKUTakenError) Error() string { return "the SKU " + e.SKU + " is taken" }

// Unwrap is ErrDuplicate.
func (e *SKUTakenError) Unwrap() error { return ErrDuplicate }

// VariantInUseError means that a variant cannot be deleted: it was ordered, or it has stock. It can be retired. It is ErrInUse.
type VariantInUseError struct{ VariantID, SKU string }

// Error names the SKU.
func (e *VariantInUseError) Error() string {
	return "the variant " + e.SKU + " was ordered or has stock; it can be retired"
}

// Unwrap is ErrInUse.
func (e *VariantInUseError) Unwrap() error { return ErrInUse }

// ProductError means that a product cannot be stored as it is.
type ProductError struct {
	Slug     string
	Problems []models.ProductProblem // at least one
}

// Error names the first problem.
func (e *ProductError) Error() string {
	p := e.Problems[0]
	if p.Variant >= 0 {
		return fmt.Sprintf("product %s: %s of variant %d: %s", e.Slug, p.Field, p.Variant+1, p.Problem)
	}
	return fmt.Sprintf("product %s: %s: %s", e.Slug, p.Field, p.Problem)
}
