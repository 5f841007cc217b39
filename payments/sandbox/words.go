package sandbox

import (
	"strconv"
	"strings"

	"coincart/payments/opay"
)

// words are the texts of the payer's pages in one language. The console and the API speak English only.
type words struct {
	lang string // of the document

	brand, ribbon, ribbonShort string

	payTitle, payTo, orderNumber, merchantRef, goods, noGoods, amount, total    string
	payer, uid, balance, remaining, payWith                                     string
	payButton, closeButton, failButton, leave, back, simulate, simulateWhy      string
	secure, notEnough, frozen, usedForm                                         string
	paidTitle, paidText, closedTitle, closedText, failedTitle, failedText       string
	refusedTitle, wrongPayer, noPayer, noOrder, signInAgain, badRedirect, noApp string
	methodBad, errorCode                                                        string
	loginTitle, loginLead, choose, consentTitle, consentID, consentPay          string
	consentNot, allow, decline, frozenUser, chooseOne, signInTo, noRealAccount  string
}

func english() words {
	return words{
		lang:  "en",
		brand: "Sandbox Exchange", ribbon: "Sandbox – no real money moves here", ribbonShort: "Sandbox",
		payTitle: "Confirm payment", payTo: "Pay to", orderNumber: "Order number", merchantRef: "Merchant order ID", goods: "Items",
		noGoods: "No description from the merchant.", amount: "Amount", total: "Amount to pay",
		payer: "Pay from", uid: "UID", balance: "Available", remaining: "After payment", payWith: "Coin",
		payButton: "Pay", closeButton: "Cancel order", failButton: "Simulate failed payment", leave: "Leave without paying",
		back: "Back to the merchant", simulate: "Sandbox only", simulateWhy: "End the order in another way to see how the merchant handles it.",
		secure:    "The amount goes to the merchant as soon as you confirm.",
		notEnough: "Insufficient balance for this payment.", frozen: "This account is frozen and cannot pay.",
		usedForm:  "This form has expired or was already used. Please check and confirm again.",
		paidTitle: "Payment complete", paidText: "The amount was transferred to the merchant.",
		closedTitle: "Order closed", closedText: "Nothing was charged, and this order can no longer be paid.",
		failedTitle: "Payment failed", failedText: "You were not charged. Start again at the merchant.",
		refusedTitle: "Payment not available", wrongPayer: "This order belongs to another account. Open it with the account it was created for.",
		noPayer: "The link contains neither openId nor userId, so the payer is unknown.", noOrder: "There is no such order at this merchant.",
		signInAgain: "The authorisation is no longer valid. Sign in again at the merchant.", badRedirect: "The return address is not registered for this merchant.",
		noApp: "There is no such merchant.", methodBad: "Open this page from a link or submit its own form.", errorCode: "Code",
		loginTitle: "Sign in", loginLead: "wants to connect to your account", choose: "Choose an account", consentTitle: "The merchant will be able to",
		consentID: "recognise this account (openId)", consentPay: "ask you to confirm payments from it",
		consentNot: "It cannot make payments by itself and never sees your password.", allow: "Sign in and allow", decline: "Decline",
		frozenUser: "frozen", chooseOne: "Please choose an account.", signInTo: "Sign in to", noRealAccount: "These are demo accounts. No password is needed.",
	}
}

func chinese() words {
	return words{
		lang:  "zh-Hans",
		brand: "沙箱交易平台", ribbon: "沙箱环境，不涉及真实资金", ribbonShort: "沙箱",
		payTitle: "确认付款", payTo: "收款方", orderNumber: "订单号", merchantRef: "商户订单号", goods: "商品",
		noGoods: "商户未提供商品说明。", amount: "金额", total: "应付金额",
		payer: "付款账户", uid: "UID", balance: "可用余额", remaining: "付款后余额", payWith: "币种",
		payButton: "支付", closeButton: "取消订单", failButton: "模拟付款失败", leave: "暂不付款，返回商户",
		back: "返回商户", simulate: "仅限沙箱", simulateWhy: "以其他方式结束订单，查看商户如何处理。",
		secure:    "确认后，款项将立即转给商户。",
		notEnough: "余额不足，无法完成此次付款。", frozen: "该账户已被冻结，无法付款。",
		usedForm:  "页面已提交过或已过期，请核对后再次确认。",
		paidTitle: "付款成功", paidText: "款项已转给商户。",
		closedTitle: "订单已关闭", closedText: "未产生任何扣款，该订单也无法再付款。",
		failedTitle: "付款失败", failedText: "未产生扣款，请返回商户重新付款。",
		refusedTitle: "无法付款", wrongPayer: "该订单属于其他账户，请使用下单时的账户打开。",
		noPayer: "链接中既没有 openId 也没有 userId，无法确定付款人。", noOrder: "该商户没有此订单。",
		signInAgain: "授权已失效，请返回商户页面重新登录。", badRedirect: "返回地址未在该商户名下登记。",
		noApp: "该商户不存在。", methodBad: "请通过链接打开本页，或提交本页自带的表单。", errorCode: "代码",
		loginTitle: "登录", loginLead: "申请连接您的账户", choose: "选择账户", consentTitle: "商户将可以",
		consentID: "识别此账户（openId）", consentPay: "请求您确认付款",
		consentNot: "商户无法自行扣款，也看不到您的密码。", allow: "登录并授权", decline: "拒绝",
		frozenUser: "已冻结", chooseOne: "请选择一个账户。", signInTo: "登录到", noRealAccount: "以下均为演示账户，无需密码。",
	}
}

// wordsFor chooses the language that the browser likes better of the two.
func wordsFor(acceptLanguage string) words {
	best, bestQ := "en", -1
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		lang, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if q := quality(params); (lang == "en" || lang == "zh") && q > bestQ && q > 0 {
			best, bestQ = lang, q
		}
	}
	if best == "zh" {
		return chinese()
	}
	return english()
}

// quality is a language's q in thousandths.
func quality(params string) int {
	text, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
	if !found {
		return 1000
	}
	integer, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(integer + (fraction + "000")[:3])
	if err != nil || n < 0 || n > 1000 {
		return 0
	}
	return n
}

// outcome names a settled order's state.
func (w words) outcome(status opay.Status) (title, text string) {
	switch status {
	case opay.StatusPaid:
		return w.paidTitle, w.paidText
	case opay.StatusFailed:
		return w.failedTitle, w.failedText
	case opay.StatusClosed:
		return w.closedTitle, w.closedText
	case opay.StatusPending:
		return w.payTitle, ""
	default:
		return string(status), ""
	}
}
