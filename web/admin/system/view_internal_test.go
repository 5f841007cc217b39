package system

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
)

func TestTaskView_SaysHowFarItIs(t *testing.T) {
	running := taskView(english.Printer, models.Task{ID: "t", Kind: models.TaskCancel, State: models.TaskRunning, Done: 1, Total: 3}, nil, true)
	assert.True(t, running.Running)
	assert.Equal(t, 33, running.Percent)
	unknown := taskView(english.Printer, models.Task{Kind: models.TaskStatement, State: models.TaskRunning, Params: `{"day":"2026-11-20"}`}, nil, true)
	assert.Equal(t, -1, unknown.Percent)
	assert.Equal(t, "2026-11-20", unknown.About)
	assert.Empty(t, unknown.ResultURL)
	over := models.Task{ID: "t", Kind: models.TaskExport, State: models.TaskDone, Params: `{"what":"orders","format":"csv"}`, FileName: "x.csv", FileSize: 1500}
	assert.Equal(t, "/admin/tasks/t/file", taskView(english.Printer, over, nil, true).File.URL)
	assert.Empty(t, taskView(english.Printer, over, nil, false).File.URL)
	assert.Equal(t, 100, taskView(english.Printer, over, nil, false).Percent)
	odd := taskView(english.Printer, models.Task{Kind: models.TaskStatement, State: models.TaskDone, Params: `nonsense`}, []models.TaskRow{
		{Outcome: "cancelled"}, {Outcome: "paid"}, {Outcome: "cancelled"},
	}, true)
	assert.Empty(t, odd.About)
	assert.Equal(t, []pages.Outcome{{Outcome: "cancelled", Count: 2}, {Outcome: "paid", Count: 1}}, odd.Counts)
	assert.False(t, odd.Rows[0].Bad)
	assert.True(t, odd.Rows[1].Bad)
}

func TestSubjectURL(t *testing.T) {
	id := models.NewID()
	assert.Equal(t, "/admin/orders/"+id, subjectURL("order:"+id))
	assert.Equal(t, "/admin/tasks/"+id, subjectURL("task:"+id))
	assert.Equal(t, "/admin/statements/2026-11-20", subjectURL("day:2026-11-20"))
	for _, other := range []string{"", "order:", "order:x", "staff:" + id, "refund:" + id, "order:../../x", "day"} {
		assert.NotContains(t, subjectURL(other), "..", other)
		assert.False(t, strings.HasPrefix(subjectURL(other), "/admin/orders"), other)
	}
}
