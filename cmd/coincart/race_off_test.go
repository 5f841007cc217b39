//go:build !race

package main

// raceFlags build the program like the test that runs it.
func raceFlags() []string { return nil }
