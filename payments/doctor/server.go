package doctor

import (
	"context"
	"strconv"
	"time"

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/store"
)

// timeWarn is the difference between the clocks of the database and of this machine from which the doctor warns. The shop follows the
// database's clock, so a difference costs no money, but one of the two clocks shows people and the platform a wrong time.
const timeWarn = 2 * time.Second

// checkServer checks the database's durability and its clock. If the server is read-only, it changes the finding of the database itself.
func (c Config) checkServer(ctx context.Context, db *store.Store, database *health.Finding) ([]health.Finding, error) {
	promise, err := db.Durability(ctx)
	if err != nil {
		return nil, err
	}
	if promise.ReadOnly {
		database.Status, database.Code = health.Warn, CodeDatabaseReadOnly
	}
	ahead, err := db.ClockAhead(ctx)
	if err != nil {
		return nil, err
	}
	return append(judgePower(promise), judgeEncryption(db.Encryption()), judgeTime(ahead, db.FollowsServer())), nil
}

// judgeEncryption reports whether others on the network can read or forge what the database says.
func judgeEncryption(e store.Encryption) health.Finding {
	switch {
	case e.Server == "":
		return health.New(CheckEncryption, health.Good, CodeEncryptionLocal)
	case e.Verified():
		return health.New(CheckEncryption, health.Good, CodeEncryptionGood)
	case e.Encrypted():
		return health.New(CheckEncryption, health.Warn, CodeEncryptionUnverified, "Server", e.Server, "Value", e.TLS)
	}
	return health.New(CheckEncryption, health.Warn, CodeEncryptionNone, "Server", e.Server)
}

// judgePower reports what a power failure can lose (reliability.md R4).
func judgePower(d store.Durability) []health.Finding {
	var found []health.Finding
	switch {
	case d.Synchronous != "": // SQLite
		if d.Synchronous != "FULL" && d.Synchronous != "EXTRA" {
			found = append(found, health.New(CheckPower, health.Warn, CodePowerFile, "Value", d.Synchronous))
		}
	case d.FlushLog == "":
		return []health.Finding{health.New(CheckPower, health.Unknown, CodePowerUnknown)}
	case d.FlushLog != "1":
		found = append(found, health.New(CheckPower, health.Warn, CodePowerFlush, "Value", d.FlushLog))
	}
	if d.SyncBinlog != "" && d.SyncBinlog != "1" {
		found = append(found, health.New(CheckPower, health.Warn, CodePowerBinlog, "Value", d.SyncBinlog))
	}
	if len(found) == 0 {
		found = append(found, health.New(CheckPower, health.Good, CodePowerGood))
	}
	return found
}

// judgeTime compares the database's clock with this machine's.
func judgeTime(ahead time.Duration, own bool) health.Finding {
	if !own {
		return health.New(CheckTime, health.Good, CodeTimeSame)
	}
	f := health.New(CheckTime, health.Good, CodeTimeGood, "Seconds", strconv.FormatFloat(ahead.Abs().Seconds(), 'f', 1, 64))
	if ahead.Abs() < timeWarn {
		return f
	}
	f.Status, f.Code = health.Warn, CodeTimeAhead
	if ahead < 0 {
		f.Code = CodeTimeBehind
	}
	return f
}
