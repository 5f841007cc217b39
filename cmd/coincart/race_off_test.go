//go:build !race

package main

import "time"

// payWithin is how soon after pressing pay the order must be paid.
const payWithin = 2 * time.Second

// raceFlags build the program like the test that runs it.
func raceFlags() []string { return nil }

// raceEnabled says that the race detector watches.
const raceEnabled = false
