package admin_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const hostile = `"><script>alert(1)</script>'`

func TestPages_AreWholeInBothLanguages(t *testing.T) {
	glued := regexp.MustCompile(`visually-hidden">[^<]*(\s</span>|</span>[^\s<])`)
	table, head := regexp.MustCompile(`<table[^>]*>(<caption)?`), regexp.MustCompile(`<th[ >][^>]*`)
	inlineScript := regexp.MustCompile(`<script(?:\s+defer|\s+src="[^"]*")*>[^<]`)
	handler := regexp.MustCompile(`\son[a-z]+=`)
	leakedID := regexp.MustCompile(`[>"]\s*(?:admin|settings|doctor)(\.[a-z_0-9]+)+\s*[<"]`)
	for _, tag := range []string{"en", "zh-Hans"} {
		for _, s := range gallery(tag) {
			t.Run(tag+"/"+s.name, func(t *testing.T) {
				html := render(t, s.page)
				assert.True(t, strings.HasPrefix(html, `<!doctype html><html lang="`+tag+`">`), html[:60])
				for _, once := range []string{"<h1", "<main", "</title><meta", `rel="stylesheet"`, `content="noindex, nofollow"`, `href="#main"`} {
					assert.Equal(t, 1, strings.Count(html, once), once)
				}
				for _, no := range []string{"style=", "<style", "javascript:", "hx-on", "{{", "%!", "<no value>", "css/shop."} {
					assert.NotContains(t, html, no)
				}
				for _, m := range table.FindAllStringSubmatch(html, -1) {
					assert.NotEmpty(t, m[1], "a table without a caption: %s", m[0])
				}
				for _, cell := range head.FindAllString(html, -1) {
					assert.Contains(t, cell, `scope="`)
				}
				assert.NotRegexp(t, inlineScript, html)
				assert.NotRegexp(t, glued, html, "words that are read aloud without a gap")
				assert.NotRegexp(t, `<(?:fieldset|div|section|form)[^>]*\slang=`, html, "labels are in the reader's language, what is typed into them is not")
				assert.NotRegexp(t, handler, html)
				assert.NotRegexp(t, leakedID, html)
				assert.NotRegexp(t, `UTC\W{0,3}UTC`, html, "a time says its zone once")
				if tag == "en" {
					assert.NotRegexp(t, `\p{Han}`, strings.ReplaceAll(html, "简体中文", ""))
				}
			})
		}
	}
}

func TestPages_EveryFormGoesToAKnownAddress(t *testing.T) {
	post := regexp.MustCompile(`^/(language|admin/(login|api-keys(/authorize|/k1(/end)?)?|payment-links(/l1(/(switch|mail))?)?|totp|logout|setup/token|invite/token|step-up|account(/(alerts|password|recovery|totp|sessions/end|sessions/s\d/end))?` +
		`|reviews/r\d/(decide|refund|ask)|orders/bulk/(cancel|fulfil)|orders/` + orderID + `/(note|ship|ship/correct|ship/undo|cancel|ask|resend|refund)|cancellations` +
		`|statements|statements/` + day + `/(fetch|seal)|discrepancies/d\d/(settle|accept|assign|note|reopen|refund)|refunds/f\d/(approve|decline)|exports` +
		`|stock/01900000-0000-7000-8000-0000000000b1|stock/counts(/` + countID + `(/(book|drop))?)?` +
		`|imports|imports/export/start|imports/` + importID + `/(check|start|stop|pictures)` +
		`|products(/p1|/preview/form|/bulk/change|/p\d/(duplicate|delete|move))?(#(pictures|options|variants))?` +
		`|categories(/c2|/c\d/(move|delete))?|tags/(rename|delete)` +
		`|settings/(shop|currency|legal|mail|mail/test|orders|limits|pricing|retention)` +
		`|coupons(/` + zoneID + `(/switch)?)?|delivery(/` + zoneID + `(/delete)?)?` +
		`|coins|coins/BTC|coins/BTC/accept|price-sources|price-sources/exchange` +
		`|api-keys(/authorize|/k1(/end)?)?|webhooks(/e1(/(ping|rotate|switch|delete|resend|deliveries/d1/resend))?)?|audit/export|customers/[0-9a-f]{48}/(note|export|erase)|staff/(invite|invitations/i\d/end|s\d/(role|disable|enable|end-sessions))))$`)
	get := regexp.MustCompile(`^/admin(/(orders|customers|refunds|statements|statements/` + day + `|audit|webhooks/e1|products|payment-links|coupons|delivery/tester|stock|stock/ledger|imports/` + importID + `))?$`)
	form := regexp.MustCompile(`<form\s[^>]*>`)
	attribute := regexp.MustCompile(`\s(formaction|action|method)="([^"]*)"`)
	button := regexp.MustCompile(`\sformaction="([^"]*)"`)
	for _, s := range gallery("en") {
		html := render(t, s.page)
		for _, tag := range form.FindAllString(html, -1) {
			found := map[string]string{}
			for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
				found[m[1]] = m[2]
			}
			if found["method"] == "get" {
				assert.Regexp(t, get, found["action"], s.name)
			} else {
				assert.Equal(t, "post", found["method"], s.name)
				assert.Regexp(t, post, found["action"], s.name)
			}
		}
		for _, m := range button.FindAllStringSubmatch(html, -1) {
			assert.Regexp(t, post, m[1], s.name)
		}
	}
}

