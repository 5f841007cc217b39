package doctor

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// freeSpace returns the space that is left for this user on the disk of a folder, in bytes. If the folder does not exist yet, its parent
// counts.
func freeSpace(folder string) (bytes uint64, ok bool) {
	path, err := filepath.Abs(folder)
	if err != nil {
		return 0, false
	}
	for path != filepath.Dir(path) {
		if _, err := os.Stat(path); err == nil {
			break
		}
		path = filepath.Dir(path)
	}
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil || stat.Bsize <= 0 {
		return 0, false
	}
	return stat.Bavail * uint64(stat.Bsize), true
}
