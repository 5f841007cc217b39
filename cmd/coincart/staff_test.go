package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// nothing leaves a shop without a past.
func nothing(*officeRun, *store.Store) []sandbox.Order { return nil }

const goodPassword = "tall grass by the river"

// printed returns the first group of a pattern in the output of a command.
func printed(t *testing.T, r result, pattern string) string {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(r.stdout)
	require.NotNil(t, match, "%s in %s\n%s", pattern, r.stdout, r.stderr)
	return match[1]
}

// secretLine matches the authenticator's key in the output.
const secretLine = `secret=([A-Z2-7]+)`

// add creates an account and returns the authenticator's key.
func (o *officeRun) add(email, role string) (secret string) {
	o.t.Helper()
	made := o.run(goodPassword+"\n", "staff", "add", email, "--name", "Somebody", "--role", role)
	require.Zero(o.t, made.code, made.stderr)
	return printed(o.t, made, secretLine)
}

// signIn signs in without scripts and returns the page that follows.
func (o *officeRun) signIn(email, password, secret string) *webPage {
	o.t.Helper()
	page := newVisitor(o.t, "en").get(o.shop.Base + "/admin")
	page = page.submit("/admin/login", map[string]string{"email": email, "password": password})
	if page.address.Path != "/admin/totp" {
		return page
	}
	return page.submit("/admin/totp", map[string]string{"code": o.code(secret)})
}

func (o *officeRun) entries(action string) []models.AuditEntry {
	o.t.Helper()
	list, err := o.shop.store.Audit(o.t.Context(), models.AuditFilter{Action: action})
	require.NoError(o.t, err)
	return list
}

func TestStaff_AddedPeopleSignIn(t *testing.T) {
	o := startOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	made := o.run(goodPassword+"\n", "staff", "add", " Olga@Example.org ", "--name", "Olga Owner", "--role", "owner")
	require.Zero(t, made.code, made.stderr)
	assert.NotContains(t, made.stdout+made.stderr, goodPassword)
	assert.Regexp(t, `(?m)^olga@example\.org .*`+regexp.QuoteMeta(o.shop.Base+"/admin")+`\b.*\bowner\b`, made.stdout)
	assert.Len(t, regexp.MustCompile(`(?m)^  [a-z2-7]{4}(-[a-z2-7]{4}){3}$`).FindAllString(made.stdout, -1), 10, "recovery codes")
	secret := printed(t, made, secretLine)

	home := o.signIn("olga@example.org", goodPassword, secret)
	assert.Equal(t, http.StatusOK, home.status)
	assert.Equal(t, "/admin", home.address.Path)
	assert.Contains(t, home.text, "Olga Owner")
	assert.Equal(t, "/admin/login", o.signIn("olga@example.org", goodPassword+"!", secret).address.Path)

	list := o.run("", "staff", "list")
	assert.Zero(t, list.code)
	assert.Regexp(t, `(?m)^olga@example.org +Olga Owner +owner +active +2026-03-14 `, list.stdout)
	entries := o.entries("staff.create")
	require.Len(t, entries, 1)
	assert.Equal(t, "command line", entries[0].Who)
	assert.NotContains(t, entries[0].After, secret)
}

