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