// poison puts hostile text into every plain string of a view; what is one of a few words by its type stays.
func poison(v reflect.Value) {
	switch kind := v.Kind(); {
	case kind == reflect.Pointer && v.Type() != reflect.TypeFor[*i18n.Printer]() && !v.IsNil():
		poison(v.Elem())
	case kind == reflect.Struct:
		for _, field := range v.Fields() {
			poison(field)
		}
	case kind == reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(hostile)
	}
}

// poisoned puts hostile text into a view and renders it.
func poisoned[V any](v V, component func(V) templ.Component) templ.Component {
	poison(reflect.ValueOf(&v))
	return component(v)
}

// withoutPreview leaves out what is HTML already, of which package markdown sees to it that it holds nobody's own.
func withoutPreview(v admin.SettingsView) templ.Component {
	for i := range v.Fields {
		v.Fields[i].HTML = ""
	}
	return admin.Settings(v)
}

func TestPages_EscapeWhatOthersWrote(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	for name, c := range map[string]templ.Component{
		"login": poisoned(f.login(admin.RefusalSignIn), admin.Login), "enrol": poisoned(f.troubledEnrol(), admin.Enrol), "recovery": poisoned(f.recovery(), admin.Recovery),
		"step-up": poisoned(f.stepUp(), admin.StepUp), "confirm": poisoned(f.confirmRate(), admin.Confirm), "account": poisoned(f.troubledAccount(), admin.Account), "dashboard": poisoned(f.dashboard(5), admin.Dashboard),
		"inbox": poisoned(f.inbox(), admin.Inbox), "orders": poisoned(f.troubledOrders(), admin.Orders), "order": poisoned(f.order(), admin.Order),
		"review": poisoned(f.reviewedOrder(), admin.Order), "refund": poisoned(f.refusedRefund(), admin.Order),
		"cancellations": poisoned(f.cancellations(), admin.Cancellations), "statements": poisoned(f.statements(), admin.Statements),
		"statement": poisoned(f.statement(), admin.Statement), "refunds": poisoned(f.refunds(), admin.Refunds), "tasks": poisoned(f.tasks(), admin.Tasks),
		"task": poisoned(f.doneTask(), admin.Task), "file": poisoned(f.fileTask(), admin.Task), "status": poisoned(f.failedTask(), admin.TaskStatus),
		"imports": poisoned(f.imports(), admin.Imports), "import": poisoned(f.importProblems(), admin.Import), "pictures": poisoned(f.importDone(), admin.Import),
		"coins": poisoned(f.coins(), admin.Coins), "coin": poisoned(f.coin(admin.CoinJumped), admin.Coin), "source": poisoned(f.source(), admin.PriceSource),
		"settings": poisoned(f.settings(models.GroupShop), withoutPreview), "keys": poisoned(f.keys(), admin.Keys), "health": poisoned(f.health(), admin.Health),
		"audit": poisoned(f.audit(), admin.Audit), "staff": poisoned(f.invited(), admin.Staff),
		"error": poisoned(admin.ErrorView{Page: f.page(admin.SectionStaff), Kind: admin.ErrorForbidden}, admin.Error),
	} {
		html := render(t, c)
		assert.Contains(t, html, "alert(1)", name)
		assert.NotContains(t, html, "<script>alert", name)
	}
}

