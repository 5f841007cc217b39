package api

import (
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/coincart/coincart/models/invalid"
)

// Code says what is wrong, for programs. Codes are a promise: they are never renamed.
type Code string

// The codes.
const (
	CodeMalformedJSON     Code = "malformed_json"
	CodeInvalidVersion    Code = "invalid_version"
	CodeKeyRequired       Code = "idempotency_key_required"
	CodeKeyMissing        Code = "key_missing"
	CodeKeyInvalid        Code = "key_invalid"
	CodeKeyExpired        Code = "key_expired"
	CodeScopeMissing      Code = "scope_missing"
	CodeIPNotAllowed      Code = "ip_not_allowed"
	CodeNotFound          Code = "not_found"
	CodeMethodNotAllowed  Code = "method_not_allowed"
	CodeBodyTooLarge      Code = "body_too_large"
	CodeMediaType         Code = "unsupported_media_type"
	CodeRateLimited       Code = "rate_limited"
	CodeInternal          Code = "internal_error"
	CodeUnavailable       Code = "unavailable"
	CodeInvalidCursor     Code = "invalid_cursor"
	CodeUnknownParameter  Code = "unknown_parameter"
	CodeUnknownMember     Code = "unknown_member"
	CodeMissing           Code = "missing"
	CodeWrongType         Code = "wrong_type"
	CodeInvalidValue      Code = "invalid_value"
	CodeTooLong           Code = "too_long"
	CodeOutOfRange        Code = "out_of_range"
	CodeInvalidCharacters Code = "invalid_characters"
	CodeDuplicate         Code = "duplicate"

	CodeAlreadyPaid         Code = "already_paid"
	CodeCheckoutExpired     Code = "checkout_expired"
	CodeNotPaid             Code = "not_paid"
	CodeIdempotencyConflict Code = "idempotency_conflict"
	CodeIdempotencyInFlight Code = "idempotency_in_flight"
	CodeInvalidAmount       Code = "invalid_amount"
	CodeAmountMismatch      Code = "amount_mismatch"
	CodeInvalidCurrency     Code = "currency_not_accepted"
	CodeInvalidCoin         Code = "coin_not_accepted"
	CodeURLNotAllowed       Code = "url_not_allowed"
	CodeInvalidURL          Code = "invalid_url"
	CodeInvalidEmail        Code = "invalid_email"
	CodeOverLimit           Code = "over_limit"
	CodeRefundTooMuch       Code = "refund_too_much"
	CodeNotFulfillable      Code = "not_fulfillable"
	CodeIfMatchRequired     Code = "if_match_required"
	CodeChanged             Code = "changed"
	CodePriceJump           Code = "price_jump"
	CodeNotCounted          Code = "not_counted"
	CodeInvalidCode         Code = "invalid_code"
	CodeRateNotAvailable    Code = "rate_not_available"
	CodeEndpointDisabled    Code = "endpoint_disabled"
	CodeTooManyEndpoints    Code = "too_many_endpoints"
	CodePlatformUnreachable Code = "platform_unreachable"
)

// meaning is what a code means: its status, and a sentence for people.
type meaning struct {
	code   Code
	status int
	detail string
}

