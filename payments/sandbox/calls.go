package sandbox

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

// Names of the calls, which are the last parts of their addresses. Faults and traffic use these names.
const (
	callCreate      = "createThirdOrder"
	callOrderDetail = "orderDetail"
	callReference   = "getReferenceOrder"
	callStatement   = "merchantBillingDay"
	callCancel      = "cancelOrder"
	callRefund      = "refundOrder"
	callToken       = "token"
	callRefresh     = "refreshToken"
)

// refusal is an answer with a code other than 0. why is added to the documented text of the code in msg, so that developers need not guess as
// with the real platform.
type refusal struct {
	code opay.Code
	why  string
}

func (r *refusal) Error() string { return string(r.code) + " " + r.msg() }

func (r *refusal) msg() string {
	if r.why == "" {
		return r.code.Text()
	}
	return r.code.Text() + ": " + r.why
}

func refuse(code opay.Code, why string) error { return &refusal{code, why} }

// reply is the answer to a successful call. An empty one has neither data nor sign.
type reply struct {
	fields   []jsonField
	about    *Order                     // the order that describe was called for, or nil
	describe func(o *Order) []jsonField // the answer as it would be for another order
	early    []string                   // ids of callbacks to send before the answer
}

func replyAbout(o *Order, describe func(*Order) []jsonField) reply {
	return reply{fields: describe(o), about: o, describe: describe}
}

// request is a call whose envelope was opened.
type request struct {
	app    *App
	base   string // public address of the sandbox
	data   opay.Object
	struck []Fault
}

// callFunc carries out a call. The error is a *refusal.
type callFunc func(k *core, r request) (reply, error)

// text returns a member of the data, "" if it is absent.
func (r request) text(name string) string {
	text, _ := r.data.Text(name)
	return text
}

// needs refuses a request that lacks one of the members or has it empty.
func (r request) needs(names ...string) error {
	if err := r.data.Exact(names...); err != nil {
		return refuse(opay.CodeParameterError, "a name is written in another case")
	}
	for _, name := range names {
		if r.text(name) == "" {
			return refuse(opay.CodeParameterError, name+" is missing")
		}
	}
	return nil
}

// needsOwn is needs for the application's own appKey and another member.
func (r request) needsOwn(name string) error {
	if err := r.needs("appKey", name); err != nil {
		return err
	}
	if r.text("appKey") != r.app.AppID {
		return refuse(opay.CodeAppKeyIllegal, "appKey differs from app_id")
	}
	return nil
}

var (
	idForm    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	assetForm = regexp.MustCompile(`^[0-9]{1,12}$`)
)

// newOrder makes the checks that createThirdOrder and refundOrder share, and returns the new order.
func (k *core) newOrder(r request, kind OrderType) (*Order, error) {
	if !idForm.MatchString(r.text("appOrderId")) {
		return nil, refuse(opay.CodeParameterError, "appOrderId must be 1 to 64 letters, digits, _ or -")
	}
	coin, ok := k.cfg.coin(r.text("payCoinSymbol"))
	if !ok {
		return nil, refuse(opay.CodeCurrencyUnsupported, "payCoinSymbol must be one of the platform's coins, in upper case")
	}
	amount, err := parseDecimal(r.text("orderAmount"))
	switch {
	case err != nil:
		return nil, refuse(opay.CodeIllegalAmount, "orderAmount must be decimal text without sign or exponent")
	case amount.IsZero():
		return nil, refuse(opay.CodeIllegalAmount, "orderAmount is zero")
	case !fits(amount, coin.Precision):
		return nil, refuse(opay.CodeIllegalAmount, coin.Symbol+" has "+strconv.Itoa(coin.Precision)+" fraction digits")
	}
	if err := k.checkScene(r.text("orderSceneType")); err != nil {
		return nil, err
	}
	user, err := k.payer(r)
	if err != nil {
		return nil, err
	}
	if _, exists := k.book.byRef[orderRef{r.app.AppID, r.text("appOrderId")}]; exists {
		return nil, refuse(opay.CodeOrderExists, "appOrderId was used before")
	}
	if r.app.Frozen {
		return nil, refuse(opay.CodeMerchantUnavailable, "")
	}
	if k.book.full(k.cfg.MaxOrders) {
		return nil, refuse(opay.CodeTooOften, "the sandbox holds no more pending orders")
	}
	return &Order{
		AppID: r.app.AppID, AppOrderID: r.text("appOrderId"), Type: kind, UID: user.UID, Amount: opay.Amount(r.text("orderAmount")),
		Coin: coin.Symbol, Scene: r.text("orderSceneType"), CreatedAt: k.now,
	}, nil
}

