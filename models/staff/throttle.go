package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"
)

// A slowdown makes guessing slow: some tries are free, then each failure doubles the time before the next one, up to the most. It is
// kept in the database, so that it holds for all replicas and lasts longer than a process.
//
// An account's waiting time is short at most: somebody else can bring it about, and a password of twelve characters is safe at one
// try in five minutes. A code has only six digits, but who guesses codes knows the password already.
type slowdown struct {
	free int
	most time.Duration
}

func passwordSlowdown() slowdown { return slowdown{free: 5, most: 5 * time.Minute} }
func codeSlowdown() slowdown     { return slowdown{free: 3, most: time.Hour} }
func addressSlowdown() slowdown  { return slowdown{free: 20, most: 15 * time.Minute} }

// wait is how long to wait after so many failures.
func (d slowdown) wait(failures int) time.Duration {
	if failures < d.free {
		return 0
	}
	wait := time.Second
	for range failures - d.free {
		if wait *= 2; wait >= d.most {
			return d.most
		}
	}
	return min(wait, d.most)
}

// open refuses a key that has to wait: *WaitError.
func (a *Accounts) open(ctx context.Context, key string) (failures int, err error) {
	failures, until, err := a.store.Throttle(ctx, key)
	if err != nil {
		return 0, fmt.Errorf("look for failures: %w", err)
	}
	if left := until.Sub(a.clock()); left > 0 {
		return 0, &WaitError{Left: left}
	}
	return failures, nil
}

// fail counts a failure.
func (a *Accounts) fail(ctx context.Context, key string, d slowdown) (failures int, err error) {
	now := a.clock()
	failures, err = a.store.AddFailure(ctx, key, now, func(failures int) time.Time { return now.Add(d.wait(failures)) })
	if err != nil {
		return 0, fmt.Errorf("count a failure: %w", err)
	}
	return failures, nil
}

// try counts a failure before it is known, and refuses what has to wait: many tries at the same moment are as slow as one after the
// other. Who succeeds calls succeed.
func (a *Accounts) try(ctx context.Context, key string, d slowdown) error {
	before, err := a.open(ctx, key)
	if err != nil {
		return err
	}
	now, err := a.fail(ctx, key, d)
	if err != nil {
		return err
	}
	if wait := d.wait(now - 1); now > before+1 && wait > 0 {
		return &WaitError{Left: wait} // somebody else tried since the question
	}
	return nil
}

func (a *Accounts) succeed(ctx context.Context, key string) error {
	if err := a.store.ClearFailures(ctx, key); err != nil {
		return fmt.Errorf("forget failures: %w", err)
	}
	return nil
}

// passwordKey names an account that may not be there; it is hashed because anything can be typed as an address.
func passwordKey(email string) string {
	sum := sha256.Sum256([]byte(email))
	return "password:" + hex.EncodeToString(sum[:])
}

func codeKey(staffID string) string { return "code:" + staffID }

// addressKey names where a request comes from: of IPv6 the network, because a visitor has many addresses of it.
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