// meanings are the codes in the order in which the reference lists them.
var meanings = []meaning{
	{CodeMalformedJSON, http.StatusBadRequest, "The body is not valid JSON: one object in UTF-8, no name twice, nothing after it."},
	{CodeInvalidVersion, http.StatusBadRequest, "Coincart-Version names no version of this API."},
	{CodeKeyRequired, http.StatusBadRequest, "A POST needs the header Idempotency-Key: 1 to 255 visible ASCII characters."},
	{CodeInvalidCursor, http.StatusBadRequest, "The cursor is not one that this list has given."},
	{CodeKeyMissing, http.StatusUnauthorized, "Send your key in the header Authorization: Bearer."},
	{CodeKeyInvalid, http.StatusUnauthorized, "This key does not work here: it is unknown, it was ended, or it belongs to a demonstration."},
	{CodeKeyExpired, http.StatusUnauthorized, "The time of this key is over."},
	{CodeScopeMissing, http.StatusForbidden, "The key does not have the scope that this route needs."},
	{CodeIPNotAllowed, http.StatusForbidden, "The key may not be used from this network address."},
	{CodeNotFound, http.StatusNotFound, "There is no such thing, or it is not the key's."},
	{CodeMethodNotAllowed, http.StatusMethodNotAllowed, "The address does not take this method."},
	{CodeAlreadyPaid, http.StatusConflict, "The checkout is paid, or money came for it."},
	{CodeCheckoutExpired, http.StatusConflict, "The checkout has ended without a payment."},
	{CodeNotPaid, http.StatusConflict, "Nothing was paid that can be refunded."},
	{CodeEndpointDisabled, http.StatusConflict, "The webhook endpoint is disabled: nothing can be sent to it."},
	{CodeTooManyEndpoints, http.StatusConflict, "The shop has as many webhook endpoints as it may have."},
	{CodeNotFulfillable, http.StatusConflict, "The order is not paid, or nothing of it is left to be sent."},
	{CodePriceJump, http.StatusConflict, "The change of a price is so large that a person must make it in the back office."},
	{CodeNotCounted, http.StatusConflict, "The stock of this variant is not counted."},
	{CodeChanged, http.StatusPreconditionFailed, "It was changed since you read it: If-Match is another ETag. Read it again."},
	{CodeIfMatchRequired, http.StatusPreconditionRequired, "The change needs the header If-Match with the ETag of what you read."},
	{CodeIdempotencyInFlight, http.StatusConflict, "The same request is being handled. Send it again in a moment."},
	{CodeBodyTooLarge, http.StatusRequestEntityTooLarge, "The body is larger than 64 KiB."},
	{CodeMediaType, http.StatusUnsupportedMediaType, "The body must be application/json."},
	{CodeIdempotencyConflict, http.StatusUnprocessableEntity, "The Idempotency-Key was used with another request before."},
	{CodeUnknownParameter, http.StatusUnprocessableEntity, "The address has no such parameter."},
	{CodeUnknownMember, http.StatusUnprocessableEntity, "The body has no such member."},
	{CodeMissing, http.StatusUnprocessableEntity, "A value is needed."},
	{CodeWrongType, http.StatusUnprocessableEntity, "The value has another type."},
	{CodeInvalidValue, http.StatusUnprocessableEntity, "The value is not one of those that are possible."},
	{CodeTooLong, http.StatusUnprocessableEntity, "The value is too long."},
	{CodeOutOfRange, http.StatusUnprocessableEntity, "The number is too small or too large."},
	{CodeInvalidCharacters, http.StatusUnprocessableEntity, "The value has characters that are not possible here."},
	{CodeDuplicate, http.StatusUnprocessableEntity, "The value was given before."},
	{CodeInvalidAmount, http.StatusUnprocessableEntity, "An amount is decimal text above 0, such as \"32.24\", without more decimals than its currency or coin has."},
	{CodeAmountMismatch, http.StatusUnprocessableEntity, "The amount is not what the lines add up to."},
	{CodeInvalidCurrency, http.StatusUnprocessableEntity, "The currency is not the shop's."},
	{CodeInvalidCoin, http.StatusUnprocessableEntity, "The shop does not accept this coin."},
	{CodeURLNotAllowed, http.StatusUnprocessableEntity, "The address must be https and begin with an origin that the key has."},
	{CodeInvalidURL, http.StatusUnprocessableEntity, "The address must be a complete https address."},
	{CodeInvalidEmail, http.StatusUnprocessableEntity, "The value is not an e-mail address."},
	{CodeOverLimit, http.StatusUnprocessableEntity, "The key may not refund as much within 24 hours."},
	{CodeRefundTooMuch, http.StatusUnprocessableEntity, "More than is left of the payment cannot be refunded."},
	{CodeInvalidCode, http.StatusUnprocessableEntity, "The code is unknown, was used, or has run out, or the verifier does not belong to it."},
	{CodeRateLimited, http.StatusTooManyRequests, "There were too many requests. Retry-After says when to go on."},
	{CodeInternal, http.StatusInternalServerError, "The shop made an error. It was logged under request_id."},
	{CodeRateNotAvailable, http.StatusServiceUnavailable, "There is no rate at which the shop sells at the moment. Send the request again later."},
	{CodePlatformUnreachable, http.StatusServiceUnavailable, "The exchange does not answer. Send the request again later."},
	{CodeUnavailable, http.StatusServiceUnavailable, "The shop cannot answer at the moment. Send the request again later."},
}

