package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/web"
	"github.com/coincart/coincart/web/api"
)

// update says that the committed document and the list of promises are to be written again. Promises are only ever added.
const update = "COINCART_UPDATE_API"

func served(t *testing.T) []byte {
	t.Helper()
	s := sqlite(t, func(c *web.Config) { c.BaseURL = "https://shop.example.org" })
	r, err := http.Get(s.url + "/api/v1/openapi.json")
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, "*", r.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, string(s.web.API().Document()), readAll(t, r.Body))
	return s.web.API().Document()
}

func TestDocument_IsTheCommittedOne(t *testing.T) {
	text := served(t)
	file := filepath.Join("..", "..", "docs", "openapi.json")
	if os.Getenv(update) != "" {
		require.NoError(t, os.WriteFile(file, text, 0o644))
	}
	committed, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(committed), string(text), "run the test with %s=1 and look at the difference", update)
	doc, err := libopenapi.NewDocument(text)
	require.NoError(t, err)
	v, errs := validator.NewValidator(doc)
	require.Empty(t, errs)
	fine, faults := v.ValidateDocument()
	assert.True(t, fine, "%v", faults)
}

// What a version of the API has promised stays: a change that breaks it needs a new version, which has a list of its own.
func TestDocument_KeepsItsPromises(t *testing.T) {
	facts := factsOf(t, served(t))
	file := filepath.Join("testdata", wire.Version+".promises")
	promised := map[string]bool{}
	if f, err := os.Open(file); err == nil {
		for lines := bufio.NewScanner(f); lines.Scan(); {
			promised[lines.Text()] = true
		}
		require.NoError(t, f.Close())
	}
	broken := brokenPromises(promised, facts)
	require.Empty(t, broken, "the version %s has promised this: give the API a new version", wire.Version)
	if os.Getenv(update) != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(slices.Sorted(maps.Keys(facts)), "\n")+"\n"), 0o644))
		return
	}
	assert.Equal(t, slices.Sorted(maps.Keys(promised)), slices.Sorted(maps.Keys(facts)), "run the test with %s=1: new promises are added", update)
}

// brokenPromises returns the promises that no longer hold, and what callers must send now that they need not before.
func brokenPromises(promised, facts map[string]bool) (broken []string) {
	calls := map[string]bool{}
	for line := range promised {
		call, _, _ := strings.Cut(line, " | ")
		calls[call] = true
		if !facts[line] {
			broken = append(broken, line)
		}
	}
	for line := range facts {
		call, _, _ := strings.Cut(line, " | ")
		if calls[call] && strings.HasPrefix(line, call+" | send") && strings.HasSuffix(line, " required") && !promised[line] {
			broken = append(broken, "new: "+line)
		}
	}
	slices.Sort(broken)
	return broken
}

func TestBrokenPromises_SeesEachKind(t *testing.T) {
	text := string(served(t))
	was := factsOf(t, []byte(text))
	for name, edit := range map[string][2]string{
		"answer's member renamed":  {`"amount_refunded"`, `"refunded"`},
		"answer's member maybe":    {"\"cancel_url\": {\n            \"type\": \"string\"", "\"cancel_url\": {\n            \"type\": \"integer\""},
		"path renamed":             {`"/refunds/{id}"`, `"/refund/{id}"`},
		"parameter removed":        {`"name": "wait"`, `"name": "waiting"`},
		"body's member renamed":    {`"expires_in"`, `"lifetime"`},
		"status changed":           {`"201": {`, `"200": {`},
		"value no longer accepted": {`"processing",`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			edited := strings.ReplaceAll(text, edit[0], edit[1])
			require.NotEqual(t, text, edited)
			assert.NotEmpty(t, brokenPromises(was, factsOf(t, []byte(edited))))
		})
	}
	required := maps.Clone(was)
	required["POST /checkouts | send body/color string required"] = true
	assert.NotEmpty(t, brokenPromises(was, required))
	more := maps.Clone(was)
	more["POST /checkouts | send body/color string optional"] = true
	more["POST /checkouts | 201 /color string"] = true
	more["GET /colors | send query/after string required"] = true
	assert.Empty(t, brokenPromises(was, more), "what is added breaks nothing")
}

