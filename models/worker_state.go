package models

import "time"

// WorkerState is the state of a background worker of this process.
type WorkerState struct {
	Name     string
	Finished time.Time // UTC, when a step last succeeded; before that, when the worker started
	Stalled  bool      // a step has run for more than a minute; tasks: without progress for five
	Failing  bool      // no step has succeeded for more than a minute
	Restarts int       // number of restarts because it had stalled
	Problem  string    // error of the last step, for logs and staff; "" if it succeeded
}