func TestStaff_RefusalsSayWhatToDo(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	o.add("olga@example.org", "owner")
	for name, row := range map[string]struct {
		input string
		args  []string
		code  int
		says  string
	}{
		"no e-mail":            {goodPassword, []string{"add", "olga", "--name", "Olga", "--role", "owner"}, exitFailed, "ada@example.org"},
		"e-mail with a header": {goodPassword, []string{"add", "a@example.org\nBcc: b@example.org", "--name", "Olga", "--role", "owner"}, exitFailed, "ada@example.org"},
		"e-mail too long":      {goodPassword, []string{"add", strings.Repeat("a", 300) + "@example.org", "--name", "O", "--role", "owner"}, exitFailed, "ada@example.org"},
		"taken":                {goodPassword, []string{"add", "OLGA@example.org", "--name", "Olga", "--role", "owner"}, exitFailed, "already exists"},
		"name with a bell":     {goodPassword, []string{"add", "b@example.org", "--name", "B\a", "--role", "owner"}, exitFailed, "set --name"},
		"empty name":           {goodPassword, []string{"add", "b@example.org", "--name", " ", "--role", "owner"}, exitFailed, "set --name"},
		"name missing":         {goodPassword, []string{"add", "b@example.org", "--role", "owner"}, exitUsage, "missing flags: --name"},
		"no such role":         {goodPassword, []string{"add", "b@example.org", "--name", "B", "--role", "root"}, exitUsage, "must be one of"},
		"no password":          {"", []string{"add", "b@example.org", "--name", "B", "--role", "owner"}, exitFailed, "on standard input"},
		"empty password":       {"\n", []string{"add", "b@example.org", "--name", "B", "--role", "owner"}, exitFailed, "on standard input"},
		"short password":       {"eleven char\n", []string{"add", "b@example.org", "--name", "B", "--role", "owner"}, exitFailed, "12 to 256 characters"},
		"endless password":     {strings.Repeat("xylophon", 100_000), []string{"add", "b@example.org", "--name", "B", "--role", "owner"}, exitFailed, "12 to 256 characters"},
		"guessed password":     {"password12345", []string{"add", "b@example.org", "--name", "B", "--role", "owner"}, exitFailed, "easy to guess"},
		"own name as password": {"barbara.brown", []string{"add", "barbara.brown@example.org", "--name", "B", "--role", "owner"}, exitFailed, "easy to guess"},
		"password as flag":     {"", []string{"add", "b@example.org", "--name", "B", "--role", "owner", "--password", goodPassword}, exitUsage, "unknown flag --password"},
		"unknown to disable":   {"", []string{"disable", "nobody@example.org"}, exitFailed, "coincart staff list"},
		"unknown to reset":     {goodPassword, []string{"reset-password", "nobody@example.org"}, exitFailed, "coincart staff list"},
		"unknown to link":      {"", []string{"reset-link", "nobody@example.org"}, exitFailed, "coincart staff list"},
		"last owner disabled":  {"", []string{"disable", "olga@example.org"}, exitFailed, "only active owner"},
		"last owner demoted":   {"", []string{"role", "olga@example.org", "viewer"}, exitFailed, "only active owner"},
		"invited twice":        {"", []string{"invite", "olga@example.org", "--role", "viewer"}, exitFailed, "already exists"},
		"second first owner":   {"", []string{"setup-link"}, exitFailed, "coincart staff invite"},
		"nothing asked":        {"", nil, exitUsage, "expected one of"},
	} {
		t.Run(name, func(t *testing.T) {
			got := runWithInput(t, row.input, o.env(), append([]string{"staff"}, row.args...)...)
			assert.Equal(t, row.code, got.code)
			assert.Contains(t, got.stderr, row.says)
			assert.Empty(t, got.stdout)
			assert.NotContains(t, got.stderr, goodPassword)
		})
	}
	people, err := o.shop.store.StaffList(t.Context())
	require.NoError(t, err)
	require.Len(t, people, 1, "nothing of it left an account behind")
	assert.False(t, people[0].Disabled)
	assert.Equal(t, models.RoleOwner, people[0].Role)
}

func TestStaff_DisabledPeopleAreOutAtOnce(t *testing.T) {
	o := startOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	o.add("olga@example.org", "owner")
	secret := o.add("vic@example.org", "viewer")
	inside := o.signIn("vic@example.org", goodPassword, secret)
	require.Equal(t, "/admin", inside.address.Path)

	assert.Equal(t, result{stdout: "vic@example.org cannot sign in any more.\n"}, o.run("", "staff", "disable", "VIC@example.org"))
	assert.Equal(t, "/admin/login", inside.visitor.get(o.shop.Base+"/admin").address.Path, "the session ended")
	assert.Equal(t, "/admin/login", o.signIn("vic@example.org", goodPassword, secret).address.Path)
	assert.Contains(t, o.run("", "staff", "list").stdout, "disabled")

	assert.Equal(t, result{stdout: "vic@example.org can sign in again.\n"}, o.run("", "staff", "enable", "vic@example.org"))
	assert.Equal(t, result{stdout: "vic@example.org now has the role finance.\n"}, o.run("", "staff", "role", "vic@example.org", "finance"))
	assert.Equal(t, "/admin", o.signIn("vic@example.org", goodPassword, secret).address.Path)
	for _, action := range []string{"staff.disable", "staff.enable", "staff.role"} {
		entries := o.entries(action)
		require.Len(t, entries, 1, action)
		assert.Equal(t, "command line", entries[0].Who)
		assert.NotEqual(t, entries[0].Before, entries[0].After)
	}
}

