package opay

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

// Text returns the meaning of the code in the document's words, or "undocumented
// code".
func (c Code) Text() string {
	if text := c.text(); text != "" {
		return text
	}
	return "undocumented code"
}

// Known reports whether the code is documented.
func (c Code) Known() bool { return c.text() != "" }

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

func (c Code) text() string {
	switch c {
	case CodeOK:
		return "success"
	case CodeSystemException:
		return "system exception"
	case CodeSliderCheck:
		return "slider check failed"
	case CodeSMSNotSent:
		return "SMS not sent"
	case CodeTooOften:
		return "too often, try later"
	case CodeMessageCodeWrong:
		return "SMS or e-mail code wrong"
	case CodeAuthenticatorCodeWrong:
		return "authenticator code wrong"
	case CodeOperationFailed:
		return "operation failed"
	case CodeParameterError:
		return "parameter error"
	case CodeMethodUnsupported, CodeAppKeyIllegal, CodeRedirectURLMismatch, CodePermissionGroupMissing, CodeAppKeyUnknown,
		CodeSignatureError, CodeEmptyResource, CodeInvalidResource, CodeInvalidItemPrefix, CodeRequestTimeout,
		CodeIllegalTime, CodeNetworkError, CodeNoPermission, CodeTrafficLimit, CodeAccountTypeUnsupported:
		return c.requestText()
	case CodeRefreshTokenInvalid:
		return "refresh token invalid"
	case CodeTokenInvalid:
		return "token invalid"
	case CodeCodeUsed:
		return "code already used"
	case CodeOpenIDInvalid:
		return "openId invalid"
	case CodeOrderNotFound:
		return "order does not exist"
	case CodeOrderExists:
		return "order already exists"
	case CodeOrderStatusException:
		return "order status exception"
	case CodeIllegalPayer:
		return "illegal payer"
	case CodeMerchantUnavailable:
		return "merchant account unavailable"
	case CodeInsufficientBalance:
		return "insufficient balance"
	case CodeCurrencyUnsupported:
		return "currency unsupported"
	case CodeIllegalAmount:
		return "illegal amount"
	case CodeIllegalSceneType:
		return "illegal scene type"
	default:
		return ""
	}
}

// requestText returns the meaning of the codes 50000 to 50014: faults of the
// request itself or of the application.
func (c Code) requestText() string {
	switch c { //nolint:exhaustive // the 50000s only, see text
	case CodeMethodUnsupported:
		return "method or content type unsupported"
	case CodeAppKeyIllegal:
		return "appKey illegal"
	case CodeRedirectURLMismatch:
		return "redirect URL differs from the merchant's setting"
	case CodePermissionGroupMissing:
		return "permission group missing"
	case CodeAppKeyUnknown:
		return "appKey does not exist"
	case CodeSignatureError:
		return "signature error"
	case CodeEmptyResource:
		return "empty resource"
	case CodeInvalidResource:
		return "invalid resource"
	case CodeInvalidItemPrefix:
		return "invalid item prefix"
	case CodeRequestTimeout:
		return "request timeout"
	case CodeIllegalTime:
		return "illegal request time"
	case CodeNetworkError:
		return "network error"
	case CodeNoPermission:
		return "no permission"
	case CodeTrafficLimit:
		return "daily traffic limit reached"
	case CodeAccountTypeUnsupported:
		return "account type unsupported"
	default:
		return ""
	}
}
