package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates/i18n"
)

// languageCookie is the cookie with the language that was selected in the console. The name is the sandbox's own, because the shop of a demo
// runs on the same host and gets the cookie too.
const languageCookie = "sandbox-language"

// texts returns the catalogue in the language that was selected in the console or that the browser prefers.
func texts(r *http.Request) *i18n.Printer {
	selected := ""
	if c, err := r.Cookie(languageCookie); err == nil {
		selected = c.Value
	}
	return i18n.Match(selected, r.Header.Get("Accept-Language"))
}

// serveLanguageForm stores the selected language and shows the page again.
func (con *console) serveLanguageForm(w http.ResponseWriter, r *http.Request) {
	tag := i18n.ByTag(r.PostForm.Get("lang")).Lang()
	//nolint:gosec // a demonstration is served over plain http
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: tag, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(con.address(r), "https://"),
	})
	//nolint:gosec // ownPath lets no other server through
	http.Redirect(w, r, ownPath(r.PostForm.Get("next")), http.StatusSeeOther)
}

// ownPath returns the path if browsers take it for one of this server, and that of the first page otherwise.
func ownPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return "/"
	}
	return u.EscapedPath()
}

// inputError is an invalid input in the console or the control API.
type inputError struct {
	id    string        // of the console's message, behind "sandbox.problem."
	text  string        // for the API
	value string        // Value in the message
	most  time.Duration // Max in the message
}

func (e *inputError) Error() string { return e.text }

var (
	errForm  = &inputError{id: "form", text: "the form cannot be read"}
	errPage  = &inputError{id: "page", text: "there is no such page"}
	errWhole = &inputError{id: "whole", text: "whole numbers are expected"}
	errDelay = &inputError{id: "delay", text: "a duration such as 7.9s is expected"}
)

// errorKind is an error that the methods of Server return.
type errorKind struct {
	err    error
	status int    // of the answer
	id     string // of the console's message; empty: the console shows the error's text
}

var errorKinds = []errorKind{
	{ErrOrderNotFound, http.StatusNotFound, "sandbox.problem.order"},
	{ErrCallbackNotFound, http.StatusNotFound, "sandbox.problem.callback"},
	{ErrUnknownUser, http.StatusNotFound, ""},
	{ErrUnknownApp, http.StatusNotFound, ""},
	{ErrState, http.StatusServiceUnavailable, ""},
	{ErrNotPending, http.StatusConflict, "sandbox.problem.not_pending"},
	{ErrInsufficientBalance, http.StatusConflict, "sandbox.problem.balance"},
	{ErrPayerFrozen, http.StatusConflict, "sandbox.problem.frozen"},
}

func knownError(err error) (errorKind, bool) {
	return findFunc(errorKinds, func(known errorKind) bool { return errors.Is(err, known.err) })
}

// problemText returns the explanation of an error for the console, or "" without an error.
func problemText(p *i18n.Printer, err error) string {
	if err == nil {
		return ""
	}
	if input, ok := errors.AsType[*inputError](err); ok {
		return p.T("sandbox.problem."+input.id, "Value", input.value, "Max", durationText(p, input.most))
	}
	if known, ok := knownError(err); ok && known.id != "" {
		return p.T(known.id)
	}
	return p.T("sandbox.problem.other", "Detail", strings.TrimPrefix(err.Error(), "sandbox: "))
}

func statusText(p *i18n.Printer, status opay.Status) string {
	if !status.Known() {
		return string(status)
	}
	return p.T("sandbox.status." + status.String())
}

func faultName(p *i18n.Printer, kind FaultKind) string {
	return p.T("sandbox.fault.name." + string(kind))
}

func faultAbout(p *i18n.Printer, kind FaultKind) string {
	return p.T("sandbox.fault.about." + string(kind))
}

func wayText(p *i18n.Printer, way string) string { return p.T("sandbox.way." + way) }

