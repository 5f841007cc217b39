package admin_test

import (
	"testing"
	"time"

	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
)

// Every request of a script gets every bad answer: the page stays, says so, and goes on.
func TestLive_PagesSurviveBadAnswers(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	task, file := f.task(40), f.importRunning()
	browsertest.CheckCalls(t, ".", []browsertest.Call{
		{
			Source: `tasks.templ: hx-get templates.At(ctx, "/admin/tasks/"+v.ID)`, Page: admin.Task(task), Part: admin.TaskStatus(task), Poll: "task-status",
		},
		{
			Source: `import.templ: hx-get templates.At(ctx, v.path())`, Page: admin.Import(file), Part: admin.ImportStatus(file), Poll: "import-status",
		},
	}, 4*time.Minute)
}
