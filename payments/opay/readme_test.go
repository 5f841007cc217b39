package opay_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	noError(t, err)
	return string(text)
}

// readmeProgram is a program of the README with what it prints.
var readmeProgram = regexp.MustCompile("(?s)```go\n(package main.*?)```\n.*?```text\n(.*?)```")

func TestReadme_ItsProgramsRun(t *testing.T) {
	programs := readmeProgram.FindAllStringSubmatch(readme(t), -1)
	equal(t, len(programs), 5, "programs")
	equal(t, strings.Count(readme(t), "```go\n"), len(programs), "every Go block is a program that runs")
	folder := t.TempDir()
	built := buildReadme(t, folder, programs)
	platform := newExamplePlatform()
	defer platform.Close()
	merchant, other := exampleKeyFiles(t)
	for name, text := range map[string][]byte{"merchant.pem": merchant, "platform.pub.pem": other, "platform.secret": []byte(exampleSecret + "\n")} {
		noError(t, os.WriteFile(filepath.Join(folder, name), text, 0o600))
	}
	for i, program := range programs {
		t.Run(strconv.Itoa(i+1), func(t *testing.T) {
			command := exec.CommandContext(t.Context(), built[i])
			command.Dir, command.Env = folder, append(os.Environ(), "PLATFORM_URL="+platform.URL)
			want := strings.ReplaceAll(program[2], "PLATFORM_URL", platform.URL)
			if strings.Contains(program[1], "ListenAndServe") {
				serveReadme(t, command, platform, want)
				return
			}
			out, err := command.CombinedOutput()
			noError(t, err)
			equal(t, string(out), want, "output")
		})
	}
}

// A reader counts the lines.
func TestReadme_TheFirstCallTakesTenLines(t *testing.T) {
	first := readmeProgram.FindStringSubmatch(readme(t))[1]
	_, body, _ := strings.Cut(first, "func main() {\n")
	body, _, _ = strings.Cut(body, "\n}\n")
	equal(t, len(strings.Split(body, "\n")), 9, "lines of main")
}

// exampleKeyFiles returns the merchant's private and the platform's public key.
func exampleKeyFiles(t *testing.T) (private, public []byte) {
	t.Helper()
	exampleKeys()
	private, err := opay.MarshalPrivateKey(examplePairs.merchant)
	noError(t, err)
	public, err = opay.MarshalPublicKey(&examplePairs.platform.PublicKey)
	noError(t, err)
	return private, public
}

// buildReadme builds the programs as if they were packages of this module.
func buildReadme(t *testing.T, folder string, programs [][]string) []string {
	t.Helper()
	here, err := os.Getwd()
	noError(t, err)
	replaced := map[string]string{}
	var built, packages []string
	for i, program := range programs {
		name := "readme" + strconv.Itoa(i+1)
		file := filepath.Join(folder, name+".go")
		noError(t, os.WriteFile(file, []byte(program[1]), 0o600))
		replaced[filepath.Join(here, name, "main.go")] = file
		built, packages = append(built, filepath.Join(folder, name)), append(packages, "./"+name)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	noError(t, err)
	file := filepath.Join(folder, "overlay.json")
	noError(t, os.WriteFile(file, overlay, 0o600))
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"build", "-overlay", file, "-o", folder}, packages...)...).CombinedOutput()
	equal(t, string(out), "", "go build")
	noError(t, err)
	return built
}