func (c Code) says() meaning {
	for _, m := range meanings {
		if m.code == c {
			return m
		}
	}
	return meaning{c, http.StatusInternalServerError, ""}
}

// Schema makes the document list the codes.
func (Code) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: "What is wrong, for programs. New codes may be added.", Examples: []any{string(CodeInvalidAmount)}}
}

// codeOfStatus returns the code of a status that has only one.
func codeOfStatus(status int) Code {
	switch status {
	case http.StatusBadRequest:
		return CodeMalformedJSON
	case http.StatusNotFound:
		return CodeNotFound
	case http.StatusMethodNotAllowed:
		return CodeMethodNotAllowed
	case http.StatusRequestEntityTooLarge:
		return CodeBodyTooLarge
	case http.StatusUnsupportedMediaType:
		return CodeMediaType
	case http.StatusUnprocessableEntity:
		return CodeInvalidValue
	case http.StatusTooManyRequests:
		return CodeRateLimited
	case http.StatusServiceUnavailable:
		return CodeUnavailable
	}
	return CodeInternal
}

// inputCodes are the codes of the problems of fields; those of one field, or of one kind of field, come first.
var inputCodes = []struct {
	problem invalid.Problem
	field   string // the last name of the pointer; empty: any
	code    Code
}{
	{invalid.Unknown, "currency", CodeInvalidCurrency},
	{invalid.Unknown, "coins", CodeInvalidCoin},
	{invalid.Twice, "currency_amount", CodeInvalidAmount},
	{invalid.HTTPS, "image_url", CodeInvalidURL},
	{invalid.HTTPS, "url", CodeInvalidURL},
	{invalid.Public, "", CodeInvalidURL},
	{invalid.Range, "quantity", CodeOutOfRange},
	{invalid.Range, "expires_in", CodeOutOfRange},
	{invalid.Range, "", CodeInvalidAmount},
	{invalid.HTTPS, "", CodeURLNotAllowed},
	{invalid.Origin, "", CodeURLNotAllowed},
	{invalid.Missing, "", CodeMissing},
	{invalid.TooLong, "", CodeTooLong},
	{invalid.Characters, "", CodeInvalidCharacters},
	{invalid.Unknown, "", CodeInvalidValue},
	{invalid.Twice, "", CodeDuplicate},
	{invalid.Number, "", CodeInvalidAmount},
	{invalid.Digits, "", CodeInvalidAmount},
	{invalid.Amount, "", CodeInvalidAmount},
	{invalid.Negative, "", CodeInvalidAmount},
	{invalid.Mismatch, "", CodeAmountMismatch},
	{invalid.Email, "", CodeInvalidEmail},
	{invalid.PayerUID, "", CodeInvalidValue},
}

// faultsOf returns the problems of fields by JSON pointer, in the order of these.
func faultsOf(problems invalid.Problems) []Fault {
	var list []Fault
	for _, field := range slices.Sorted(maps.Keys(problems)) {
		list = append(list, fault(codeOf(problems[field], fieldName(field)), field))
	}
	return list
}

func codeOf(p invalid.Problem, field string) Code {
	for _, row := range inputCodes {
		if row.problem == p && (row.field == "" || row.field == field) {
			return row.code
		}
	}
	return CodeInvalidValue
}
