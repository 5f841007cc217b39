//go:build race

package main

// raceFlags build the program like the test that runs it: the detector looks into the processes too, and nothing is compiled twice.
func raceFlags() []string { return []string{"-race"} }
