package opay_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// statementLine returns a line as the platform writes it. amount is raw JSON.
func statementLine(ref, amount string) string {
	return `{"merchantUserId":23000,"appOrderId":"` + ref + `","payCoinSymbol":"btc","orderAmount":` + amount +
		`,"orderType":1,"userId":230000,"openId":"2ae04ed9165624419bad68e9e0f3f29fbd","createTime":"1715310032123","payTime":1715310099456}`
}

func statement(count int, lines ...string) string {
	return `{"count":` + strconv.Itoa(count) + `,"list":[` + strings.Join(lines, ",") + `]}`
}

func TestStatement_OnePage(t *testing.T) {
	p, client := newClient(t)
	plain := statement(2, statementLine("11321", "10"), statementLine("R-11321", "0.00000001"))
	p.on(opay.PathStatement, p.success(plain))
	page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20", OrderType: opay.OrderTypePayment, Page: 1, PageSize: 200})
	noError(t, err)
	equal(t, page.Count, 2, "count")
	equal(t, string(page.Raw), plain, "raw")
	equal(t, len(page.Lines), 2, "lines")
	equal(t, page.Lines[0], opay.StatementLine{
		AppOrderID: "11321", OrderType: "1", Amount: "10", Coin: "BTC", UserID: "230000", MerchantUserID: "23000",
		CreatedAt: time.UnixMilli(1715310032123).UTC(), PaidAt: time.UnixMilli(1715310099456).UTC(),
	}, "first line")
	equal(t, page.Lines[1].Amount, "0.00000001", "small amount as written")
	got := p.last().object
	equal(t, strings.Join(got.Names(), ","), "nonce,orderType,day,pageNum,pageSize", "members sent")
	equal(t, text(got, "day")+" "+text(got, "pageNum")+" "+text(got, "pageSize"), "2026-11-20 1 200", "asked")

	_, err = client.Statement(t.Context(), opay.StatementRequest{})
	noError(t, err)
	equal(t, strings.Join(p.last().object.Names(), ","), "nonce", "nothing asked for, nothing sent")
}

func TestStatement_EmptyDay(t *testing.T) {
	p, client := newClient(t)
	for _, plain := range []string{`{"count":0,"list":[]}`, `{"count":"0","list":null}`, `{"count":0}`} {
		p.on(opay.PathStatement, p.success(plain))
		page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20"})
		noError(t, err)
		equal(t, page.Count+len(page.Lines), 0, "lines")
	}
}

// Each line is what Java may print for the same record.
func TestStatement_EveryFormOfTheSameLine(t *testing.T) {
	p, client := newClient(t)
	want := opay.StatementLine{
		AppOrderID: "11321", OrderType: "11", Amount: "100", Coin: "BTC", UserID: "230000", MerchantUserID: "23000",
		CreatedAt: time.UnixMilli(1715310032123).UTC(), PaidAt: time.UnixMilli(1715310099456).UTC(),
	}
	lines := []string{
		`{"merchantUserId":23000,"appOrderId":"11321","payCoinSymbol":"btc","orderAmount":100,"orderType":11,"userId":230000,"createTime":1715310032123,"payTime":1715310099456}`,
		`{"merchantUserId":"23000","appOrderId":"11321","payCoinSymbol":"BTC","orderAmount":"100.00","orderType":"11","userId":"230000","createTime":"1715310032123","payTime":"1715310099456"}`,
		`{"merchantUserId":2.3E+4,"appOrderId":11321,"payCoinSymbol":"BTC","orderAmount":1E+2,"orderType":1.1E1,"userId":230000.0,"createTime":1.715310032123E12,"payTime":1.715310099456E12}`,
		`{"merchantUserId":23000,"appOrderId":11321.0,"payCoinSymbol":"Btc","orderAmount":"1.0E2","orderType":"011","userId":230000,"createTime":1715310032123.0,"payTime":"01715310099456"}`,
		`{"merchantUserId":23000,"appOrderId":"11321","payCoinSymbol":"btc","orderAmount":"0000100.000000000000000000000000","orderType":11.0,"userId":230000,"createTime":1715310032123,"payTime":1715310099456}`,
	}
	for _, count := range []string{"5", `"5"`, "5.0", `"05"`, "0.5E1"} {
		p.on(opay.PathStatement, p.success(`{"count":`+count+`,"list":[`+strings.Join(lines, ",")+`]}`))
		page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20"})
		noError(t, err)
		equal(t, page.Count, 5, "count")
		equal(t, len(page.Unreadable), 0, "unreadable lines")
		equal(t, len(page.Lines), 5, "lines")
		for _, line := range page.Lines {
			equal(t, line, want, "line")
		}
	}
}

