package sandbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

func (b *bench) statement(fields map[string]any) (count string, refs []string, raw result) {
	b.t.Helper()
	raw = b.call(pBilling, fields)
	require.Equal(b.t, "0", raw.Code, raw.Raw)
	for _, line := range b.objects(raw.Fields["list"]) {
		refs = append(refs, text(line["appOrderId"]))
	}
	return text(raw.Fields["count"]), refs, raw
}

func TestStatement_ListsWhatWasPaid(t *testing.T) {
	b := newBench(t)
	paid := b.order("A-1", map[string]any{"orderAmount": "20.50"})
	b.order("A-pending")
	failed := b.order("A-failed")
	require.NoError(t, b.box.Fail(failed))
	created := b.clock.Now()
	b.clock.Advance(time.Minute)
	require.NoError(t, b.box.Pay(paid))
	b.clock.Advance(time.Minute)
	require.Equal(t, "0", b.call(pRefund, map[string]any{
		"appOrderId": "R-1", "userId": alice, "orderAmount": "0.000001", "payCoinSymbol": "USDT",
	}).Code)

	count, refs, raw := b.statement(map[string]any{})
	require.Equal(t, "2", count)
	require.Equal(t, []string{"A-1", "R-1"}, refs)
	openID, err := b.box.OpenID(testApp, alice)
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"merchantUserId": json.Number("20000"), "appOrderId": "A-1", "payCoinSymbol": "usdt", "orderAmount": json.Number("20.50"),
		"orderType": json.Number("1"), "userId": json.Number(alice), "openId": openID,
		"createTime": strconv.FormatInt(created.UnixMilli(), 10), "payTime": strconv.FormatInt(created.Add(time.Minute).UnixMilli(), 10),
	}, b.objects(raw.Fields["list"])[0])
	require.Contains(t, raw.Plain, `"orderAmount":0.000001,"orderType":11`, "an amount is a JSON number without an exponent")

	_, refs, _ = b.statement(map[string]any{"orderType": "1"})
	require.Equal(t, []string{"A-1"}, refs)
	_, refs, _ = b.statement(map[string]any{"orderType": "11"})
	require.Equal(t, []string{"R-1"}, refs)
	_, refs, _ = b.statement(map[string]any{"userId": bob})
	require.Empty(t, refs)
	_, refs, _ = b.statement(map[string]any{"startDate": "2026-11-22 09:31:00", "endDate": "2026-11-22 09:31:59"})
	require.Equal(t, []string{"A-1"}, refs, "both ends are inclusive, to the second")
}

func TestStatement_DayBeginsAtThePlatformsMidnight(t *testing.T) {
	shanghai := time.FixedZone("UTC+8", 8*3600)
	b := newBench(t, func(c *sandbox.Config) { c.Location = shanghai })
	for i, at := range []time.Time{
		time.Date(2026, 11, 20, 15, 59, 59, 999e6, time.UTC),
		time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 21, 15, 59, 59, 999e6, time.UTC),
		time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC),
	} {
		b.clock.Set(at)
		require.NoError(t, b.box.Pay(b.order(fmt.Sprint("A-", i))))
	}
	_, refs, _ := b.statement(map[string]any{"day": "2026-11-20"})
	require.Equal(t, []string{"A-0"}, refs)
	_, refs, _ = b.statement(map[string]any{"day": "2026-11-21"})
	require.Equal(t, []string{"A-1", "A-2"}, refs)
	_, refs, _ = b.statement(map[string]any{})
	require.Equal(t, []string{"A-3"}, refs, "today, in the platform's zone")
}

func TestStatement_Pages(t *testing.T) {
	b := newBench(t)
	for i := range 7 {
		b.clock.Advance(time.Second)
		require.NoError(t, b.box.Pay(b.order(fmt.Sprint("A-", i), map[string]any{"orderAmount": "1"})))
	}
	count, refs, _ := b.statement(map[string]any{"pageNum": "1", "pageSize": "3"})
	require.Equal(t, "7", count)
	require.Equal(t, []string{"A-0", "A-1", "A-2"}, refs)
	_, refs, _ = b.statement(map[string]any{"pageNum": "3", "pageSize": "3"})
	require.Equal(t, []string{"A-6"}, refs)
	_, refs, _ = b.statement(map[string]any{"pageNum": "4", "pageSize": "3"})
	require.Empty(t, refs)
	_, refs, _ = b.statement(map[string]any{"pageSize": "3"})
	require.Len(t, refs, 7, "without pageNum everything")
	_, refs, _ = b.statement(map[string]any{"pageNum": "1"})
	require.Len(t, refs, 7)
	count, refs, _ = b.statement(map[string]any{"pageNum": "999999999", "pageSize": "2000"})
	require.Equal(t, "7", count)
	require.Empty(t, refs)
}

