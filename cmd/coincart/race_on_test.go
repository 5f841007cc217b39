//go:build race

package main

import "time"

// payWithin is how soon after pressing pay the order must be paid: 2 seconds, and more beside the detector and other packages' tests.
const payWithin = 10 * time.Second

// raceFlags build the program like the test that runs it: the detector looks into the processes too, and nothing is compiled twice.
func raceFlags() []string { return []string{"-race"} }

// raceEnabled says that the race detector watches.
const raceEnabled = true