func TestStatement_UnreadableLineCostsOnlyItself(t *testing.T) {
	p, client := newClient(t)
	const openID = "2ae04ed9165624419bad68e9e0f3f29fbd"
	good := statementLine("1", "10")
	for name, c := range map[string]struct{ line, member, says, id string }{
		"negative":          {statementLine("2", "-1"), "orderAmount", "below zero", "2"},
		"too large":         {statementLine("2", "1E18"), "orderAmount", "before the point", "2"},
		"19 decimals":       {statementLine("2", "1E-19"), "orderAmount", "after the point", "2"},
		"amount in words":   {statementLine("2", `"ten"`), "orderAmount", "no number", "2"},
		"amount null":       {statementLine("2", "null"), "orderAmount", "missing", "2"},
		"amount as a list":  {statementLine("2", "[1]"), "orderAmount", "malformed", "2"},
		"capital amount":    {change(statementLine("2", "1"), `"orderAmount"`, `"ORDERAMOUNT"`), "orderAmount", "case", "2"},
		"amount twice":      {change(statementLine("2", "1"), `"userId"`, `"orderAmount"`), "line", "twice", ""},
		"amount in capital": {change(statementLine("2", "1"), `"userId"`, `"ORDERAMOUNT"`), "line", "twice", ""},
		"no id":             {change(statementLine("2", "1"), `"appOrderId"`, `"id"`), "appOrderId", "missing", ""},
		"id with a blank":   {statementLine("a b", "1"), "appOrderId", "malformed", ""},
		"no coin":           {change(statementLine("2", "1"), `"btc"`, `""`), "payCoinSymbol", "missing", "2"},
		"coin, long s":      {change(statementLine("2", "1"), `"btc"`, `"uſdt"`), "payCoinSymbol", "malformed", "2"},
		"no type":           {change(statementLine("2", "1"), `"orderType":1`, `"orderType":"x"`), "orderType", "malformed", "2"},
		"type and a half":   {change(statementLine("2", "1"), `"orderType":1`, `"orderType":1.5`), "orderType", "malformed", "2"},
		"invalid UTF-8":     {change(statementLine("2", "1"), `"userId":230000`, "\"userId\":\"\xff\""), "line", "UTF-8", ""},
		"lone surrogate":    {change(statementLine("2", "1"), `"userId":230000`, `"userId":"\ud800"`), "line", "surrogate", ""},
		"seven levels":      {change(statementLine("2", "1"), `"userId":230000`, `"userId":[[[[1]]]]`), "line", "levels", ""},
		"no object":         {`1`, "line", "object", ""},
		"null":              {`null`, "line", "object", ""},
		"a list":            {`[` + statementLine("2", "1") + `]`, "line", "object", ""},
		"words":             {`"` + openID + `"`, "line", "object", ""},
	} {
		t.Run(name, func(t *testing.T) {
			plain := statement(3, good, c.line, statementLine("3", "1E+2"))
			p.on(opay.PathStatement, p.success(plain))
			page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20"})
			noError(t, err)
			equal(t, page.Count, 3, "count")
			equal(t, page.Size(), 3, "lines on the page")
			equal(t, string(page.Raw), plain, "raw is kept")
			equal(t, len(page.Lines), 2, "readable lines")
			equal(t, page.Lines[0].AppOrderID+" "+string(page.Lines[0].Amount), "1 10", "line before")
			equal(t, page.Lines[1].AppOrderID+" "+string(page.Lines[1].Amount), "3 100", "line after")
			equal(t, len(page.Unreadable), 1, "unreadable lines")
			bad := page.Unreadable[0]
			equal(t, bad.Position, 2, "position")
			equal(t, bad.Member, c.member, "member")
			contains(t, bad.Reason, c.says)
			equal(t, bad.AppOrderID, c.id, "our id")
			equal(t, len(bad.Digest), 64, "digest")
			if c.id != "" {
				contains(t, bad.Text, `"appOrderId": "`+c.id+`"`)
			}
			lacks(t, bad.Text, openID, "the text of the line")
			isError(t, bad.Err(), opay.ErrUnreadableLine)
			contains(t, bad.Err().Error(), "line 2 of the page: "+c.member)
			for _, shown := range append(printed(t, page), printed(t, bad)...) {
				lacks(t, shown, openID, "the page")
			}
			var order []string
			for line, bad := range page.InOrder() {
				if bad != nil {
					order = append(order, "?")
				} else {
					order = append(order, line.AppOrderID)
				}
			}
			equal(t, strings.Join(order, ""), "1?3", "order")
		})
	}
}

