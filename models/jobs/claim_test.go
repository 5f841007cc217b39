package jobs_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models/jobs"
)

func TestRetryDelay_DoublesUpToAnHour(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 5*time.Second, jobs.RetryDelay(0))
	assert.Equal(t, 10*time.Second, jobs.RetryDelay(1))
	assert.Equal(t, 80*time.Second, jobs.RetryDelay(4))
	assert.Equal(t, time.Hour, jobs.RetryDelay(10))
	assert.Equal(t, time.Hour, jobs.RetryDelay(1<<30))
	assert.Equal(t, 5*time.Second, jobs.RetryDelay(-3))
}