func TestStatement_RefusesMalformedQuestions(t *testing.T) {
	b := newBench(t)
	for _, fields := range []map[string]any{
		{"day": "22.11.2026"},
		{"day": "2026-11-31"},
		{"day": "2026-1-1"},
		{"orderType": "2"},
		{"pageNum": "0"},
		{"pageNum": "-1"},
		{"pageNum": "1.5"},
		{"pageSize": "2001"},
		{"pageSize": "0"},
		{"pageSize": "x"},
		{"startDate": "2026-11-22 00:00:00"},
		{"startDate": "2026-11-23 00:00:00", "endDate": "2026-11-22 00:00:00"},
	} {
		require.Equal(t, "10020", b.call(pBilling, fields).Code, "%v", fields)
	}
}

func TestStatement_Faults(t *testing.T) {
	b := newBench(t)
	for i := range 2 {
		b.clock.Advance(time.Second)
		require.NoError(t, b.box.Pay(b.order(fmt.Sprint("A-", i))))
	}
	once := func(kind sandbox.FaultKind) []string {
		b.faults(sandbox.Fault{Kind: kind, Times: 1})
		_, refs, raw := b.statement(map[string]any{})
		if kind == sandbox.FaultStatementAmount {
			require.Contains(t, raw.Plain, "12.500001")
		}
		require.Empty(t, b.box.Faults(), "used up")
		return refs
	}
	require.Equal(t, []string{"A-1"}, once(sandbox.FaultStatementMissing))
	require.Equal(t, []string{"A-0", "A-1", "SANDBOX-STRANGER"}, once(sandbox.FaultStatementExtra))
	require.Equal(t, []string{"A-0", "A-0", "A-1"}, once(sandbox.FaultStatementDouble))
	require.Equal(t, []string{"A-0", "A-1"}, once(sandbox.FaultStatementAmount))
	b.clock.Set(time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC))
	require.NoError(t, b.box.Pay(b.order("A-night")))
	require.NotContains(t, strings.Join(once(sandbox.FaultStatementShifted), " "), "A-night")
	_, refs, _ := b.statement(map[string]any{})
	require.Equal(t, []string{"A-night", "A-0", "A-1"}, refs)
}

// One line that cannot be read must not keep a shop from reading the others.
func TestStatement_OneUnreadableLine(t *testing.T) {
	b := newBench(t)
	for i := range 3 {
		b.clock.Advance(time.Second)
		require.NoError(t, b.box.Pay(b.order(fmt.Sprint("A-", i))))
	}
	_, _, raw := b.statement(map[string]any{})
	good := b.objects(raw.Fields["list"])
	for way, want := range map[string]map[string]any{
		"":                         {"orderAmount": "n/a"},
		sandbox.UnreadableAmount:   {"orderAmount": "n/a"},
		sandbox.UnreadableNoAmount: {"orderAmount": absent},
		sandbox.UnreadableNull:     {"orderAmount": nil},
		sandbox.UnreadableNegative: {"orderAmount": json.Number("-12.5")},
		sandbox.UnreadableNoID:     {"appOrderId": absent},
		sandbox.UnreadableCoin:     {"payCoinSymbol": "no coin at all"},
		sandbox.UnreadableTime:     {"createTime": "yesterday", "payTime": "2026-13-45"},
		sandbox.UnreadableType:     {"orderType": json.Number("99")},
	} {
		t.Run("way "+way, func(t *testing.T) {
			b.faults(sandbox.Fault{Kind: sandbox.FaultStatementUnreadable, Way: way, Times: 1})
			_, _, raw := b.statement(map[string]any{})
			lines := b.objects(raw.Fields["list"])
			require.Equal(t, "3", text(raw.Fields["count"]))
			require.Equal(t, []map[string]any{good[0], good[2]}, []map[string]any{lines[0], lines[2]}, "the others are as they were")
			bad := maps.Clone(good[1])
			for name, value := range want {
				bad[name] = value
				if value == absent {
					delete(bad, name)
				}
			}
			require.Equal(t, bad, lines[1])
			require.Empty(t, b.box.Faults())
		})
	}
	b.faults(
		sandbox.Fault{Kind: sandbox.FaultStatementUnreadable}, sandbox.Fault{Kind: sandbox.FaultStatementDouble},
		sandbox.Fault{Kind: sandbox.FaultStatementAmount}, sandbox.Fault{Kind: sandbox.FaultStatementExtra},
	)
	_, refs, raw := b.statement(map[string]any{})
	require.Equal(t, []string{"A-0", "A-0", "A-1", "A-2", "SANDBOX-STRANGER"}, refs)
	var amounts []string
	for _, line := range b.objects(raw.Fields["list"]) {
		amounts = append(amounts, text(line["orderAmount"]))
	}
	require.Equal(t, []string{"12.5", "12.5", "n/a", "12.500001", "7.77"}, amounts, "each fault has a line of its own")
}

// absent stands for a member that is not there.
const absent = "(absent)"