func TestStatement_UnreadableLinesAreToldApart(t *testing.T) {
	p, client := newClient(t)
	digests := func(lines ...string) (list []string) {
		p.on(opay.PathStatement, p.success(statement(len(lines), lines...)))
		page, err := client.Statement(t.Context(), opay.StatementRequest{})
		noError(t, err)
		for _, bad := range page.Unreadable {
			list = append(list, bad.Digest)
		}
		equal(t, len(list), len(lines), "unreadable lines")
		return list
	}
	got := digests(statementLine("1", "-1"), statementLine("1", "-2"), strings.ReplaceAll(statementLine("1", "-1"), ",", ", "))
	if got[0] == got[1] {
		t.Error("another amount has the same digest")
	}
	equal(t, got[0], got[2], "digest with other white space")
}

func TestStatement_UnreadablePageKeepsTheReply(t *testing.T) {
	p, client := newClient(t)
	for _, plain := range []string{
		`{}`, `{"list":[]}`, `{"count":1}`, `{"count":-1,"list":[]}`, `{"count":1.5,"list":[]}`, `{"count":1,"list":{}}`, `{"COUNT":0,"list":[]}`, `{"count":0,"list":"x"}`,
		`{"count":1E9,"list":[]}`, `{"count":null,"list":[]}`, `{"count":0,"list":[],"list":[]}`, `{"count":0,"list":[],"LIST":[]}`, `{"count":1,"COUNT":0,"list":[]}`,
		`not JSON`, `[]`, `{"count":0,"list":[]}{}`, `{"count":0,"list":[],"x":"` + "\xff" + `"}`, `{"count":0,"list":[],"` + "\xff" + `":1}`, `{"count":0,"list":[],"x":"\ud800"}`,
		`{"count":0,"list":[` + strings.Repeat("1,", 10_000) + `1]}`, `{"count":0,"list":[],"x":[[[[[[1]]]]]]}`,
	} {
		p.on(opay.PathStatement, p.success(plain))
		page, err := client.Statement(t.Context(), opay.StatementRequest{})
		isError(t, err, opay.ErrUnknownOutcome)
		equal(t, string(page.Raw), plain, "raw is kept")
		equal(t, page.Size(), 0, "lines")
		_, err = collect(t, client, opay.StatementRequest{})
		isError(t, err, opay.ErrUnknownOutcome)
	}
	for name, answer := range map[string]http.HandlerFunc{"refused": refusal(opay.CodeNoPermission, ""), "unsigned": plainAnswer(200, `{"code":"0","data":"AAAA","sign":"AAAA"}`)} {
		p.on(opay.PathStatement, answer)
		page, err := client.Statement(t.Context(), opay.StatementRequest{})
		equal(t, err == nil, false, name)
		equal(t, len(page.Raw), 0, name+": nothing that was verified")
	}
}

func TestStatementLines_GoOnBehindAnUnreadableLine(t *testing.T) {
	p, client := newClient(t)
	lines := []string{statementLine("a", "1"), statementLine("b", "-1"), statementLine("c", "1E0"), "7", statementLine("e", "1")}
	p.on(opay.PathStatement, paging(p, func(int) int { return len(lines) }, lines))
	var got []string
	for line, err := range client.StatementLines(t.Context(), opay.StatementRequest{Day: "2026-11-20", PageSize: 2}) {
		if err != nil {
			isError(t, err, opay.ErrUnreadableLine)
			line.AppOrderID = "?"
		}
		got = append(got, line.AppOrderID)
	}
	equal(t, strings.Join(got, ""), "a?c?e", "lines of three pages")
	_, err := collect(t, client, opay.StatementRequest{Day: "2026-11-20", PageSize: 2})
	isError(t, err, opay.ErrUnreadableLine)
}

func TestStatement_RefusesBadRequestsBeforeSending(t *testing.T) {
	p, client := newClient(t)
	for _, r := range []opay.StatementRequest{
		{Day: "20.11.2026"}, {Day: "2026-02-30"}, {Day: "2026-1-2"}, {OrderType: "2"}, {Page: -1}, {PageSize: -1}, {PageSize: 2001},
	} {
		_, err := client.Statement(t.Context(), r)
		isError(t, err, opay.ErrInvalidRequest)
		if r.Page != 0 {
			continue // the iterator sets the page itself
		}
		_, err = collect(t, client, r)
		isError(t, err, opay.ErrInvalidRequest)
	}
	equal(t, len(p.requests()), 0, "requests sent")
}

// A full page of 2000 lines takes about 2000 blocks, and must be accepted.
func TestStatement_LargestPage(t *testing.T) {
	p, client := newClient(t, func(c *opay.Config) { c.Timeout = time.Minute })
	lines := make([]string, opay.MaxPageSize)
	for i := range lines {
		lines[i] = statementLine(fmt.Sprintf("%026d", i), "123456.00000001")
	}
	p.on(opay.PathStatement, p.success(statement(len(lines), lines...)))
	page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20", Page: 1})
	noError(t, err)
	equal(t, len(page.Lines), 2000, "lines")
	equal(t, page.Lines[1999].AppOrderID, fmt.Sprintf("%026d", 1999), "last line")
}