func TestPages_NoLinkRunsAScript(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	const script = "javascript:alert(1)"
	orders, inbox, task := f.orders(), f.inbox(), f.fileTask()
	orders.Next, inbox.Counts[0].URL, task.File.URL, task.ResultURL = script, script, script, script
	order := f.order()
	order.ShopURL, order.Timeline[6].Facts[0].URL = script, script
	failure := admin.ErrorView{Page: f.page(admin.SectionStaff), Kind: admin.ErrorForbidden, Back: script}
	for name, c := range map[string]templ.Component{
		"orders": admin.Orders(orders), "inbox": admin.Inbox(inbox), "task": admin.Task(task), "order": admin.Order(order), "error": admin.Error(failure),
	} {
		assert.NotContains(t, render(t, c), script, name)
	}
}

func TestFrame_ShowsWhatThePersonMay(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	owner, viewer := render(t, admin.Orders(f.orders())), render(t, admin.Orders(f.viewersOrders()))
	for _, link := range []string{
		`href="/admin/audit"`, `href="/admin/staff"`, `action="/admin/exports"`,
		english.T("admin.bulk.fulfil.open"), english.T("admin.bulk.fulfil.submit"), english.T("admin.bulk.cancel.submit"),
	} {
		assert.Contains(t, owner, link)
		assert.NotContains(t, viewer, link)
	}
	assert.Contains(t, viewer, `aria-current="page"`)
	assert.Contains(t, viewer, "ada@example.com", "a person without a name is called by address")
	login := render(t, admin.Login(f.login("")))
	for _, no := range []string{`action="/admin/logout"`, `href="/admin/orders"`, "<nav"} {
		assert.NotContains(t, login, no)
	}
}

func TestFrame_LanguageSwitchComesBackToThisPage(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	for path, want := range map[string]string{"/admin/orders?q=a": "/admin/orders?q=a", "": "/admin", "//evil.example/": "/admin", "https://evil.example/": "/admin"} {
		v := f.orders()
		v.Page.Path = path
		html := render(t, admin.Orders(v))
		assert.Contains(t, html, `name="next" value="`+want+`"`, path)
		assert.Contains(t, html, `name="lang" value="zh-Hans"`)
	}
}

func TestForms_SayWhatIsWrongBesideTheField(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Enrol(f.troubledEnrol()))
	for id, key := range map[string]string{
		"email": "field.problem.email", "name": "field.problem.missing", "password": "field.problem.guessable", "code": "field.problem.code",
	} {
		assert.Regexp(t, `id="`+id+`-problem">.*`+regexp.QuoteMeta(english.T(key)), html)
		assert.Regexp(t, `id="`+id+`"[^>]*aria-describedby="`+id+`-problem`, html)
		assert.Regexp(t, `id="`+id+`"[^>]*aria-invalid="true"`, html)
	}
	assert.Contains(t, html, `value="ada@"`, "what was typed stays")
	assert.NotContains(t, render(t, admin.Enrol(f.enrol(true, false))), "aria-invalid")

	html = render(t, admin.Login(f.login(admin.RefusalOf(invalid.Wait))))
	assert.Contains(t, html, english.N("admin.wait.minutes", 4))
	html = render(t, admin.Code(admin.CodeView{Page: f.nobody(), Problem: invalid.Code, Recovering: true}))
	assert.Contains(t, html, `<details class="gate__other" open>`)
	assert.Contains(t, html, `id="recovery-problem"`)
	assert.NotContains(t, html, `id="code-problem"`)

	html = render(t, admin.Orders(f.troubledOrders()))
	assert.Contains(t, html, `type="text" value="2026-11-31"`, "a date field would hide what is no day")
	assert.Contains(t, html, `type="date" value="2026-01-01"`)
}