func TestStaff_ResetsEndSessionsAndWork(t *testing.T) {
	o := startOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	first := o.add("olga@example.org", "owner")
	inside := o.signIn("olga@example.org", goodPassword, first)
	require.Equal(t, "/admin", inside.address.Path)

	const newPassword = "short grass by the sea"
	assert.Equal(t, result{stdout: "olga@example.org has a new password.\n"}, o.run(newPassword+"\r\n", "staff", "reset-password", "olga@example.org"))
	assert.Equal(t, "/admin/login", inside.visitor.get(o.shop.Base+"/admin").address.Path)
	assert.Equal(t, "/admin/login", o.signIn("olga@example.org", goodPassword, first).address.Path, "the old password is gone")
	assert.Equal(t, "/admin", o.signIn("olga@example.org", newPassword, first).address.Path)

	made := o.run("", "staff", "reset-totp", "olga@example.org")
	require.Zero(t, made.code, made.stderr)
	second := printed(t, made, secretLine)
	assert.NotEqual(t, first, second)
	assert.Equal(t, "/admin/totp", o.signIn("olga@example.org", newPassword, first).address.Path, "the old authenticator is worth nothing")
	assert.Equal(t, "/admin", o.signIn("olga@example.org", newPassword, second).address.Path)
}

// After a change of the shop's key, authenticators' secrets cannot be decrypted any more. The command line is the way back in.
func TestStaff_ResetTOTPAfterTheShopsKeyWasReplaced(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	o.add("olga@example.org", "owner")
	key, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "data")
	require.NoError(t, keyfile.WritePair(key, filepath.Join(folder, "merchant.pem"), filepath.Join(folder, "merchant.pub.pem")))
	require.NoError(t, keyfile.WritePair(o.keys.Platform, filepath.Join(folder, "platform.pem"), filepath.Join(folder, "platform.pub.pem")))
	env := o.env()
	env["COINCART_DATA_DIR"] = folder

	made := runCommand(t, env, "staff", "reset-totp", "olga@example.org")
	require.Zero(t, made.code, made.stderr)
	seal, err := keyfile.SealKey(key)
	require.NoError(t, err)
	db, err := store.Open(t.Context(), o.settings.Database, store.Options{SealKey: seal})
	require.NoError(t, err)
	defer db.Close()
	olga, err := db.StaffByEmail(t.Context(), "olga@example.org")
	require.NoError(t, err)
	assert.Equal(t, printed(t, made, secretLine), olga.TOTP.Reveal())
	assert.Zero(t, runCommand(t, env, "staff", "reset-link", "olga@example.org").code)
}

func TestStaff_LinksAreAloneOnStandardOutputAndWorkOnce(t *testing.T) {
	o := startOffice(t, modelstest.SQLiteDSN(t), models.SystemClock(), nothing) // a link that a command makes expires by the machine's clock
	setup := o.run("", "staff", "setup-link")
	require.Zero(t, setup.code, setup.stderr)
	link := strings.TrimSpace(setup.stdout)
	assert.Regexp(t, "^"+regexp.QuoteMeta(o.shop.Base)+"/admin/setup/[A-Z2-7]{26}$", link)
	assert.Regexp(t, `\bonce\b.*\b72 hours\b`, setup.stderr)
	o.enrol(link, "olga@example.org")
	assert.Equal(t, http.StatusGone, newVisitor(t, "en").get(link).status)

	invited := o.run("", "staff", "invite", "vic@example.org", "--role", "viewer")
	require.Zero(t, invited.code, invited.stderr)
	o.enrol(strings.TrimSpace(invited.stdout), "")
	assert.Regexp(t, `(?m)^vic@example.org +Somebody +viewer +active`, o.run("", "staff", "list").stdout)

	reset := o.run("", "staff", "reset-link", "vic@example.org")
	require.Zero(t, reset.code, reset.stderr)
	secret := o.enrol(strings.TrimSpace(reset.stdout), "")
	assert.Equal(t, "/admin", o.signIn("vic@example.org", goodPassword, secret).address.Path)
}

