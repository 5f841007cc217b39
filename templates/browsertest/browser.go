// Package browsertest opens pages in a real Chromium and checks them there. Only tests import it.
//
// The galleries of the shop and of the back office read these environment variables:
//
//   - COINCART_GALLERY names a folder for a PNG of every page, also in the dark scheme.
//   - COINCART_GALLERY_HTML names a folder for the HTML of every page in both languages. Nothing else is done then: no browser is needed. Two
//     states of the code are compared by writing one folder with each and running diff -r on them.
//   - COINCART_GALLERY_ONLY limits a gallery to the pages whose name begins with it.
//   - COINCART_AXE names a copy of axe.min.js, which then checks every page for accessibility, contrast included.
//   - COINCART_REQUIRE_CHROMIUM=1 fails tests that find no browser. Without it they are skipped.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is how long Until waits, and how long a browser may take to start.
const patience = 30 * time.Second

// Need returns the path of the browser. Without a browser it skips the test, or fails it with COINCART_REQUIRE_CHROMIUM=1.
func Need(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no browser: apt-get install chromium fonts-noto-cjk"
	require.NotEqual(t, "1", os.Getenv("COINCART_REQUIRE_CHROMIUM"), missing)
	t.Skip(missing)
	return ""
}

// Still asks pages for less motion. A page that is left or resized while it moves aborts the movement with an exception, and a click on
// something that moves misses it.
func Still() chromedp.ExecAllocatorOption { return chromedp.Flag("force-prefers-reduced-motion", true) }

// Open starts a browser with a fresh profile and returns a tab of it. The tab ends after the limit, and the browser is closed when the test
// ends. Open calls Need.
func Open(t *testing.T, limit time.Duration, options ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	all := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(Need(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(all, options...)...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	// The browser is started before there is a deadline: it would die with it.
	require.NoError(t, chromedp.Do(tab), "start the browser")
	tab, end := context.WithTimeout(tab, limit)
	t.Cleanup(end)
	return tab
}

// Until waits until a JavaScript expression is true in the page, also if the page is replaced by another one meanwhile.
//
// chromedp.Poll is not used: it evaluates in the execution context that chromedp last heard of. chromedp notes a new context on another
// goroutine than the one on which Navigate learns that the page has loaded, so directly after Navigate the noted context may be the one of the
// page before, and the browser answers "Cannot find context with specified id". An evaluation without a context id always runs in the
// page that is there.
func Until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		ctx, end := context.WithTimeout(ctx, patience)
		defer end()
		holds := chromedp.Evaluate[bool]("Boolean(" + expression + ")")
		again := time.NewTicker(10 * time.Millisecond)
		defer again.Stop()
		answer := "false"
		for {
			// An error is not the end: between two pages there is nothing to ask, and an element that the expression names may still be missing.
			is, err := holds(ctx, target)
			switch {
			case err == nil && is:
				return nil
			case err == nil:
				answer = "false"
			case ctx.Err() == nil:
				answer = err.Error()
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait for %s: %w; the last answer was: %s", expression, ctx.Err(), answer)
			case <-again.C:
			}
		}
	})
}

// Run runs JavaScript statements in the page.
func Run(statements string) chromedp.Action[chromedp.Void] {
	return Discard(chromedp.Evaluate[bool](statements + "; true"))
}

// Discard runs an action and drops its result.
func Discard[T any](action chromedp.Action[T]) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := action(ctx, target)
		return chromedp.Void{}, err
	}
}

// Console collects what the browser complains about: exceptions, errors and warnings of scripts, requests that failed, and what the content
// security policy stopped.
type Console struct {
	mu    sync.Mutex
	lines []string
	stop  context.CancelFunc
	done  chan struct{}
}

// Listen starts to collect the complaints of a tab.
func Listen(tab context.Context) *Console {
	ctx, stop := context.WithCancel(tab)
	c := &Console{stop: stop, done: make(chan struct{})}
	messages := chromedp.Console(ctx)
	go func() {
		defer close(c.done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
				c.add(m.String() + " (" + m.URL + ")")
			}
		}
	}()
	return c
}

func (c *Console) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

// Take returns the complaints since the last call.
func (c *Console) Take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := c.lines
	c.lines = nil
	return lines
}

// Stop ends the collecting and returns the complaints since the last call of Take.
func (c *Console) Stop() []string {
	c.stop()
	<-c.done
	return c.Take()
}
