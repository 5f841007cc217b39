package sandbox

import (
	"net/http"
	"strings"
)

const envelopeHelp = `plain='{"appKey":"APP_ID","orderNum":"10000000002"}'

# SIGN_NOTE
sign=$(printf %s "$plain" | openssl md5 -r | cut -c1-32 | tr -d '\n' \
  | openssl dgst -sha256 -sign merchant-private.pem | base64 -w0 | tr '+/' '-_' | tr -d '=')

# DATA_NOTE
data=$(printf %s "$plain" | openssl pkeyutl -encrypt -pubin -inkey platform-public.pem -pkeyopt rsa_padding_mode:pkcs1 \
  | base64 -w0 | tr '+/' '-_' | tr -d '=')

curl -s BASEDETAIL -H 'Content-Type: application/json' \
  -d "{\"app_id\":\"APP_ID\",\"data\":\"$data\",\"sign\":\"$sign\",\"time\":\"$(date +%s%3N)\"}"`

const flatHelp = `# FLAT_NOTE
sign=$(printf %s "appKeyAPP_IDorderNum10000000002$secret" | openssl md5 -r | cut -c1-32)

curl -s BASEDETAIL -H 'Content-Type: application/json' \
  -d "{\"appKey\":\"APP_ID\",\"orderNum\":\"10000000002\",\"sign\":\"$sign\"}"`

// controlHelp returns examples of the control API, each with the id of its heading. BASE and APP_ID stand for this sandbox's values.
func controlHelp() []figure {
	return []figure{
		{"sandbox.help.api.info", `curl -s BASE/sandbox/api/info`},
		{"sandbox.help.api.orders", "curl -s 'BASE/sandbox/api/orders?limit=20&status=1'\ncurl -s 'BASE/sandbox/api/orders?appOrderId=11321'\ncurl -s BASE/sandbox/api/orders/10000000002"},
		{
			"sandbox.help.api.settle",
			"curl -s -X POST BASE/sandbox/api/orders/10000000002/pay\ncurl -s -X POST BASE/sandbox/api/orders/10000000002/fail\n" +
				"curl -s -X POST BASE/sandbox/api/orders/10000000002/close\ncurl -s -X POST BASE/sandbox/api/orders/10000000002/pay-late",
		},
		{
			"sandbox.help.api.notify",
			"curl -s -X POST BASE/sandbox/api/orders/10000000002/notify \\\n  -d '{\"orderStatus\":\"3\",\"payAmount\":\"1e-8\",\"times\":50}'\n" +
				"curl -s -X POST BASE/sandbox/api/orders/10000000002/notify \\\n  -d '{\"orderStatus\":\"3\",\"forge\":\"foreign_key\"}'",
		},
		{"sandbox.help.api.callbacks", "curl -s BASE/sandbox/api/callbacks\ncurl -s -X POST BASE/sandbox/api/callbacks/cb-1/replay\ncurl -s -X POST BASE/sandbox/api/deliver"},
		{"sandbox.help.api.traffic", `curl -s 'BASE/sandbox/api/traffic?limit=10'`},
		{
			"sandbox.help.api.faults",
			"curl -s BASE/sandbox/api/faults\ncurl -s -X PUT BASE/sandbox/api/faults -d '[\n  {\"kind\":\"answer_lost\",\"call\":\"createThirdOrder\",\"times\":1},\n" +
				"  {\"kind\":\"slow\",\"delay\":\"7.9s\",\"percent\":20},\n  {\"kind\":\"callback_shuffled\",\"way\":\"closed_first\"}\n]'\ncurl -s -X DELETE BASE/sandbox/api/faults",
		},
		{"sandbox.help.api.users", "curl -s BASE/sandbox/api/users\ncurl -s -X PUT BASE/sandbox/api/users/22033391 -d '{\"balances\":{\"USDT\":\"100\"},\"frozen\":false}'"},
		{
			"sandbox.help.api.tickers",
			"curl -s 'BASE/sapi/v1/ticker?symbol=btcusdt'\ncurl -s BASE/sandbox/api/tickers\ncurl -s -X PUT BASE/sandbox/api/tickers/btcusdt -d '{\"price\":\"98100.5\"}'\n" +
				"curl -s -X PUT BASE/sandbox/api/tickers/btcusdt -d '{\"fault\":\"late\",\"delay\":\"7s\"}'",
		},
		{
			"sandbox.help.api.tokens",
			"curl -s -X POST BASE/sandbox/api/tokens/expire\ncurl -s -X POST BASE/sandbox/api/tokens/expire -d '{\"refreshTokens\":true}'",
		},
		{"sandbox.help.api.login", `curl -s -X POST BASE/sandbox/api/login -d '{"appKey":"APP_ID","userId":"22033390"}'`},
	}
}

func (con *console) serveHelp(w http.ResponseWriter, r *http.Request) {
	info := con.info(con.address(r))
	p := texts(r)
	calledAt := con.cfg.calledAt()
	example := envelopeHelp
	if con.cfg.flat() {
		example = flatHelp
	}
	fill := strings.NewReplacer("DETAIL", calledAt[callOrderDetail][0], "FLAT_NOTE", p.T("sandbox.help.flat.sign"), "BASE", info.BaseURL, "APP_ID", info.Apps[0].AppID,
		"SIGN_NOTE", p.T("sandbox.help.envelope.sign"), "DATA_NOTE", p.T("sandbox.help.envelope.data"))
	v := helpView{
		frame: con.frame(r, nil, "sandbox.help.title"), info: info, envelope: fill.Replace(example), retry: retryText(p, con.cfg.RetrySchedule),
		zone: con.cfg.Location.String(), calledAt: calledAt,
		flat: con.cfg.flat(), pay: con.cfg.paths().Pay, login: con.cfg.paths().Login,
	}
	for _, e := range controlHelp() {
		v.examples = append(v.examples, figure{p.T(e.name), fill.Replace(e.value)})
	}
	con.render(w, r, http.StatusOK, helpPage(v))
}