// paging serves lines by pageNum and pageSize as the platform does.
func paging(p *platform, total func(page int) int, lines []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := p.last().object
		page, errPage := strconv.Atoi(text(asked, "pageNum"))
		size, errSize := strconv.Atoi(text(asked, "pageSize"))
		if errPage != nil || errSize != nil {
			p.tb.Error("the iterator must name page and size")
		}
		from := min((page-1)*size, len(lines))
		to := min(from+size, len(lines))
		p.success(statement(total(page), lines[from:to]...))(w, r)
	}
}

func collect(tb testing.TB, client *opay.Client, r opay.StatementRequest) ([]string, error) {
	tb.Helper()
	var refs []string
	for line, err := range client.StatementLines(tb.Context(), r) {
		if err != nil {
			return refs, err
		}
		refs = append(refs, line.AppOrderID)
	}
	return refs, nil
}

func TestStatementLines_ReadsEveryPageOnce(t *testing.T) {
	p, client := newClient(t)
	for _, total := range []int{0, 1, 2, 3, 4, 5, 6, 7} {
		lines := make([]string, total)
		var want []string
		for i := range lines {
			lines[i] = statementLine("ref-"+strconv.Itoa(i), "1")
			want = append(want, "ref-"+strconv.Itoa(i))
		}
		before := len(p.requests())
		p.on(opay.PathStatement, paging(p, func(int) int { return total }, lines))
		got, err := collect(t, client, opay.StatementRequest{Day: "2026-11-20", PageSize: 3, Page: 9})
		noError(t, err)
		equal(t, strings.Join(got, ","), strings.Join(want, ","), "lines of "+strconv.Itoa(total))
		equal(t, len(p.requests())-before, max(1, (total+2)/3), "requests for "+strconv.Itoa(total))
	}
}

func TestStatementLines_DefaultPageAndEarlyBreak(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathStatement, paging(p, func(int) int { return 2 }, []string{statementLine("a", "1"), statementLine("b", "1")}))
	for line, err := range client.StatementLines(t.Context(), opay.StatementRequest{Day: "2026-11-20"}) {
		noError(t, err)
		equal(t, line.AppOrderID, "a", "first line")
		break
	}
	equal(t, text(p.last().object, "pageSize"), "2000", "page size")
}

func TestStatementLines_ShiftIsFound(t *testing.T) {
	p, client := newClient(t)
	lines := make([]string, 7)
	for i := range lines {
		lines[i] = statementLine("ref-"+strconv.Itoa(i), "1")
	}
	for name, total := range map[string]func(int) int{
		"one more record meanwhile": func(page int) int { return 6 + page },
		"fewer than counted":        func(int) int { return 8 },
		"more than counted":         func(int) int { return 5 },
	} {
		t.Run(name, func(t *testing.T) {
			p.on(opay.PathStatement, paging(p, total, lines))
			_, err := collect(t, client, opay.StatementRequest{Day: "2026-11-20", PageSize: 3})
			isError(t, err, opay.ErrStatementShifted)
			isNotError(t, err, opay.ErrUnknownOutcome)
		})
	}
	t.Run("pages ignored", func(t *testing.T) {
		p.on(opay.PathStatement, p.success(statement(7, lines...)))
		got, err := collect(t, client, opay.StatementRequest{Day: "2026-11-20", PageSize: 3})
		noError(t, err)
		equal(t, len(got), 7, "all lines at once")
	})
	t.Run("failure in the middle", func(t *testing.T) {
		p.on(opay.PathStatement, inTurn(paging(p, func(int) int { return 7 }, lines), plainAnswer(500, "")))
		got, err := collect(t, client, opay.StatementRequest{Day: "2026-11-20", PageSize: 3})
		isError(t, err, opay.ErrUnknownOutcome)
		equal(t, len(got), 3, "lines before the failure")
	})
}

func TestStatementPage_PrintsNumbersOnly(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathStatement, p.success(statement(1, statementLine("a", "1"))))
	page, err := client.Statement(t.Context(), opay.StatementRequest{})
	noError(t, err)
	for _, shown := range printed(t, page) {
		lacks(t, shown, "2ae04ed9165624419bad68e9e0f3f29fbd", "a page")
	}
	encoded, err := json.Marshal(page)
	noError(t, err)
	lacks(t, string(encoded), "2ae04ed9165624419bad68e9e0f3f29fbd", "an encoded page")
}