// faultText returns the details of an active fault.
func faultText(p *i18n.Printer, f Fault) string {
	var parts []string
	add := func(set bool, text string) {
		if set {
			parts = append(parts, text)
		}
	}
	add(f.Call != "", p.T("sandbox.fault.only", "Call", f.Call))
	add(f.Call == "" && f.Kind.form().ofCall(), p.T("sandbox.fault.every"))
	add(f.Times > 0, p.N("sandbox.fault.times", f.Times))
	add(f.Times == 0, p.T("sandbox.fault.endless"))
	add(f.Percent > 0, p.T("sandbox.fault.percent", "Percent", strconv.Itoa(f.Percent)))
	add(f.Delay > 0, p.T("sandbox.fault.delay", "Time", durationText(p, time.Duration(f.Delay))))
	add(f.Code != "", p.T("sandbox.fault.code", "Code", string(f.Code)))
	add(f.Way != "", wayText(p, f.Way))
	add(f.Count > 0, p.N("sandbox.fault.copies", f.Count))
	add(f.Accept, p.T("sandbox.fault.accept"))
	return strings.Join(parts, " · ")
}

// callbackText returns the text for Callback.About.
func callbackText(p *i18n.Printer, about string) string {
	if id, again := strings.CutPrefix(about, aboutReplay); again {
		return p.T("sandbox.callback.replay", "ID", id)
	}
	switch about {
	case aboutStatus:
		return p.T("sandbox.callback.status")
	case aboutManual:
		return p.T("sandbox.callback.manual")
	}
	return faultName(p, FaultKind(about))
}

// faultsOf returns the names of the faults that struck an exchange.
func faultsOf(p *i18n.Printer, e Exchange) (names []string) {
	switch {
	case e.Fault == "":
	case e.Callback:
		names = append(names, p.T("sandbox.callback.forged", "Way", wayText(p, e.Fault)))
	default:
		for kind := range strings.SplitSeq(e.Fault, faultSeparator) {
			names = append(names, faultName(p, FaultKind(kind)))
		}
	}
	return names
}

// tryText returns the text for Try.Problem. It returns an unknown problem, such as an HTTP status, unchanged.
func tryText(p *i18n.Printer, problem string) string {
	if text, late := strings.CutPrefix(problem, problemLate); late {
		if limit, err := time.ParseDuration(text); err == nil {
			return p.T("sandbox.try.late", "Time", durationText(p, limit))
		}
	}
	id, known := map[string]string{
		problemEncrypt: "sandbox.try.encrypt", problemAddress: "sandbox.try.address", problemSilent: "sandbox.try.silent",
		problemCut: "sandbox.try.cut", problemObject: "sandbox.try.object", problemCase: "sandbox.try.case", problemCode: "sandbox.try.code",
		problemData: "sandbox.try.data", problemNothing: "sandbox.try.nothing",
	}[problem]
	if !known {
		return problem
	}
	return p.T(id)
}

func httpStatus(p *i18n.Printer, status int) string {
	if status == 0 {
		return p.T("sandbox.try.none")
	}
	return httpText(status)
}

func httpText(status int) string { return "HTTP " + strconv.Itoa(status) }

// durationText returns a duration in the largest unit of which it is a whole number.
func durationText(p *i18n.Printer, d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return p.T("sandbox.duration.hours", "Number", strconv.Itoa(int(d/time.Hour)))
	case d >= time.Minute && d%time.Minute == 0:
		return p.T("sandbox.duration.minutes", "Number", strconv.Itoa(int(d/time.Minute)))
	default:
		return p.T("sandbox.duration.seconds", "Number", strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
	}
}

// retryText describes the tries after a callback that is not acknowledged.
func retryText(p *i18n.Printer, schedule []time.Duration) string {
	if len(schedule) == 0 {
		return p.T("sandbox.callback.no_retry")
	}
	list := ""
	for i, d := range schedule {
		if i == 0 {
			list = durationText(p, d)
			continue
		}
		list = p.T("sandbox.list", "First", list, "Next", durationText(p, d))
	}
	return p.T("sandbox.callback.retry", "Times", list)
}

// marked writes a text in which backticks enclose code.
func marked(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for i, part := range strings.Split(text, "`") {
			part = templ.EscapeString(part)
			if i%2 == 1 {
				part = "<code>" + part + "</code>"
			}
			if _, err := io.WriteString(w, part); err != nil {
				return err //nolint:wrapcheck // templ names the page
			}
		}
		return nil
	})
}
