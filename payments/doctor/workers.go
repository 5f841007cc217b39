package doctor

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
)

// readyAnswer is how much of an answer of /readyz is read, in bytes.
const readyAnswer = 2 << 10

// saidSeparator separates the reports of a running shop in Values.
const saidSeparator = "; "

// checkWorkers reports workers that have stalled or fail (reliability.md R18), in this process or in a shop that runs on this machine. It
// reports nothing if all is well, because checkStore does.
func (c Config) checkWorkers(ctx context.Context) []health.Finding {
	if c.Workers != nil {
		return judgeWorkers(c.Workers(), time.Now())
	}
	if c.Ready == "" {
		return nil
	}
	return askReady(ctx, c.Ready)
}

func judgeWorkers(workers []models.WorkerState, now time.Time) []health.Finding {
	var findings []health.Finding
	for _, w := range workers {
		values := []string{"Worker", w.Name, "Seconds", strconv.Itoa(int(now.Sub(w.Finished).Seconds())), "Restarts", strconv.Itoa(w.Restarts), "Problem", w.Problem}
		switch {
		case w.Stalled:
			findings = append(findings, health.New(jobs.CheckWorkers, health.Bad, CodeWorkersStalled, values...))
		case w.Failing:
			findings = append(findings, health.New(jobs.CheckWorkers, health.Warn, CodeWorkersFailing, values...))
		}
	}
	return findings
}

// askReady returns the reports of a running shop about its workers. If the shop does not answer, it does not run here, or another check
// reports the cause.
func askReady(ctx context.Context, address string) []health.Finding {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, readyAnswer))
	if err != nil {
		return nil
	}
	var reported []string
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, "worker ") {
			reported = append(reported, strings.TrimSpace(line))
		}
	}
	if len(reported) == 0 {
		return nil
	}
	status := health.Warn
	if response.StatusCode == http.StatusServiceUnavailable {
		status = health.Bad
	}
	return []health.Finding{health.New(jobs.CheckWorkers, status, CodeWorkersSaid, "Words", strings.Join(reported, saidSeparator))}
}
