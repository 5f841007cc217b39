package doctor

import (
	"context"
	"strconv"
	"time"

	"github.com/coincart/coincart/models/store"
)

// timeWarn is how far the database's clock may be off this machine's without a word. The shop follows the database's clock, so a
// difference costs no money; but one of the two tells people and the platform a wrong time.
const timeWarn = 2 * time.Second

// lookAtServer looks at what the database promises and at its clock. A server that takes no changes is a finding of the database itself.
func (c Config) lookAtServer(ctx context.Context, db *store.Store, database *Finding) ([]Finding, error) {
	promise, err := db.Durability(ctx)
	if err != nil {
		return nil, err
	}
	if promise.ReadOnly {
		database.Status, database.Code = Warn, CodeDatabaseReadOnly
	}
	ahead, err := db.ClockAhead(ctx)
	if err != nil {
		return nil, err
	}
	return append(judgePower(promise), judgeTime(ahead, db.FollowsServer())), nil
}

// judgePower says what a power cut can take back (reliability.md R4).
func judgePower(d store.Durability) []Finding {
	var found []Finding
	switch {
	case d.Synchronous != "": // SQLite
		if d.Synchronous != "FULL" && d.Synchronous != "EXTRA" {
			found = append(found, Finding{CheckPower, Warn, CodePowerFile, []string{"Value", d.Synchronous}})
		}
	case d.FlushLog == "":
		return []Finding{{CheckPower, Unknown, CodePowerUnknown, nil}}
	case d.FlushLog != "1":
		found = append(found, Finding{CheckPower, Warn, CodePowerFlush, []string{"Value", d.FlushLog}})
	}
	if d.SyncBinlog != "" && d.SyncBinlog != "1" {
		found = append(found, Finding{CheckPower, Warn, CodePowerBinlog, []string{"Value", d.SyncBinlog}})
	}
	if len(found) == 0 {
		found = append(found, Finding{CheckPower, Good, CodePowerGood, nil})
	}
	return found
}

// judgeTime compares the clock of the database with this machine's.
func judgeTime(ahead time.Duration, own bool) Finding {
	if !own {
		return Finding{CheckTime, Good, CodeTimeSame, nil}
	}
	f := Finding{CheckTime, Good, CodeTimeGood, []string{"Seconds", strconv.FormatFloat(ahead.Abs().Seconds(), 'f', 1, 64)}}
	if ahead.Abs() < timeWarn {
		return f
	}
	f.Status, f.Code = Warn, CodeTimeAhead
	if ahead < 0 {
		f.Code = CodeTimeBehind
	}
	return f
}
