package jobs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
)

// CheckOverdue is the check of what does not move any more.
const CheckOverdue health.Check = "overdue"

// The codes of findings about overdue work.
const (
	CodeOverdueGood  health.Code = "overdue_good"
	CodeOverdueFound health.Code = "overdue_found"
)

// overduePause is the pause between two looks for overdue work. The first look comes as long after the start: work that waited while the shop
// was stopped is done first.
const overduePause = time.Minute

// WatchOverdue adds a worker that opens cases for overdue work and closes those of work that has moved on (reliability.md R23). Call it after
// all other workers are registered, so that RunOnce looks after they have worked.
func (e *Engine) WatchOverdue() {
	var looked atomic.Pointer[time.Time]
	looked.Store(new(e.clock()))
	e.AddWorker(Worker{Name: "overdue", Limit: TidyLimit, Step: func(ctx context.Context) (int, error) {
		now := e.clock()
		if now.Sub(*looked.Load()) < overduePause {
			return 0, nil
		}
		looked.Store(&now)
		opened, closed, err := e.store.WatchOverdue(ctx)
		if opened > 0 || closed > 0 {
			e.log.WarnContext(ctx, "cases of overdue work", "opened", opened, "closed", closed)
		}
		if err != nil {
			return 0, fmt.Errorf("watch overdue work: %w", err)
		}
		return 0, nil
	}})
}

// OverdueProbe reports work that does not move any more, and its open cases.
func OverdueProbe() health.Probe {
	return health.Probe{Check: CheckOverdue, Read: func(ctx context.Context, r health.Records) (health.Finding, error) {
		backlog, err := r.Store.Backlog(ctx)
		cases := strconv.Itoa(backlog.Cases[models.ReviewOverdue])
		if err != nil || len(backlog.Overdue) == 0 {
			return health.New(CheckOverdue, health.Good, CodeOverdueGood, "Cases", cases), err
		}
		return health.New(CheckOverdue, health.Warn, CodeOverdueFound, "Overdue", overdueList(backlog.Overdue), "Cases", cases,
			"Since", health.FormatTime(backlog.Since)), nil
	}}
}

// overdueList returns counts as "attempt=2, mail=1", the most first.
func overdueList(counts map[models.OverdueKind]int) string {
	kinds := slices.SortedFunc(maps.Keys(counts), func(a, b models.OverdueKind) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
	list := make([]string, len(kinds))
	for i, kind := range kinds {
		list[i] = string(kind) + "=" + strconv.Itoa(counts[kind])
	}
	return strings.Join(list, ", ")
}
