//go:build !race

package main

import "time"

// payWithin is the maximum time between pressing pay and the order being paid.
const payWithin = 2 * time.Second

// raceFlags returns the build flags that match this test binary.
func raceFlags() []string { return nil }

// raceEnabled reports whether the race detector is on.
const raceEnabled = false
