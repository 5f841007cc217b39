package admin_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates/i18n"
)

// constants reads the text constants of a folder's Go files by the name of their type.
func constants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, s := range group.Specs {
				collect(t, found, s)
			}
		}
	}
	return found
}

// collect adds the constants of one line that have a type.
func collect(t *testing.T, found map[string][]string, spec ast.Spec) {
	t.Helper()
	value, ok := spec.(*ast.ValueSpec)
	if !ok {
		return
	}
	kind, ok := value.Type.(*ast.Ident)
	if !ok {
		return
	}
	for _, v := range value.Values {
		literal, ok := v.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(literal.Value)
		require.NoError(t, err)
		if text != "" {
			found[kind.Name] = append(found[kind.Name], text)
		}
	}
}

// say asserts that an id has words in every language.
func say(t *testing.T, id string) {
	t.Helper()
	for _, l := range i18n.Languages() {
		assert.NotEqual(t, id, i18n.ByTag(l.Tag).T(id), "%s: no words in %s", id, l.Tag)
	}
}

func TestWords_EveryValueHasThem(t *testing.T) {
	views, rows := constants(t, "."), constants(t, filepath.Join("..", "..", "models"))
	for kind, ids := range map[string]string{"Refusal": "admin.refusal.*", "NoticeKind": "admin.notice.*", "ErrorKind": "admin.error.*.title", "Section": "admin.section.*", "Verified": "admin.verified.*", "CoinState": "admin.coin_state_text.*"} {
		require.NotEmpty(t, views[kind], kind)
		for _, value := range views[kind] {
			if kind == "NoticeKind" && value == "refused" {
				continue // its words are the refusal's
			}
			say(t, strings.Replace(ids, "*", value, 1))
		}
	}
	for _, kind := range views["ErrorKind"] {
		say(t, "admin.error."+kind+".text")
	}
	for kind, prefixes := range map[string][]string{
		"OrderState": {"order_state."}, "AttemptState": {"attempt_state."}, "Intent": {"intent."}, "RefundState": {"refund_state."}, "Role": {"role.", "role_text."},
		"BookDayState": {"day_state."}, "StatementState": {"statement_state."}, "StatementType": {"statement_type."}, "DiscrepancyKind": {"discrepancy.", "discrepancy_text."},
		"DiscrepancyState": {"discrepancy_state."}, "DiscrepancyEventKind": {"discrepancy_event."}, "DayResult": {"day_result.", "day_result_text."}, "SealReason": {"seal."},
		"TaskKind": {"task."}, "TaskState": {"task_state."}, "ReviewKind": {"review.", "review_text."}, "OrderSort": {"sort."},
		"EvidenceSource": {"event.evidence."}, "MailKind": {"mail."}, "OutboxState": {"value.state."}, "OverdueKind": {"remark.overdue_"},
		"RateProblem": {"rate_result.", "remark.rate_", "coin_state.", "coin_state_text."}, "FetchProblem": {"rate_result.", "fetch_problem."},
	} {
		require.NotEmpty(t, rows[kind], kind)
		for _, value := range rows[kind] {
			for _, prefix := range prefixes {
				say(t, "admin."+prefix+value)
			}
		}
	}
}

// quoted finds texts of a form in the module's sources.
func quoted(t *testing.T, pattern string, folders ...string) []string {
	t.Helper()
	find := regexp.MustCompile(pattern)
	var found []string
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			source, err := os.ReadFile(filepath.Clean(name))
			for _, m := range find.FindAllStringSubmatch(string(source), -1) {
				found = append(found, m[1])
			}
			return err
		})
		require.NoError(t, err)
	}
	return found
}

func TestWords_EveryActionOfTheAuditLogHasThem(t *testing.T) {
	for _, action := range models.AuditActions() {
		say(t, "admin.action."+action)
	}
	for _, group := range models.AuditGroups() {
		say(t, "admin.audit_group."+group)
	}
}

func TestWords_EveryRemarkHasThem(t *testing.T) {
	remarks := quoted(t, `(?:Remark\(|Remarked\((?:err|fmt\.Errorf\([^)\n]*\)), )"([a-z_]+)"`, "payments", "models", "web")
	require.Greater(t, len(remarks), 20, "the search itself must work")
	for _, code := range remarks {
		say(t, "admin.remark."+code)
	}
	for _, code := range []string{"count", "pages", "page", "unreachable", "import_gone"} {
		assert.Contains(t, remarks, code, "remarks of errors are found too")
	}
}

func TestWords_EveryReasonOfARefusedCallbackHasThem(t *testing.T) {
	reasons := quoted(t, `"notify_([a-z_]+)"`, "web/platform")
	require.NotEmpty(t, reasons)
	for _, reason := range reasons {
		if reason != "accepted" {
			say(t, "admin.rejected."+reason)
		}
	}
}

func TestWords_EveryKindOfAttentionHasThem(t *testing.T) {
	kinds := quoted(t, `\{Kind: "([a-z_]+)", Count:`, "web/admin")
	require.NotEmpty(t, kinds)
	for _, kind := range kinds {
		say(t, "admin.attention."+kind)
	}
}