func (k *core) checkScene(scene string) error {
	if scene == "" {
		return nil
	}
	if !sceneForm.MatchString(scene) {
		return refuse(opay.CodeIllegalSceneType, "orderSceneType is not a number")
	}
	if len(k.cfg.SceneTypes) > 0 && !slices.Contains(k.cfg.SceneTypes, scene) {
		return refuse(opay.CodeIllegalSceneType, "orderSceneType was not agreed")
	}
	return nil
}

// payer returns the user that a request names. openId takes precedence (platform/api.md §3.1).
func (k *core) payer(r request) (*User, error) {
	openID, uid, token := r.text("openId"), r.text("userId"), r.text("token")
	var user *User
	var ok bool
	switch {
	case openID != "":
		if user, ok = k.userByOpenID(r.app.AppID, openID); !ok {
			return nil, refuse(opay.CodeOpenIDInvalid, "")
		}
	case uid != "":
		if user, ok = k.users[uid]; !ok {
			return nil, refuse(opay.CodeIllegalPayer, "no user has this userId")
		}
	default:
		return nil, refuse(opay.CodeParameterError, "openId or userId is missing")
	}
	if user.Frozen {
		return nil, refuse(opay.CodeIllegalPayer, "the payer's account is frozen")
	}
	if token != "" && !k.tokenGood(r.app.AppID, user.UID, token) {
		return nil, refuse(opay.CodeTokenInvalid, "")
	}
	return user, nil
}

func createThirdOrder(k *core, r request) (reply, error) {
	if err := r.needs("appOrderId", "orderAmount", "payCoinSymbol", "returnPage", "notifyPage"); err != nil {
		return reply{}, err
	}
	if _, err := k.cfg.returnAddress(r.text("returnPage")); err != nil {
		return reply{}, refuse(opay.CodeParameterError, "returnPage must be an https address (http on loopback)")
	}
	if _, err := parseAddress(r.text("notifyPage")); err != nil {
		return reply{}, refuse(opay.CodeParameterError, "notifyPage must be an http or https address")
	}
	goods, err := parseGoods(r)
	if err != nil {
		return reply{}, err
	}
	o, err := k.newOrder(r, TypePayment)
	if err != nil {
		return reply{}, err
	}
	if k.cfg.BalanceFirst && k.ledger.balance(userAccount(o.UID), o.Coin).LessThan(o.value()) {
		return reply{}, refuse(opay.CodeInsufficientBalance, "")
	}
	_, hex := find(r.struck, FaultHexOrderNum)
	o.OrderNum = k.nextOrderNum(hex)
	o.ReturnPage, o.NotifyPage, o.Goods = r.text("returnPage"), r.text("notifyPage"), goods
	o.change(opay.StatusPending, k.now, byMerchant)
	k.insert(o)
	answer := replyAbout(o, k.describeCreated(r.base))
	answer.early = k.created(o)
	return answer, nil
}

// parseGoods parses the goods of a request. If they are not valid JSON, it refuses the whole order (platform/api.md §3.1).
func parseGoods(r request) ([]opay.Goods, error) {
	text, isText := r.data.Text("goods")
	switch {
	case !isText && slices.Contains(r.data.Names(), "goods"):
		return nil, refuse(opay.CodeParameterError, "goods is not a text")
	case text == "":
		return nil, nil
	}
	goods, err := opay.ParseGoods(text)
	if err != nil {
		return nil, refuse(opay.CodeParameterError, "goods is not a JSON array of name and desc")
	}
	return goods, nil
}

// describeCreated returns a function that describes a new order, with the address of its pay page if the profile wants it.
func (k *core) describeCreated(base string) func(*Order) []jsonField {
	if k.cfg.Profile.PayLink != opay.PayLinkAnswer {
		return describeNumber
	}
	return func(o *Order) []jsonField {
		return append(describeNumber(o), textField("payUrl", base+h5Path+"?orderNum="+o.OrderNum+"&from=api"))
	}
}

func describeNumber(o *Order) []jsonField { return []jsonField{textField("orderNum", o.OrderNum)} }

