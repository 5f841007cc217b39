package models

import "time"

// Pulse tells whether the shop's background work goes on.
type Pulse struct {
	LastCallback time.Time // when the last callback came that could be used; zero: none did
	LastPaid     time.Time // when the last payment was credited; zero: none was
	LateRows     int       // rows of all queues that should have been worked on a while ago
	LateQueue    string    // the queue of the one that waits longest
	LateSince    time.Time // when that one was due
}

// WorkerState is how one of the background workers of this process stands.
type WorkerState struct {
	Name     string
	Finished time.Time // UTC, when a step last ended well; at first, when the worker began
	Stalled  bool      // a step has been under way for more than a minute; tasks: without progress for five
	Failing  bool      // for more than a minute no step has ended well
	Restarts int       // how often it was begun anew because it had stalled
	Problem  string    // error of the last step, for logs and staff; "" where it ended well
}
