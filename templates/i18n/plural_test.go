package i18n

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// things are the plurals that a number may stand before.
const things = `(?:days|hours|minutes|seconds|orders|products|variants|pieces|items|lines|rows|columns|levels|characters|entries|attempts|times|images|cases|files|` +
	`codes|notes|customers|payments|refunds|emails|tasks|coins|coupons|pages|problems|weeks|months|years|people)`

// neverOne are the texts whose number cannot be 1: it is a limit, or has passed one.
func neverOne() []string {
	return []string{
		"import.problem.too_many_cols", "import.problem.too_many_rows", "import.problem.text_too_long", "import.problem.category_deep",
		"import.problem.picture_count", "field.problem.too_long.limit", "admin.field.password.hint",
		"admin.figure.conversion",                                                                                  // a percentage
		"doctor.says.workers_stalled", "doctor.says.workers_failing", "doctor.said.stalled", "doctor.said.failing", // after minutes
	}
}

func TestCatalogue_CountsHavePluralForms(t *testing.T) {
	counted := regexp.MustCompile(`\{\{\.\w+\}\} (?:\w+ )?` + things + `\b`)
	one := regexp.MustCompile(`(?:\{\{\.Count\}\}|\b1|\bOne) (?:\w+ )?` + things + `\b`)
	many := regexp.MustCompile(`(?:\{\{\.Count\}\}) (?:\w+ )?(?:are|were|have)\b`)
	files, err := filepath.Glob(filepath.Join("locales", "*.en.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	plurals := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var messages map[string]any
		require.NoError(t, json.Unmarshal(text, &messages))
		for id, message := range messages {
			switch m := message.(type) {
			case string:
				if !slices.Contains(neverOne(), id) {
					assert.NotRegexp(t, counted, m, "%s needs plural forms", id)
				}
			case map[string]any:
				plurals++
				assert.NotEmpty(t, m["one"], id)
				assert.NotRegexp(t, one, m["one"], "%s with 1", id)
				assert.NotRegexp(t, many, m["one"], "%s with 1", id)
			}
		}
	}
	assert.Greater(t, plurals, 40)
}