// factsOf returns what a document promises, a line each: what can be sent, and what is answered.
func factsOf(t *testing.T, text []byte) map[string]bool {
	t.Helper()
	f := facts{lines: map[string]bool{}}
	require.NoError(t, json.Unmarshal(text, &f.doc))
	for path, item := range object(f.doc["paths"]) {
		for method, op := range object(item) {
			call := strings.ToUpper(method) + " " + path + " | "
			for _, p := range list(object(op)["parameters"]) {
				param := object(p)
				f.add(call+"send "+words(param["in"])+"/"+words(param["name"]), param["schema"], needWord(param["required"] == true), 0)
			}
			body := object(object(object(object(op)["requestBody"])["content"])["application/json"])
			if body["schema"] != nil {
				f.add(call+"send body", body["schema"], "", 0)
			}
			for status, response := range object(object(op)["responses"]) {
				f.lines[call+status] = true
				for media, content := range object(object(response)["content"]) {
					if status[0] == '2' {
						f.add(call+status+" ", object(content)["schema"], "", 0)
					} else {
						f.lines[call+status+" "+media] = true
					}
				}
			}
		}
	}
	return f.lines
}

type facts struct {
	doc   map[string]any
	lines map[string]bool
}

// add adds what a schema promises. need is said of the member itself.
func (f *facts) add(at string, schema any, need string, depth int) {
	s := object(schema)
	if ref, ok := s["$ref"].(string); ok {
		s = object(object(object(f.doc["components"])["schemas"])[strings.TrimPrefix(ref, "#/components/schemas/")])
	}
	const deepest = 6
	if anyOf := list(s["anyOf"]); len(anyOf) > 0 {
		f.lines[strings.TrimSpace(at+" null")] = true
		f.add(at, anyOf[0], need, depth+1)
		return
	}
	f.lines[strings.TrimSpace(fmt.Sprintf("%s %s %s %s", at, kind(s["type"]), words(s["format"]), need))] = true
	for _, value := range list(s["enum"]) {
		f.lines[at+" = "+words(value)] = true
	}
	if depth > deepest {
		return
	}
	var required []string
	for _, name := range list(s["required"]) {
		required = append(required, words(name))
	}
	for name, property := range object(s["properties"]) {
		f.add(at+"/"+name, property, needWord(slices.Contains(required, name)), depth+1)
	}
	if s["items"] != nil {
		f.add(at+"/*", s["items"], "", depth+1)
	}
}

func needWord(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

func kind(t any) string {
	if many := list(t); many != nil {
		names := make([]string, len(many))
		for i, m := range many {
			names[i] = words(m)
		}
		return strings.Join(names, "|")
	}
	return words(t)
}

func object(v any) map[string]any { o, _ := v.(map[string]any); return o }
func list(v any) []any            { l, _ := v.([]any); return l }
func words(v any) string          { s, _ := v.(string); return s }

func TestReference_IsReadableWithoutAnything(t *testing.T) {
	s := sqlite(t)
	for _, lang := range []string{"en", "zh-Hans"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+api.DocsPath, nil)
		require.NoError(t, err)
		r.Header.Set("Accept-Language", lang)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		page := readAll(t, response.Body)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		assert.Empty(t, response.Header.Values("Set-Cookie"))
		assert.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'self'")
		for _, route := range s.web.API().Routes() {
			assert.Contains(t, page, `id="`+route.Name+`"`)
			assert.Contains(t, page, route.Method+" "+route.Path)
		}
		for _, id := range []string{"idempotency_conflict", "rate_limited", "ref-Checkout"} {
			assert.Contains(t, page, `id="`+id+`"`)
		}
		for _, part := range strings.Split(page, `href="#`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			assert.Contains(t, page, `id="`+id+`"`, "a link leads nowhere")
		}
	}
}