func TestRecovery_IsShownToBeKept(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Recovery(f.recovery()))
	assert.Equal(t, 10, strings.Count(html, "k7qw3-zp5nx-"))
	for _, want := range []string{"data-print", `data-copy="recovery-codes"`, english.T("admin.recovery.once"), `href="/admin">` + english.T("admin.recovery.done")} {
		assert.Contains(t, html, want)
	}
}

func TestOrders_BulkNeedsASecondStepAndEnterSendsNothing(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Orders(f.orders()))
	_, form, _ := strings.Cut(html, `<form class="bulk"`)
	assert.Regexp(t, `^[^>]*><button type="submit" formmethod="dialog" hidden>`, form, "the form's default button goes nowhere")
	assert.Equal(t, 8, strings.Count(form, `name="id"`))
	assert.Contains(t, form, `name="form_token" value="token"`)
	assert.Regexp(t, `<details[^>]*><summary.*formaction="/admin/orders/bulk/cancel"`, form)
	html = render(t, admin.Orders(f.troubledOrders()))
	assert.Equal(t, 2, strings.Count(html, `name="id" value="o1" checked`)+strings.Count(html, `name="id" value="o2" checked`), "what was chosen stays chosen")
	assert.Contains(t, html, english.T("admin.refusal.too_many"))
	assert.Contains(t, html, `href="/admin/orders">`+english.T("admin.filter.clear"))
}

func TestOrders_EmptyListsSayWhy(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	assert.Contains(t, render(t, admin.Orders(f.noOrders(true))), english.T("admin.orders.none"))
	html := render(t, admin.Orders(f.noOrders(false)))
	assert.Contains(t, html, english.T("admin.orders.empty"))
	assert.NotContains(t, html, english.T("admin.orders.none"))
	assert.NotContains(t, html, "bulk__bar")
}

func TestCancellations_SendOrders(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Cancellations(f.cancellations()))
	assert.Contains(t, html, `name="id" value="o1" checked`)
	assert.Contains(t, html, `action="/admin/cancellations" method="post"`)
	assert.Contains(t, html, english.T("admin.refusal.nothing_chosen"))
}

func TestOrder_OffersOnlyWhatCanBeDone(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Order(f.order()))
	for _, action := range []string{"note", "ship", "cancel", "ask", "resend", "refund"} {
		assert.Contains(t, html, `action="/admin/orders/`+orderID+"/"+action+`"`)
		assert.NotContains(t, render(t, admin.Order(f.bareOrder())), `action="/admin/orders/`+orderID+"/"+action+`"`)
	}
	for _, action := range []string{"cancel", "refund", "ship"} {
		assert.Regexp(t, `<details[^>]*><summary class="confirm__summary">.*?action="/admin/orders/`+orderID+"/"+action+`"`, html, "a second step")
	}
	assert.Contains(t, html, english.T("admin.refund.all", "Left", "0.00141260 BTC"))
	assert.Contains(t, html, english.T("admin.refund.four_eyes", "Limit", "$500.00"))
	assert.Contains(t, html, english.T("admin.code.with", "Text", english.T("admin.code.70006"), "Code", "70006"))
}

func TestOrder_ARefusedRefundStaysOpen(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Order(f.refusedRefund()))
	assert.Regexp(t, `<details class="confirm confirm--danger" open>`, html)
	assert.Contains(t, html, english.T("admin.refund.too_much", "Left", "0.00141260 BTC"))
	assert.Contains(t, html, `id="amount-problem"`)
	assert.Contains(t, html, `value="1" autocomplete`)
}

func TestTimeline_SaysWhoWhenWhereAndWhetherProved(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Order(f.order()))
	for _, want := range []string{
		english.T("admin.event.evidence.query"), english.T("admin.verified.yes") + "</span>", english.T("admin.verified.no") + "</span>",
		english.T("admin.event.where", "Address", "198.51.100.20"), "grace@example.com", english.T("admin.who.shopper"), english.T("admin.event.refused.attempt"),
		english.T("admin.event.mail", "Mail", english.T("admin.mail.payment_received")), english.T("admin.value.status.3"), english.T("admin.value.cause.query"),
		english.T("admin.action.order.ask"), "2026-11-22 13:05:07 UTC", `datetime="2026-11-22T13:05:07Z"`, "Called the shopper.\nHe wants",
	} {
		assert.Contains(t, html, want)
	}
}

