//go:build race

package main

import "time"

// payWithin is the maximum time between pressing pay and the order being paid: 2 seconds, and more with the race detector and other
// packages' tests running.
const payWithin = 10 * time.Second

// raceFlags returns the build flags that match this test binary, so that the race detector covers the processes too and nothing is compiled
// twice.
func raceFlags() []string { return []string{"-race"} }

// raceEnabled reports whether the race detector is on.
const raceEnabled = true
