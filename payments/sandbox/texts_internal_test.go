package sandbox

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates/i18n"
)

func TestRetryText_NamesEveryWait(t *testing.T) {
	en, zh := i18n.ByTag("en"), i18n.ByTag("zh-Hans")
	schedule := append(DefaultRetrySchedule(), 90*time.Second, 1500*time.Millisecond)
	require.Equal(t, en.T("sandbox.callback.retry", "Times",
		"2 s, 5 s, 15 s, 30 s, 1 min, 2 min, 5 min, 10 min, 30 min, 1 h, 2 h, 6 h, 90 s, 1.5 s"), retryText(en, schedule))
	require.Equal(t, zh.T("sandbox.callback.retry", "Times", "2 秒、5 秒、1 分钟"), retryText(zh, []time.Duration{2e9, 5e9, 6e10}))
	require.Equal(t, en.T("sandbox.callback.no_retry"), retryText(en, nil))
}

func TestTryText_HasWordsForEveryProblem(t *testing.T) {
	p := i18n.ByTag("zh-Hans")
	for _, problem := range []string{
		problemEncrypt, problemAddress, problemSilent, problemLate + "10s", problemCut, problemObject, problemCase, problemCode, problemData, problemNothing,
	} {
		text := tryText(p, problem)
		require.NotEqual(t, problem, text)
		require.NotContains(t, text, "sandbox.", problem)
	}
	require.Equal(t, "HTTP 502", tryText(p, "HTTP 502"))
	require.Equal(t, p.T("sandbox.try.late", "Time", "10 秒"), tryText(p, problemLate+"10s"))
}
