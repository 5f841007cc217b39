//go:build !linux

package doctor

// freeSpace is not implemented on this system.
func freeSpace(string) (bytes uint64, ok bool) { return 0, false }
