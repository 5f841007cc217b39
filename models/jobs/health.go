package jobs

import (
	"context"
	"strconv"
	"time"

	"github.com/coincart/coincart/models/health"
)

// CheckWorkers is the check of the background workers.
const CheckWorkers health.Check = "workers"

// The codes of findings in the queues of the workers.
const (
	CodeWorkersGood health.Code = "workers_good"
	CodeWorkersLate health.Code = "workers_late"
)

// lateAfter is how long a row may wait for a worker (reliability.md I14).
const lateAfter = 5 * time.Minute

// Probe reports rows that wait too long for a worker.
func Probe() health.Probe {
	return health.Probe{Check: CheckWorkers, Read: func(ctx context.Context, r health.Records) (health.Finding, error) {
		late, err := r.Store.LateRows(ctx, lateAfter)
		if err != nil || late.Rows == 0 {
			return health.Finding{Check: CheckWorkers, Status: health.Good, Code: CodeWorkersGood}, err
		}
		return health.Finding{Check: CheckWorkers, Status: health.Warn, Code: CodeWorkersLate, Values: []string{
			"Rows", strconv.Itoa(late.Rows), "Queue", late.Queue, "Since", health.FormatTime(late.Since),
		}}, nil
	}}
}
