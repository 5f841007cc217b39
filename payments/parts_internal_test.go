package payments

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What settles knows neither who sends and asks, nor those on whose behalf it is done; no part knows the Service.
func TestParts_KnowOneAnotherInOneDirection(t *testing.T) {
	want := map[string][]string{
		"settlement":   nil,
		"sender":       {"settlement"},
		"Inquiry":      {"sender", "settlement"},
		"Cancellation": {"Inquiry", "settlement"},
		"Callbacks":    {"Inquiry", "settlement"},
		"Placer":       {"Inquiry", "Quoter", "sender", "settlement"},
		"OrderAdmin":   {"Cancellation", "Inquiry"},
		"Cases":        {"OrderAdmin", "Refunds", "settlement"},
		"Quoter":       nil,
		"Refunds":      nil,
		"SignIn":       nil,
	}
	known := map[string][]string{}
	var look func(part reflect.Type)
	look = func(part reflect.Type) {
		if _, seen := known[part.Name()]; seen {
			return
		}
		known[part.Name()] = nil
		for field := range part.Fields() {
			if other := field.Type; other.Kind() == reflect.Pointer && other.Elem().PkgPath() == part.PkgPath() {
				known[part.Name()] = append(known[part.Name()], other.Elem().Name())
				look(other.Elem())
			}
		}
		slices.Sort(known[part.Name()])
	}
	look(reflect.TypeFor[Service]())
	delete(known, "Service") // it knows all that callers need
	assert.Equal(t, want, known)
}
