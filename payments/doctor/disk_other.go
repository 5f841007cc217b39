//go:build !linux

package doctor

// freeSpace is not asked on this system.
func freeSpace(string) (bytes uint64, ok bool) { return 0, false }