// enrol completes a link's page and returns the authenticator's key.
func (o *officeRun) enrol(link, email string) (secret string) {
	o.t.Helper()
	page := newVisitor(o.t, "en").get(link)
	require.Equal(o.t, http.StatusOK, page.status, page.text)
	for n := range page.root.Descendants() {
		if attribute(n, "id") == "qr-secret" {
			secret = strings.ReplaceAll(n.FirstChild.Data, " ", "")
		}
	}
	require.NotEmpty(o.t, secret)
	form := map[string]string{"name": "Somebody", "password": goodPassword, "code": o.code(secret)}
	if email != "" {
		form["email"] = email
	}
	done := page.submit(page.address.Path, form)
	require.Equal(o.t, http.StatusOK, done.status, done.text)
	require.Contains(o.t, done.text, "recovery-codes")
	return secret
}

func TestStaff_WithoutAShop(t *testing.T) {
	folder := t.TempDir()
	got := runCommand(t, map[string]string{"COINCART_DATA_DIR": folder}, "staff", "list")
	assert.Equal(t, exitFailed, got.code)
	assert.Regexp(t, `COINCART_PLATFORM_URL .*`+regexp.QuoteMeta(folder), got.stderr)
	incomplete := runCommand(t, map[string]string{"COINCART_PLATFORM_URL": "https://service.example.com", "COINCART_DATA_DIR": t.TempDir()}, "staff", "list")
	assert.Equal(t, exitFailed, incomplete.code)
	assert.Contains(t, incomplete.stderr, "COINCART_MERCHANT_KEY is missing")
}

func TestDemo_PrintsTheOwnersLinkUntilThereIsOne(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	d := startDemo(t, map[string]string{"COINCART_DATA_DIR": folder})
	link := d.stdout.find(t, `(http://\S+/admin/setup/\S+)`, func() bool { return false })
	assert.Equal(t, http.StatusOK, newVisitor(t, "en").get(link).status)
	assert.Contains(t, newVisitor(t, "en").get(d.shop+"/admin").address.Path, "/admin/login")
	require.Zero(t, d.stop())

	env := map[string]string{"COINCART_DATA_DIR": folder}
	made := runWithInput(t, goodPassword, env, "staff", "add", "olga@example.org", "--name", "Olga", "--role", "owner")
	require.Zero(t, made.code, made.stderr)
	again := startDemo(t, map[string]string{"COINCART_DATA_DIR": folder, "COINCART_ADDR": strings.TrimPrefix(d.shop, "http://")})
	require.Zero(t, again.stop())
	assert.NotContains(t, again.stdout.String(), "/admin/setup/")
	assert.Contains(t, again.stdout.String(), d.shop+"/admin\n")
}

func TestAssemble_SettingsReachThePayments(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	assert.Equal(t, time.UTC, o.shop.Services.Books.Zone())
	assert.True(t, o.shop.Services.Payments.FourEyesLimit().IsZero())

	s := *o.settings
	s.PlatformTimezone, s.FourEyesLimit = "Asia/Shanghai", "100.50"
	ring, err := opay.NewKeyring(o.keys.Merchant, &o.keys.Platform.PublicKey)
	require.NoError(t, err)
	made, err := assemble(&s, parts{
		baseURL: o.shop.Base, platformURL: "http://" + s.SandboxAddr, appID: demo.AppID, wire: wire{keys: ring}, store: o.shop.store, log: o.log,
	})
	require.NoError(t, err)
	assert.Equal(t, "Asia/Shanghai", made.Services.Books.Zone().String())
	assert.Equal(t, "100.5", made.Services.Payments.FourEyesLimit().String())
}