func refundOrder(k *core, r request) (reply, error) {
	if err := r.needs("appOrderId", "orderAmount", "payCoinSymbol"); err != nil {
		return reply{}, err
	}
	if asset := r.text("assetType"); asset != "" && asset != "201" {
		if !assetForm.MatchString(asset) {
			return reply{}, refuse(opay.CodeParameterError, "assetType is not a number")
		}
		return reply{}, refuse(opay.CodeAccountTypeUnsupported, "the sandbox has 201, the normal balance, only")
	}
	o, err := k.newOrder(r, TypeTransfer)
	if err != nil {
		return reply{}, err
	}
	if err := k.ledger.move(merchantAccount(o.AppID), userAccount(o.UID), o.Coin, o.value()); err != nil {
		return reply{}, refuse(opay.CodeInsufficientBalance, "the merchant's account has less")
	}
	o.OrderNum = k.nextOrderNum(false)
	o.change(opay.StatusPaid, k.now, byMerchant)
	k.insert(o)
	return replyAbout(o, describeNumber), nil
}

func orderDetail(k *core, r request) (reply, error) {
	if err := r.needsOwn("orderNum"); err != nil {
		return reply{}, err
	}
	o, ok := k.order(r.app.AppID, r.text("orderNum"))
	if !ok {
		return reply{}, refuse(opay.CodeOrderNotFound, "")
	}
	if token := r.text("token"); token != "" && !k.tokenGood(r.app.AppID, o.UID, token) {
		return reply{}, refuse(opay.CodeTokenInvalid, "")
	}
	return replyAbout(o, k.describer(r)), nil
}

// describer returns a function that writes all members of orderDetail as in the platform's sample, changed by the faults that struck.
func (k *core) describer(r request) func(*Order) []jsonField {
	_, stale := find(r.struck, FaultStale)
	return func(o *Order) []jsonField {
		status := o.Status
		if stale {
			status = o.before()
		}
		coin, _ := k.cfg.coin(o.Coin)
		owner := userAccount(o.UID)
		way, java := k.javaWay(r.struck, FaultJavaAmount, o)
		var accounts [][]byte
		for _, symbol := range k.ledger.coins(owner) {
			balance := numberField("accountBalance", k.ledger.balance(owner, symbol).String())
			if java {
				balance.value = javaNumber(string(balance.value), way)
			}
			accounts = append(accounts, encodeObject(textField("accountName", symbol), intField("accountType", 202001), balance))
		}
		amount := textField("orderAmount", k.paddedAmount(o, coin))
		if java {
			amount.value = javaNumber(string(o.Amount), way)
		}
		return []jsonField{
			{"totalAccount", encodeArray(accounts)},
			intField("googleStatus", 1),
			textField("appOrderId", o.AppOrderID),
			textField("orderNum", o.OrderNum),
			textField("orderStatus", string(status)),
			numberField("userId", o.UID),
			textField("isOpenMobileCheck", "1"),
			amount,
			textField("payCoinSymbol", strings.ToLower(o.Coin)),
			textField("ctime", strconv.FormatInt(o.CreatedAt.UnixMilli(), 10)),
			textField("appKey", o.AppID),
			textField("showPrecision", strconv.Itoa(coin.Precision)),
		}
	}
}

// paddedAmount returns the amount as the merchant wrote it or, for some orders, the same number with all digits of the coin.
func (k *core) paddedAmount(o *Order, coin Coin) string {
	if coin.Precision == 0 || k.seed.below(4, "padded", o.place()) != 0 {
		return string(o.Amount)
	}
	return o.value().StringFixed(int32(coin.Precision)) //nolint:gosec // the configuration allows at most scale
}

func getReferenceOrder(k *core, r request) (reply, error) {
	if k.cfg.Reference == ReferenceRefused {
		return reply{}, refuse(opay.CodeInvalidResource, "")
	}
	if err := r.needsOwn("appOrderId"); err != nil {
		return reply{}, err
	}
	o, ok := k.book.byRef[orderRef{r.app.AppID, r.text("appOrderId")}]
	if !ok {
		return reply{}, refuse(opay.CodeOrderNotFound, "")
	}
	// Some platforms answer with the number only, others with everything (platform/api.md §3.9).
	if k.seed.below(2, "reference", o.place()) == 0 {
		return replyAbout(o, describeNumber), nil
	}
	return replyAbout(o, k.describer(r)), nil
}

func cancelOrder(k *core, r request) (reply, error) {
	if err := r.needs("orderNum"); err != nil {
		return reply{}, err
	}
	o, ok := k.order(r.app.AppID, r.text("orderNum"))
	if !ok {
		return reply{}, refuse(opay.CodeOrderNotFound, "")
	}
	if err := k.end(o, opay.StatusClosed, byMerchant); err != nil {
		return reply{}, refuse(opay.CodeOrderStatusException, "the order is "+o.Status.String())
	}
	return reply{}, nil
}
