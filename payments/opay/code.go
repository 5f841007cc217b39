package opay

import "cmp"

// Code is a result code of the platform (platform/api.md §4).
type Code string

// The documented codes.
const (
	CodeOK                     Code = "0"
	CodeSystemException        Code = "10001"
	CodeSliderCheck            Code = "10003"
	CodeSMSNotSent             Code = "10004"
	CodeTooOften               Code = "10005"
	CodeMessageCodeWrong       Code = "10009"
	CodeAuthenticatorCodeWrong Code = "10010"
	CodeOperationFailed        Code = "10015"
	CodeParameterError         Code = "10020"
	CodeMethodUnsupported      Code = "50000"
	CodeAppKeyIllegal          Code = "50001"
	CodeRedirectURLMismatch    Code = "50002"
	CodePermissionGroupMissing Code = "50003"
	CodeAppKeyUnknown          Code = "50004"
	CodeSignatureError         Code = "50005"
	CodeEmptyResource          Code = "50006"
	CodeInvalidResource        Code = "50007"
	CodeInvalidItemPrefix      Code = "50008"
	CodeRequestTimeout         Code = "50009"
	CodeIllegalTime            Code = "50010"
	CodeNetworkError           Code = "50011"
	CodeNoPermission           Code = "50012"
	CodeTrafficLimit           Code = "50013"
	CodeAccountTypeUnsupported Code = "50014"
	CodeRefreshTokenInvalid    Code = "60001"
	CodeTokenInvalid           Code = "60002"
	CodeCodeUsed               Code = "60003"
	CodeOpenIDInvalid          Code = "60004"
	CodeOrderNotFound          Code = "70001"
	CodeOrderExists            Code = "70002" // on a repeated create: an earlier one was accepted
	CodeOrderStatusException   Code = "70003"
	CodeIllegalPayer           Code = "70004"
	CodeMerchantUnavailable    Code = "70005"
	CodeInsufficientBalance    Code = "70006"
	CodeCurrencyUnsupported    Code = "70007"
	CodeIllegalAmount          Code = "70008"
	CodeIllegalSceneType       Code = "70009"
)

// codeTexts are the meanings of the documented codes, in the document's words.
var codeTexts = map[Code]string{
	CodeOK:                     "success",
	CodeSystemException:        "system exception",
	CodeSliderCheck:            "slider check failed",
	CodeSMSNotSent:             "SMS not sent",
	CodeTooOften:               "too often, try later",
	CodeMessageCodeWrong:       "SMS or e-mail code wrong",
	CodeAuthenticatorCodeWrong: "authenticator code wrong",
	CodeOperationFailed:        "operation failed",
	CodeParameterError:         "parameter error",
	CodeMethodUnsupported:      "method or content type unsupported",
	CodeAppKeyIllegal:          "appKey illegal",
	CodeRedirectURLMismatch:    "redirect URL differs from the merchant's setting",
	CodePermissionGroupMissing: "permission group missing",
	CodeAppKeyUnknown:          "appKey does not exist",
	CodeSignatureError:         "signature error",
	CodeEmptyResource:          "empty resource",
	CodeInvalidResource:        "invalid resource",
	CodeInvalidItemPrefix:      "invalid item prefix",
	CodeRequestTimeout:         "request timeout",
	CodeIllegalTime:            "illegal request time",
	CodeNetworkError:           "network error",
	CodeNoPermission:           "no permission",
	CodeTrafficLimit:           "daily traffic limit reached",
	CodeAccountTypeUnsupported: "account type unsupported",
	CodeRefreshTokenInvalid:    "refresh token invalid",
	CodeTokenInvalid:           "token invalid",
	CodeCodeUsed:               "code already used",
	CodeOpenIDInvalid:          "openId invalid",
	CodeOrderNotFound:          "order does not exist",
	CodeOrderExists:            "order already exists",
	CodeOrderStatusException:   "order status exception",
	CodeIllegalPayer:           "illegal payer",
	CodeMerchantUnavailable:    "merchant account unavailable",
	CodeInsufficientBalance:    "insufficient balance",
	CodeCurrencyUnsupported:    "currency unsupported",
	CodeIllegalAmount:          "illegal amount",
	CodeIllegalSceneType:       "illegal scene type",
}

// Text returns the meaning of the code in the document's words, or "undocumented
// code".
func (c Code) Text() string {
	return cmp.Or(codeTexts[c], "undocumented code")
}

// Known reports whether the code is documented.
func (c Code) Known() bool { return codeTexts[c] != "" }

// Retryable reports whether the platform may answer differently a moment later
// (platform/api.md §4). Reads and cancellations may then be repeated freely, a
// create only with the same appOrderId.
func (c Code) Retryable() bool {
	switch c { //nolint:exhaustive // the others are final
	case CodeSystemException, CodeTooOften, CodeRequestTimeout, CodeNetworkError:
		return true
	default:
		return false
	}
}
