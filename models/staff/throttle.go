package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// slowdown makes guessing slow: the first tries are free, then each failure doubles the wait before the next try, up to a maximum. Failures
// are counted in the database, so that they apply to all replicas and survive a restart.
type slowdown struct {
	free int
	max  time.Duration
}

// The slowdowns. Whoever fails must not be able to make others wait (OWASP: device cookies). A browser that has signed in before has counters
// of its own. All others are counted by network and account together, which strangers share with nobody, and by network alone. The counter
// of the account alone counts the tries of all strangers: it allows many, and its waits are short, because with many networks anybody can
// cause them. They hold back strangers only. A password of twelve characters that is not a common one is safe at one guess a minute.
//
// A code has only six digits, so that its counter of the account alone allows few, but only a person who knows the password can guess codes.
func deviceSlowdown() slowdown   { return slowdown{free: 5, max: 15 * time.Minute} }
func passwordSlowdown() slowdown { return slowdown{free: 5, max: 15 * time.Minute} }
func accountSlowdown() slowdown  { return slowdown{free: 100, max: time.Minute} }
func networkSlowdown() slowdown  { return slowdown{free: 20, max: 15 * time.Minute} }
func wideSlowdown() slowdown     { return slowdown{free: 100, max: 15 * time.Minute} }
func codeSlowdown() slowdown     { return slowdown{free: 3, max: time.Hour} }
func allCodesSlowdown() slowdown { return slowdown{free: 10, max: time.Hour} }

// wait returns how long to wait after a number of failures.
func (d slowdown) wait(failures int) time.Duration {
	if failures < d.free {
		return 0
	}
	wait := time.Second
	for range failures - d.free {
		if wait *= 2; wait >= d.max {
			return d.max
		}
	}
	return min(wait, d.max)
}

// limit is a counter that a try has to pass.
type limit struct {
	key     string
	slow    slowdown
	account bool // the counter is one account's: a success ends it, and its first wait is told the person
	shared  bool // others count there too: a success takes back its own try only
}

// passwordLimits returns the counters of a try to sign in. known means that the browser has signed in to the account before.
func passwordLimits(email string, from Origin, known bool) []limit {
	account := accountKey(email)
	if known {
		return []limit{{key: "password:" + account + ":" + deviceKey(from), slow: deviceSlowdown(), account: true}}
	}
	narrow, wide := models.Network(from.RemoteAddr)
	var limits []limit // in one order, or two tries would wait for each other crosswise
	if wide != "" {
		limits = append(limits, limit{key: networkKey(wide), slow: wideSlowdown(), shared: true})
	}
	return append(limits,
		limit{key: networkKey(narrow), slow: networkSlowdown(), shared: true},
		limit{key: passwordKey(email) + ":" + narrow, slow: passwordSlowdown(), account: true},
		limit{key: passwordKey(email), slow: accountSlowdown(), account: true, shared: true})
}

// codeLimits returns the counters of a try to give a code.
func codeLimits(person models.Staff, from Origin, known bool) []limit {
	if known {
		return []limit{{key: codeKey(person.ID) + ":" + deviceKey(from), slow: codeSlowdown(), account: true}}
	}
	narrow, _ := models.Network(from.RemoteAddr)
	return []limit{
		{key: codeKey(person.ID) + ":" + narrow, slow: codeSlowdown(), account: true},
		{key: codeKey(person.ID), slow: allCodesSlowdown(), account: true, shared: true},
	}
}

// currentLimits returns the counter of a signed-in person's tries to give their current password. Strangers do not count there.
func currentLimits(s SignedIn) []limit {
	return []limit{{key: "current:" + s.Staff.ID, slow: passwordSlowdown(), account: true}}
}

// try is a try that was counted before its result is known, so that concurrent tries are as slow as consecutive ones.
type try struct {
	limits []limit
	counts []int // the number of this try at each limit
}

// checkWait returns the failures counted at each limit. Errors: *WaitError, the longest wait.
func (a *Accounts) checkWait(ctx context.Context, limits []limit) (failures []int, err error) {
	var longest time.Duration
	now := a.clock()
	for _, l := range limits {
		n, until, err := a.store.Throttle(ctx, l.key)
		if err != nil {
			return nil, err
		}
		failures = append(failures, n)
		longest = max(longest, until.Sub(now))
	}
	if longest > 0 {
		return nil, &WaitError{Left: longest}
	}
	return failures, nil
}

// reserve counts a try as a failure at all its limits. email is the account's, which need not exist. A try that did not fail must be taken
// back with takeBack. Errors: *WaitError.
func (a *Accounts) reserve(ctx context.Context, email string, limits []limit) (try, error) {
	before, err := a.checkWait(ctx, limits)
	if err != nil {
		return try{}, err
	}
	t := try{limits: limits}
	now := a.clock()
	told := false
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		t.counts, told = make([]int, len(limits)), false
		for i, l := range limits {
			var err error
			t.counts[i], err = tx.AddFailure(ctx, l.key, now, func(n int) time.Time { return now.Add(l.slow.wait(n)) })
			if err != nil {
				return err
			}
			told = told || l.account && t.counts[i] == l.slow.free
		}
		if told {
			return a.tellThrottled(ctx, tx, email)
		}
		return nil
	})
	if err != nil {
		return try{}, err
	}
	if told {
		a.told()
	}
	for i, l := range limits {
		if wait := l.slow.wait(t.counts[i] - 1); t.counts[i] > before[i]+1 && wait > 0 {
			return try{}, &WaitError{Left: wait} // a concurrent try was counted first
		}
	}
	return t, nil
}

// takeBack takes back a try that did not fail. If it succeeded, its counters end, but those that others share lose this try alone.
func (t try) takeBack(ctx context.Context, db *store.Store, succeeded bool) error {
	for i, l := range t.limits {
		var err error
		if succeeded && !l.shared {
			err = db.ClearFailures(ctx, l.key)
		} else {
			err = db.TakeBackFailure(ctx, l.key, t.counts[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// accountKey names an account, which may not exist. The address is hashed, because it may be any text.
func accountKey(email string) string {
	sum := sha256.Sum256([]byte(email))
	return hex.EncodeToString(sum[:])
}

func passwordKey(email string) string { return "password:" + accountKey(email) }

func codeKey(staffID string) string { return "code:" + staffID }

func networkKey(network string) string { return "address:" + network }

func deviceKey(from Origin) string { return "device:" + from.Device }