func TestStatement_ProvesItsTotals(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	read := english.N("admin.count", 4001)
	html := render(t, admin.Statement(f.statement()))
	for _, want := range []string{
		"+0.000001", english.N("admin.statement.matched", 3997), english.T("admin.day_result_text.explained_open"), english.T("admin.day_result.explained_open", "Count", "4"), english.N("admin.seal.open", 4),
		english.N("admin.statement.zone_warning", 14, "Zone", "Asia/Shanghai"), english.T("admin.statement.zone_likely", "Zone", "UTC+08:00"),
		english.T("admin.statement.zone", "Zone", "Asia/Shanghai"), hash, english.T("admin.statement.lines_of", "Lines", read, "Count", read),
		english.T("admin.statement.no_line"), english.T("admin.statement.not_booked"), `action="/admin/discrepancies/d2/settle"`, `action="/admin/discrepancies/d4/refund"`, `action="/admin/discrepancies/d5/reopen"`,
		english.T("admin.discrepancy_event.assigned", "Owner", "grace@example.com"), english.T("admin.discrepancy_event.assigned.nobody"),
		english.T("admin.remark.shifted"),
	} {
		assert.Contains(t, html, want)
	}
	assert.NotContains(t, html, "/seal\"", "nothing to seal while differences are open")
	assert.NotRegexp(t, `action="/admin/discrepancies/d5/(accept|assign|note|settle|refund)"`, html, "what is accepted can only be opened again")
	assert.NotContains(t, html, `action="/admin/discrepancies/d6/`, "what is settled has no forms")
	html = render(t, admin.Statement(f.readyStatement()))
	assert.Contains(t, html, `action="/admin/statements/`+day+`/seal"`)
	html = render(t, admin.Statement(f.sealedStatement()))
	assert.Contains(t, html, english.T("admin.day_result_text.unbalanced"))
	assert.Contains(t, html, english.T("admin.statement.sealed"))
	assert.Contains(t, html, english.N("admin.statement.zone_warning", 1, "Zone", "Asia/Shanghai"))
	assert.Contains(t, html, english.T("admin.statement.zone_none"))
	html = render(t, admin.Statement(f.noStatement()))
	assert.Contains(t, html, english.T("admin.statement.empty"))
	assert.Contains(t, html, english.T("admin.seal.not_over", "Ends", f.at(-600).Text), "a day that is not over says when it is")
	assert.NotContains(t, html, english.T("admin.statement.totals"))
}

func TestRefunds_NobodyApprovesTheirOwn(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Refunds(f.refunds()))
	assert.Contains(t, html, `action="/admin/refunds/f0/approve"`)
	assert.NotContains(t, html, `action="/admin/refunds/f1/approve"`)
	assert.Contains(t, html, english.T("admin.refund.own"))
	assert.Contains(t, html, `id="decline-f0-problem"`)
}

func TestTask_AsksAgainWhileItRuns(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Task(f.task(40)))
	assert.Contains(t, html, `hx-get="/admin/tasks/t1" hx-trigger="every 2s" hx-swap="outerMorph"`)
	assert.Contains(t, html, `<noscript><meta http-equiv="refresh" content="3"></noscript>`)
	assert.Contains(t, html, `max="100" value="40"`)
	assert.Contains(t, html, english.T("admin.task.progress", "Done", english.N("admin.count", 1600), "Total", english.N("admin.count", 4001)))
	waiting := render(t, admin.Task(f.task(-1)))
	assert.Regexp(t, `<progress class="bar" max="100" aria-labelledby`, waiting, "nobody knows how far")
	for _, v := range []admin.TaskView{f.doneTask(), f.failedTask(), f.fileTask()} {
		html := render(t, admin.Task(v))
		assert.NotContains(t, html, "hx-get")
		assert.NotContains(t, html, "http-equiv")
		assert.NotContains(t, html, "<progress")
	}
	fragment := render(t, admin.TaskStatus(f.task(40)))
	assert.True(t, strings.HasPrefix(fragment, `<section id="task-status"`))
	assert.NotContains(t, fragment, "<html")
	file := render(t, admin.Task(f.fileTask()))
	assert.Contains(t, file, `href="/admin/tasks/t1/file" download="orders-2026-11-22-UTC.xlsx"`)
	assert.Contains(t, file, english.T("admin.export.orders")+" · XLSX")
	assert.Contains(t, render(t, admin.Task(f.doneTask())), english.N("admin.bulk.count", 5))
}

