package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// Statement is a day of the exchange's statement, and how the shop's books stand to it.
type Statement struct {
	Object       string `json:"object" enum:"statement"`
	ID           string `json:"id"`
	Day          string `json:"day" format:"date" doc:"In zone."`
	Zone         string `json:"zone" example:"Asia/Shanghai"`
	State        string `json:"state" enum:"open,sealed" doc:"sealed: the books of the day are closed."`
	Lines        int    `json:"lines"`
	Hash         string `json:"hash" doc:"Hex SHA-256 over the sorted lines: two readings of the same records agree."`
	SealedHash   string `json:"sealed_hash,omitempty" doc:"hash when the day was sealed."`
	OpenProblems int    `json:"open_discrepancies"`
	FetchedAt    string `json:"fetched_at" format:"date-time"`
}

// StatementLine is a line of a statement. It does not tell who paid.
type StatementLine struct {
	Position   int    `json:"position" doc:"From 1."`
	Type       string `json:"type" doc:"1: a payment; 11: a refund."`
	AppOrderID string `json:"app_order_id" doc:"The shop's id of a payment or refund at the exchange."`
	Coin       string `json:"coin"`
	Amount     string `json:"amount" doc:"Decimal text of coin."`
	PaidAt     string `json:"paid_at,omitempty" format:"date-time"`
	Unreadable string `json:"unreadable,omitempty" doc:"Left out: the line was read."`
}

type (
	dayInput struct {
		Day string `path:"day" maxLength:"10" example:"2026-12-01" doc:"yyyy-MM-dd, in the exchange's zone."`
	}
	statementOutput struct{ Body Statement }
	linesInput      struct {
		Day string `path:"day" maxLength:"10" example:"2026-12-01" doc:"yyyy-MM-dd, in the exchange's zone."`
		Page
	}
	linesOutput            struct{ Body List[StatementLine] }
	listDiscrepanciesInput struct {
		Page

		Day   string `query:"day" maxLength:"10" doc:"yyyy-MM-dd, in the exchange's zone."`
		State string `query:"state" enum:"open,accepted,settled"`
	}
	discrepanciesOutput struct{ Body List[wire.Discrepancy] }
)

// statementHandlers handles the requests of these routes.
type statementHandlers struct{ *API }

func (a *API) statementRoutes() {
	h := statementHandlers{a}
	read := Rule{Scope: models.ScopeStatementsRead}
	add(a, Route{
		Method: http.MethodGet, Path: "/statements/{day}", Name: "getStatement", Group: "Statements", Summary: "The exchange's statement of a day", Rule: read,
		Text: "The newest complete one.",
	}, h.statement)
	add(a, Route{
		Method: http.MethodGet, Path: "/statements/{day}/lines", Name: "listStatementLines", Group: "Statements", Summary: "The lines of a statement, as they came",
		Rule: read, Fails: []Code{CodeInvalidCursor},
	}, h.statementLines)
	add(a, Route{
		Method: http.MethodGet, Path: "/discrepancies", Name: "listDiscrepancies", Group: "Statements", Summary: "Where statements and books differ, newest first",
		Rule: read, Fails: []Code{CodeInvalidCursor},
	}, h.discrepancies)
}

func (a statementHandlers) statement(ctx context.Context, _ *Call, in *dayInput) (*statementOutput, error) {
	newest, err := a.store.NewestStatement(ctx, in.Day)
	if err != nil {
		return nil, err
	}
	day, err := a.store.BookDay(ctx, in.Day)
	if err != nil {
		return nil, err
	}
	counts, err := a.store.CountDiscrepancies(ctx, in.Day)
	if err != nil {
		return nil, err
	}
	out := &statementOutput{Statement{
		Object: "statement", ID: newest.ID, Day: newest.Day, Zone: newest.Zone, State: string(day.State), Lines: newest.Lines, Hash: newest.Hash,
		SealedHash: day.SealedHash, FetchedAt: wire.Time(newest.FetchedAt),
	}}
	for _, c := range counts {
		out.Body.OpenProblems += c.Open
	}
	return out, nil
}

func (a statementHandlers) statementLines(ctx context.Context, _ *Call, in *linesInput) (*linesOutput, error) {
	newest, err := a.store.NewestStatement(ctx, in.Day)
	if err != nil {
		return nil, err
	}
	after := 0
	if in.After != "" {
		if after, err = strconv.Atoi(in.After); err != nil || after < 1 {
			return nil, problem(CodeInvalidCursor)
		}
	}
	rows, err := a.store.StatementLines(ctx, newest.ID, "", after, in.Limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(rows) == in.Limit && rows[len(rows)-1].Position < newest.Lines {
		next = strconv.Itoa(rows[len(rows)-1].Position)
	}
	var list []StatementLine
	for _, l := range rows {
		list = append(list, StatementLine{
			Position: l.Position, Type: string(l.Type), AppOrderID: l.AppOrderID, Coin: l.Coin, Amount: l.Amount.String(), PaidAt: wire.Time(l.PayTime), Unreadable: l.Unreadable,
		})
	}
	return &linesOutput{listOf(list, next)}, nil
}

func (a statementHandlers) discrepancies(ctx context.Context, _ *Call, in *listDiscrepanciesInput) (*discrepanciesOutput, error) {
	rows, next, err := a.store.Discrepancies(ctx, models.DiscrepancyFilter{Day: in.Day, State: models.DiscrepancyState(in.State), After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	var list []wire.Discrepancy
	for _, d := range rows {
		list = append(list, wire.OfDiscrepancy(&d, 0))
	}
	return &discrepanciesOutput{listOf(list, next)}, nil
}
