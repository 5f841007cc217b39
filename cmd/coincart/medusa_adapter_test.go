package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// medusaSource returns the provider for Medusa, all files one after the other.
func medusaSource(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleRoot(t), "docs", "adapters", "medusa", "src", "modules", "coincart", "*.ts"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}

// The provider stays thin, and brings no packages.
func TestMedusaAdapter_IsThin(t *testing.T) {
	t.Parallel()
	source := medusaSource(t)
	assert.LessOrEqual(t, strings.Count(source, "\n"), 300)
	imports := regexp.MustCompile(`from "([^"]+)"`).FindAllStringSubmatch(source, -1)
	require.NotEmpty(t, imports)
	for _, found := range imports {
		assert.Regexp(t, `^(\./|node:|@medusajs/framework/)`, found[1])
	}
	folder := filepath.Join(moduleRoot(t), "docs", "adapters", "medusa")
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	require.NoError(t, err)
	var project struct{ Dependencies, DevDependencies map[string]string }
	require.NoError(t, json.Unmarshal(text, &project))
	readme, err := os.ReadFile(filepath.Join(folder, "README.md"))
	require.NoError(t, err)
	for name, version := range project.Dependencies {
		assert.Regexp(t, `^\d+\.\d+\.\d+$`, version, name)
		assert.Contains(t, string(readme), version, "the page says what was tested")
	}
}

// What the provider sends and reads is in the API's document.
func TestMedusaAdapter_SpeaksTheAPI(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "docs", "openapi.json"))
	require.NoError(t, err)
	var document struct {
		Info       struct{ Version string }
		Paths      map[string]map[string]json.RawMessage
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &document))
	source := medusaSource(t)
	assert.Contains(t, source, `"coincart-version": "`+document.Info.Version+`"`)

	calls := regexp.MustCompile("(?:\"(GET|POST)\", |\"(POST)\", )[\"`](/[^\"`?]*)").FindAllStringSubmatch(source, -1)
	require.Len(t, calls, 4)
	for _, call := range calls {
		path := regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(call[3], "{id}")
		assert.Contains(t, document.Paths[path], strings.ToLower(call[1]+call[2]), path)
	}

	schemas := document.Components.Schemas
	states := regexp.MustCompile(`status: ("open"[^\n]*)`).FindStringSubmatch(source)
	require.NotNil(t, states)
	told := strings.Split(strings.ReplaceAll(states[1], `"`, ""), " | ")
	assert.ElementsMatch(t, schemas["Checkout"].Properties["status"].Enum, told)
	for object, members := range map[string][]string{
		"NewCheckout": {"amount", "currency", "reference", "expires_in", "success_url", "cancel_url"}, "NewRefund": {"currency_amount", "reason"},
		"Checkout": {"id", "reference", "amount", "currency", "url"}, "Refund": {"id", "status"}, "Problem": {"code", "detail", "request_id"},
	} {
		for _, member := range members {
			assert.Contains(t, schemas[object].Properties, member, object)
			assert.True(t, slices.ContainsFunc([]string{member + ":", member + "?", "." + member, member + ",", member + " }"}, func(use string) bool { return strings.Contains(source, use) }), member)
		}
	}
}
