package doctor

import (
	"context"
	"strconv"
	"time"

	"github.com/coincart/coincart/models/store"
)

// timeWarn is the difference between the clocks of the database and of this machine from which the doctor warns. The shop follows the
// database's clock, so a difference costs no money, but one of the two clocks shows people and the platform a wrong time.
const timeWarn = 2 * time.Second

// checkServer checks the database's durability and its clock. If the server is read-only, it changes the finding of the database itself.
func (c Config) checkServer(ctx context.Context, db *store.Store, database *Finding) ([]Finding, error) {
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

// judgePower reports what a power failure can lose (reliability.md R4).
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

// judgeTime compares the database's clock with this machine's.
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
