package modelstest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// supervisor starts the server and stops it when no test process is left. Each test process holds a shared lock on $1/users. The processes
// of one "go test" follow each other with small gaps, hence the pause. The socket is removed under the exclusive lock, so that a process
// that comes too late finds no server and starts another. The server dies if the supervisor is killed.
const supervisor = `
dir=$1; shift
setpriv --pdeathsig KILL -- "$@" &
server=$!
while :; do
	flock -x "$dir/users" true
	sleep 5
	flock -n -x "$dir/users" mv "$dir/s.sock" "$dir/ended" && break
	test -S "$dir/s.sock" || break
done
kill $server
wait $server
rm -rf "$dir"
`

// held keeps the lock files open, and so locked, until the process ends.
var held []*os.File

// startMariaDB returns the DSN of a running server: another process's or a new one.
func startMariaDB() (dsn string, err error) {
	programs, base, err := prepare()
	if err != nil {
		return "", err
	}
	starting, err := lock(filepath.Join(base, "starting"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, starting.Close()) }()

	current := filepath.Join(base, "current")
	if dir, err := os.ReadFile(current); err == nil {
		if dsn, ok := join(string(dir)); ok {
			return dsn, nil
		}
	}
	dir, users, err := launch(base, programs, nil, nil)
	if err != nil {
		return "", err
	}
	held = append(held, users)
	if err := os.WriteFile(current, []byte(dir), 0o600); err != nil {
		return "", fmt.Errorf("say where the server is: %w", err)
	}
	return address(dir), nil
}

// prepare finds the programs and creates the folder that servers of this kind share.
func prepare() (programs map[string]string, base string, err error) {
	programs = map[string]string{"mariadb-install-db": "", "mariadbd": "", "setpriv": "", "flock": "", "sh": "", "env": ""}
	for name := range programs {
		if programs[name], err = find(name); err != nil {
			return nil, "", err
		}
	}
	base = filepath.Join(os.TempDir(), "coincart-mariadb-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, "", fmt.Errorf("make a folder for the server: %w", err)
	}
	return programs, base, nil
}

func address(dir string) string {
	return "mysql://root@localhost/?socket=" + url.QueryEscape(filepath.Join(dir, "s.sock"))
}

// join returns the DSN of the server that another process started, if it still runs.
func join(dir string) (dsn string, ok bool) {
	users, err := lock(filepath.Join(dir, "users"), syscall.LOCK_SH|syscall.LOCK_NB)
	if err != nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := admin(ctx, address(dir), "DO 1"); err != nil {
		return "", errors.Join(err, users.Close()) == nil
	}
	held = append(held, users)
	return address(dir), true
}

// launch starts a server with its supervisor and waits until it answers. The server lives until users is closed.
func launch(base string, programs map[string]string, env, flags []string) (dir string, users *os.File, err error) {
	dir, err = os.MkdirTemp(memoryDir(base), "coincart-mariadb-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the server: %w", err)
	}
	users, err = lock(filepath.Join(dir, "users"), syscall.LOCK_SH)
	if err != nil {
		return "", nil, err
	}
	if err := start(dir, programs, env, flags); err != nil {
		return "", nil, errors.Join(err, users.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := admin(ctx, address(dir), "DO 1")
		if err == nil {
			return dir, users, nil
		}
		select {
		case <-ctx.Done():
			report, _ := os.ReadFile(filepath.Join(dir, "err.log"))
			return "", nil, errors.Join(fmt.Errorf("the server does not answer: %w\n%s", err, report), users.Close())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func start(dir string, programs map[string]string, env, flags []string) error {
	data := "--datadir=" + filepath.Join(dir, "data")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	user := []string{}
	if os.Getuid() == 0 {
		user = append(user, "--user=root")
	}
	// A starting server empties its folder for temporary tables, so it must not be shared with other servers.
	temporary := filepath.Join(dir, "tmp")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return fmt.Errorf("make a folder for the server: %w", err)
	}
	install := exec.CommandContext(ctx, programs["mariadb-install-db"], append([]string{
		"--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
	}, user...)...)
	install.Env = append(os.Environ(), "TMPDIR="+temporary)
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("install the server's tables: %w\n%s", err, out)
	}
	args := append([]string{"-c", supervisor, "supervisor", dir, programs["env"]}, env...)
	args = append(args, programs["mariadbd"],
		"--no-defaults", data, "--socket="+filepath.Join(dir, "s.sock"), "--pid-file="+filepath.Join(dir, "pid"),
		"--tmpdir="+temporary,
		"--skip-networking", "--skip-name-resolve", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M",
		"--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--innodb-doublewrite=0", "--performance-schema=OFF",
		"--max-connections=600", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
		"--log-error="+filepath.Join(dir, "err.log"),
	)
	args = append(append(args, user...), flags...)
	// The server must not inherit a pipe of the test, or "go test" would wait for it to end. It gets a session of its own, so that an
	// interrupt at the terminal ends the tests first.
	cmd := exec.Command(programs["sh"], args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	return cmd.Process.Release()
}

// memoryDir returns a folder in memory, because creating tables waits for the disk otherwise, or fallback if memory is short: a container's
// /dev/shm may be small.
func memoryDir(fallback string) string {
	const memory, enough = "/dev/shm", 1 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err == nil && fs.Bavail*uint64(fs.Bsize) > enough {
		if f, err := os.CreateTemp(memory, "coincart-"); err == nil {
			if errors.Join(f.Close(), os.Remove(f.Name())) == nil {
				return memory
			}
		}
	}
	return fallback
}

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open a lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(fmt.Errorf("take a lock: %w", err), f.Close())
	}
	return f, nil
}

func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for folder := range strings.FieldsSeq("/usr/sbin /usr/local/sbin /usr/bin /usr/local/bin") {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w (%s is missing)", errNoMariaDB, name)
}
