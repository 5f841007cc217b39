package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"time"
)

// slowdown makes guessing slow: the first tries are free, then each failure doubles the wait before the next try, up to a maximum. Failures
// are counted in the database, so that they apply to all replicas and survive a restart.
//
// The maximum for a password is short, because anybody can cause the wait for somebody else, and a password of twelve characters is safe at
// one guess in five minutes. A code has only six digits, but only a person who knows the password can guess codes.
type slowdown struct {
	free int
	max  time.Duration
}

func passwordSlowdown() slowdown { return slowdown{free: 5, max: 5 * time.Minute} }
func codeSlowdown() slowdown     { return slowdown{free: 3, max: time.Hour} }
func addressSlowdown() slowdown  { return slowdown{free: 20, max: 15 * time.Minute} }

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

// checkWait returns the failures counted for key, or a *WaitError if it has to wait.
func (a *Accounts) checkWait(ctx context.Context, key string) (failures int, err error) {
	failures, until, err := a.store.Throttle(ctx, key)
	if err != nil {
		return 0, err
	}
	if left := until.Sub(a.clock()); left > 0 {
		return 0, &WaitError{Left: left}
	}
	return failures, nil
}

// addFailure counts a failure and returns how many there are.
func (a *Accounts) addFailure(ctx context.Context, key string, d slowdown) (failures int, err error) {
	now := a.clock()
	return a.store.AddFailure(ctx, key, now, func(failures int) time.Time { return now.Add(d.wait(failures)) })
}

// reserveTry counts a try as a failure before its result is known, so that concurrent tries are as slow as consecutive ones. A try that
// succeeds must call ClearFailures of the store. Errors: *WaitError.
func (a *Accounts) reserveTry(ctx context.Context, key string, d slowdown) error {
	before, err := a.checkWait(ctx, key)
	if err != nil {
		return err
	}
	now, err := a.addFailure(ctx, key, d)
	if err != nil {
		return err
	}
	if wait := d.wait(now - 1); now > before+1 && wait > 0 {
		return &WaitError{Left: wait} // a concurrent try was counted first
	}
	return nil
}

// passwordKey returns the key of an account, which may not exist. The address is hashed, because it may be any text.
func passwordKey(email string) string {
	sum := sha256.Sum256([]byte(email))
	return "password:" + hex.EncodeToString(sum[:])
}

func codeKey(staffID string) string { return "code:" + staffID }

// addressKey returns the key of a client's address. For IPv6 it is the /64 network, because one client has many addresses.
func addressKey(remote string) string {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		return "address:unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		const network = 64
		return "address:" + netip.PrefixFrom(ip, network).Masked().String()
	}
	return "address:" + ip.String()
}