// serveReadme runs the program that takes callbacks, sends it a good one and a forged
// one, and ends it.
func serveReadme(t *testing.T, command *exec.Cmd, platform *examplePlatform, want string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	address := listener.Addr().String()
	noError(t, listener.Close())
	command.Env = append(command.Env, "ADDR="+address)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	noError(t, command.Start())
	envelope, err := platform.keys.Seal([]byte(`{"outOrderId":"Q7PX3MZK5TJVWNA2YH4CDB6RLE","orderNum":"10000000002","orderStatus":3,"payAmount":10.50}`))
	noError(t, err)
	good := opay.Request{AppID: "xxx_xxx", Time: "1715310032123", Envelope: envelope}
	status, body := post(t, "http://"+address+"/notify", good.Encode())
	equal(t, status, http.StatusOK, "status")
	equal(t, body, string(opay.Acknowledgement()), "acknowledgement")
	forged := good
	forged.Envelope.Sign = strings.Repeat("A", len(good.Envelope.Sign))
	status, _ = post(t, "http://"+address+"/notify", forged.Encode())
	equal(t, status, http.StatusBadRequest, "a forged one")
	noError(t, command.Process.Kill())
	_ = command.Wait() // killed
	equal(t, out.String(), want, "output")
}

// post sends a body, and waits until somebody listens.
func post(t *testing.T, address string, body []byte) (status int, answer string) {
	t.Helper()
	for range 200 {
		response, err := http.Post(address, "application/json", bytes.NewReader(body))
		if err != nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		text, err := io.ReadAll(response.Body)
		noError(t, err)
		noError(t, response.Body.Close())
		return response.StatusCode, string(text)
	}
	t.Fatal("nobody listens at " + address)
	return 0, ""
}

// packageFiles parses the files of this folder that keep returns true for.
func packageFiles(t *testing.T, keep func(name string) bool) []*ast.File {
	t.Helper()
	files := token.NewFileSet()
	var parsed []*ast.File
	names, err := fs.Glob(os.DirFS("."), "*.go")
	noError(t, err)
	for _, name := range names {
		if keep(name) {
			file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
			noError(t, err)
			parsed = append(parsed, file)
		}
	}
	return parsed
}

// printing are the methods that are called by printing, logging and encoding.
var printing = []string{"String", "GoString", "LogValue", "MarshalJSON", "Error", "Unwrap"}

func TestExamples_EveryCallHasOne(t *testing.T) {
	used := map[string]bool{}
	for _, file := range packageFiles(t, func(name string) bool { return strings.HasPrefix(name, "example") }) {
		for _, d := range file.Decls {
			example, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(example.Name.Name, "Example") {
				continue
			}
			ast.Inspect(example.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if s, ok := call.Fun.(*ast.SelectorExpr); ok {
						used[s.Sel.Name] = true
					}
				}
				return true
			})
		}
	}
	for _, file := range packageFiles(t, func(name string) bool { return !strings.HasSuffix(name, "_test.go") }) {
		for _, d := range file.Decls {
			call, ok := d.(*ast.FuncDecl)
			if ok && call.Name.IsExported() && !used[call.Name.Name] && !slices.Contains(printing, call.Name.Name) {
				t.Errorf("no example calls %s", call.Name.Name)
			}
		}
	}
}

func TestReadme_ListsEveryError(t *testing.T) {
	text := readme(t)
	n := 0
	for _, file := range packageFiles(t, func(name string) bool { return !strings.HasSuffix(name, "_test.go") }) {
		for name := range declared(file) {
			if strings.HasPrefix(name, "Err") || strings.HasSuffix(name, "Error") {
				n++
				contains(t, text, name)
			}
		}
	}
	if n < 19 {
		t.Errorf("only %d errors found", n)
	}
	for _, match := range regexp.MustCompile("(?m)^\\| `\\*?(\\w+)` \\|").FindAllStringSubmatch(text, -1) {
		known := false
		for _, file := range packageFiles(t, func(name string) bool { return !strings.HasSuffix(name, "_test.go") }) {
			known = known || declared(file)[match[1]]
		}
		if !known {
			t.Errorf("README.md lists %s, which does not exist", match[1])
		}
	}
}

// declared returns the names of the variables and types that a file exports.
func declared(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names[name.Name] = name.IsExported() && group.Tok == token.VAR
				}
			case *ast.TypeSpec:
				names[spec.Name.Name] = spec.Name.IsExported()
			}
		}
	}
	for name, exported := range names {
		if !exported {
			delete(names, name)
		}
	}
	return names
}
