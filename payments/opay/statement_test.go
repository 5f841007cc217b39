package opay_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"coincart/payments/opay"
)

// statementLine is as the platform writes it; amount is raw JSON.
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

func TestStatement_UnreadableLineIsNamed(t *testing.T) {
	p, client := newClient(t)
	good := statementLine("1", "10")
	for name, c := range map[string]struct{ line, says string }{
		"exponent":       {statementLine("2", "1E-8"), "exponent"},
		"small exponent": {statementLine("2", "1.5e+3"), "exponent"},
		"negative":       {statementLine("2", "-1"), "orderAmount"},
		"19 decimals":    {statementLine("2", "0.0000000000000000001"), "orderAmount"},
		"amount null":    {statementLine("2", "null"), "orderAmount"},
		"amount twice":   {change(statementLine("2", "1"), `"userId"`, `"ORDERAMOUNT"`), ""},
		"capital amount": {change(statementLine("2", "1"), `"orderAmount"`, `"ORDERAMOUNT"`), "case"},
		"no id":          {change(statementLine("2", "1"), `"appOrderId"`, `"id"`), "appOrderId"},
		"no coin":        {change(statementLine("2", "1"), `"btc"`, `""`), "payCoinSymbol"},
		"coin, long s":   {change(statementLine("2", "1"), `"btc"`, `"uſdt"`), "payCoinSymbol"},
		"no type":        {change(statementLine("2", "1"), `"orderType":1`, `"orderType":"x"`), "orderType"},
	} {
		t.Run(name, func(t *testing.T) {
			plain := statement(3, good, c.line, good)
			p.on(opay.PathStatement, p.success(plain))
			page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20"})
			isError(t, err, opay.ErrUnknownOutcome)
			contains(t, err.Error(), c.says)
			lacks(t, err.Error(), "2ae04ed9165624419bad68e9e0f3f29fbd", "the error")
			equal(t, len(page.Lines), 0, "lines")
			if c.says != "" { // ambiguous JSON is not even read
				contains(t, err.Error(), "line 2")
				equal(t, string(page.Raw), plain, "raw is kept")
				equal(t, page.Count, 3, "count is kept")
			}
		})
	}
	for _, plain := range []string{`{}`, `{"list":[]}`, `{"count":1}`, `{"count":-1,"list":[]}`, `{"count":1.0,"list":[]}`, `{"count":1,"list":[1]}`, `{"count":1,"list":{}}`, `{"COUNT":0,"list":[]}`, `{"count":0,"list":"x"}`} {
		p.on(opay.PathStatement, p.success(plain))
		_, err := client.Statement(t.Context(), opay.StatementRequest{})
		isError(t, err, opay.ErrUnknownOutcome)
	}
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

// A full page of 2000 lines is about 2000 blocks and has to pass.
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