func TestStaff_OneselfHasNoForms(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.invited()
	v.Refusal = admin.RefusalLastOwner
	html := render(t, admin.Staff(v))
	assert.NotContains(t, html, "/admin/staff/s1/")
	assert.Contains(t, html, `action="/admin/staff/s2/disable"`)
	assert.Contains(t, html, `action="/admin/staff/s3/enable"`)
	assert.Contains(t, html, v.Link)
	assert.Contains(t, html, english.T("admin.refusal.last_owner"))
	assert.Contains(t, html, english.T("admin.staff.invitations.empty"))
}

func TestAudit_ShowsTheChain(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Audit(f.audit()))
	for _, want := range []string{
		"1042", hash, `{&#34;state&#34;:&#34;awaiting&#34;}`, english.T("admin.action.order.cancel"), "action.without_words", "203.0.113.7",
		`href="/admin/orders/` + orderID + `"`,
	} {
		assert.Contains(t, html, want)
	}
}

func TestChart_DrawsWhatTheTableSays(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.dashboard(2)
	v.Days = admin.Chart{ID: "days", Top: "40", Labels: []string{"11-21", "11-22"}, Series: []admin.Series{
		{ID: "orders", Bars: []int{1000, 2000}, Values: []string{"40", "80"}}, {ID: "paid", Bars: []int{500, 1}, Values: []string{"20"}},
	}}
	series := english.T("admin.chart.days.orders") + ", " + english.T("admin.chart.days.paid")
	html := render(t, admin.Dashboard(v))
	chart := html[strings.Index(html, `aria-labelledby="chart-days"`):strings.Index(html, `aria-labelledby="chart-revenue"`)]
	for _, want := range []string{
		`<title id="chart-days-title">` + english.T("admin.chart.days") + `</title>`,
		`<desc id="chart-days-desc">` + english.T("admin.chart.desc", "Days", "2", "From", "11-21", "To", "11-22", "Series", series, "Top", "40") + `</desc>`,
		`viewBox="0 0 24 1040"`,
		`class="chart__bar" x="1" y="40" width="10" height="1000"`, `class="chart__bar chart__bar--second" x="4" y="540" width="4" height="500"`,
		`class="chart__bar" x="13" y="40" width="10" height="1000"`, `x="16" y="1034" width="4" height="6"`, "<title>11-21: 40 / 20</title>", `<th scope="row">11-21</th>`,
	} {
		assert.Contains(t, chart, want)
	}
	assert.Equal(t, 2, strings.Count(chart, "<tr><th scope=\"row\">"))
	year := render(t, admin.Dashboard(f.dashboard(366)))
	assert.Equal(t, 3*366, strings.Count(year, `class="chart__day"`))
	assert.Equal(t, 3, strings.Count(render(t, admin.Dashboard(f.emptyDashboard())), english.T("admin.chart.empty")))
}

func TestStates_ShowASignBesideTheirWord(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, admin.Orders(f.orders()))
	chips := regexp.MustCompile(`<span class="chip chip--(\w+)"><svg class="icon".*?</svg>\s*<span>([^<]+)</span>`).FindAllStringSubmatch(html, -1)
	require.Len(t, chips, 8+4+5, "three facts, where there is something to say")
	assert.Equal(t, []string{"busy", english.T("admin.order_state.awaiting")}, chips[0][1:])
	assert.Equal(t, []string{"warn", english.T("admin.order_state.review")}, chips[10][1:])
}
