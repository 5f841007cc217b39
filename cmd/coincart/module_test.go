package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// modulePath is the path of the module. Only imports depend on that host.
const modulePath = "github.com/coincart/coincart"

// sourceFile is a file for the module's zip.
type sourceFile struct{ root, path string }

func (f sourceFile) Path() string                 { return f.path }
func (f sourceFile) Lstat() (os.FileInfo, error)  { return os.Lstat(filepath.Join(f.root, f.path)) }
func (f sourceFile) Open() (io.ReadCloser, error) { return os.Open(filepath.Join(f.root, f.path)) }

// Any program can use the exchange's client: an empty module fetches it from a proxy made of these files, and a program that uses it
// compiles and runs with the standard library alone.
func TestModule_ClientCanBeFetchedByAnybody(t *testing.T) {
	const version = "v0.1.0"
	proxy := moduleProxy(t, version)
	folder := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	write("go.mod", "module example.org/till\n\ngo 1.26\n")
	write("main.go", `package main

import (
	"fmt"

	"github.com/coincart/coincart/payments/opay"
)

func main() {
	key, err := opay.GenerateKeys(0)
	if err != nil {
		panic(err)
	}
	_, err = opay.New(opay.Config{BaseURL: "https://exchange.example", AppID: "till"})
	fmt.Println(key.N.BitLen(), err != nil, opay.CodeOrderNotFound.Text() != "")
}
`)
	goTool := func(args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GOPROXY=file://"+proxy, "GOSUMDB=off", "GONOSUMDB=*", "GONOPROXY=none", "GOFLAGS=-modcacherw",
			"GOWORK=off", "GOMODCACHE="+filepath.Join(folder, "cache"))
		var out, stderr bytes.Buffer
		command.Stdout, command.Stderr = &out, &stderr
		require.NoError(t, command.Run(), stderr.String())
		return strings.TrimSpace(out.String())
	}
	goTool("get", modulePath+"/"+standardOnly[0]+"@"+version)
	assert.Equal(t, "2048 true true", goTool("run", "."))
	foreign := goTool("list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	for path := range strings.Lines(foreign) {
		path = strings.TrimSpace(path)
		assert.True(t, path == "example.org/till" || strings.HasPrefix(path, modulePath+"/"+standardOnly[0]), path)
	}
	assert.Contains(t, foreign, modulePath+"/"+standardOnly[0])
}

// moduleProxy returns a folder that serves this module, in its current state, as a module proxy in one version.
func moduleProxy(t *testing.T, version string) string {
	t.Helper()
	root, proxy := moduleRoot(t), t.TempDir()
	command := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	command.Dir = root
	listed, err := command.Output()
	require.NoError(t, err, "git says which files belong to the module")
	var files []zip.File
	for name := range strings.SplitSeq(strings.Trim(string(listed), "\x00"), "\x00") {
		if exists(filepath.Join(root, name)) && !strings.HasPrefix(name, "tools/") { // tools is a separate module
			files = append(files, sourceFile{root, name})
		}
	}
	folder := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	archive, err := os.Create(filepath.Join(folder, version+".zip"))
	require.NoError(t, err)
	require.NoError(t, zip.Create(archive, module.Version{Path: modulePath, Version: version}, files))
	require.NoError(t, archive.Close())
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"list": version + "\n", version + ".info": `{"Version":"` + version + `"}`, version + ".mod": string(mod),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return proxy
}
