package models

import "time"

// Pulse describes whether the shop's background work is running.
type Pulse struct {
	LastCallback time.Time // when the last usable callback came; zero: none did
	LastPaid     time.Time // when the last payment was credited; zero: none was
	LateRows     int       // overdue rows of all queues
	LateQueue    string    // the queue of the row that has waited longest
	LateSince    time.Time // when that row was due
}

// WorkerState is the state of a background worker of this process.
type WorkerState struct {
	Name     string
	Finished time.Time // UTC, when a step last succeeded; before that, when the worker started
	Stalled  bool      // a step has run for more than a minute; tasks: without progress for five
	Failing  bool      // no step has succeeded for more than a minute
	Restarts int       // number of restarts because it had stalled
	Problem  string    // error of the last step, for logs and staff; "" if it succeeded
}
