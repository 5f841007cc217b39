package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const envelopeHelp = `plain='{"appKey":"APP_ID","orderNum":"10000000002"}'

# sign: RSA-SHA256 over the hex MD5 of the text
sign=$(printf %s "$plain" | openssl md5 -r | cut -c1-32 | tr -d '\n' \
  | openssl dgst -sha256 -sign merchant-private.pem | base64 -w0 | tr '+/' '-_' | tr -d '=')

# data: one block is enough for texts of up to 245 bytes with a key of 2048 bits
data=$(printf %s "$plain" | openssl pkeyutl -encrypt -pubin -inkey platform-public.pem -pkeyopt rsa_padding_mode:pkcs1 \
  | base64 -w0 | tr '+/' '-_' | tr -d '=')

curl -s BASE/platformapi/chainup/open/opay/orderDetail -H 'Content-Type: application/json' \
  -d "{\"app_id\":\"APP_ID\",\"data\":\"$data\",\"sign\":\"$sign\",\"time\":\"$(date +%s%3N)\"}"`

// controlHelp lists the control API by example; BASE and APP_ID stand for this sandbox's.
func controlHelp() []figure {
	return []figure{
		{"Addresses, keys, applications, users and their openIds", `curl -s BASE/sandbox/api/info`},
		{"Orders, newest first", "curl -s 'BASE/sandbox/api/orders?limit=20&status=1'\ncurl -s 'BASE/sandbox/api/orders?appOrderId=11321'\ncurl -s BASE/sandbox/api/orders/10000000002"},
		{
			"Pay, fail or close a pending order; pay one that is closed or failed already",
			"curl -s -X POST BASE/sandbox/api/orders/10000000002/pay\ncurl -s -X POST BASE/sandbox/api/orders/10000000002/fail\n" +
				"curl -s -X POST BASE/sandbox/api/orders/10000000002/close\ncurl -s -X POST BASE/sandbox/api/orders/10000000002/pay-late",
		},
		{
			"Send a callback with other contents, well signed or forged",
			"curl -s -X POST BASE/sandbox/api/orders/10000000002/notify \\\n  -d '{\"orderStatus\":\"3\",\"payAmount\":\"1e-8\",\"times\":50}'\n" +
				"curl -s -X POST BASE/sandbox/api/orders/10000000002/notify \\\n  -d '{\"orderStatus\":\"3\",\"forge\":\"foreign_key\"}'",
		},
		{"Callbacks; send one's exact bytes again; send now whatever is due", "curl -s BASE/sandbox/api/callbacks\ncurl -s -X POST BASE/sandbox/api/callbacks/cb-1/replay\ncurl -s -X POST BASE/sandbox/api/deliver"},
		{"Decrypted traffic, newest first", `curl -s 'BASE/sandbox/api/traffic?limit=10'`},
		{
			"Faults: look, replace, switch all off",
			"curl -s BASE/sandbox/api/faults\ncurl -s -X PUT BASE/sandbox/api/faults -d '[\n  {\"kind\":\"answer_lost\",\"call\":\"createThirdOrder\",\"times\":1},\n" +
				"  {\"kind\":\"slow\",\"delay\":\"7.9s\",\"percent\":20},\n  {\"kind\":\"callback_shuffled\",\"way\":\"closed_first\"}\n]'\ncurl -s -X DELETE BASE/sandbox/api/faults",
		},
		{"Users: look; change balances, freeze or thaw", "curl -s BASE/sandbox/api/users\ncurl -s -X PUT BASE/sandbox/api/users/22033391 -d '{\"balances\":{\"USDT\":\"100\"},\"frozen\":false}'"},
		{
			"The public market call; set a price, or a fault of it",
			"curl -s 'BASE/sapi/v1/ticker?symbol=btcusdt'\ncurl -s BASE/sandbox/api/tickers\ncurl -s -X PUT BASE/sandbox/api/tickers/btcusdt -d '{\"price\":\"98100.5\"}'\n" +
				"curl -s -X PUT BASE/sandbox/api/tickers/btcusdt -d '{\"fault\":\"late\",\"delay\":\"7s\"}'",
		},
		{
			"Let all sign-in tokens lapse now (60002), and with the second line the refresh tokens too (60001)",
			"curl -s -X POST BASE/sandbox/api/tokens/expire\ncurl -s -X POST BASE/sandbox/api/tokens/expire -d '{\"refreshTokens\":true}'",
		},
		{"Sign in without a browser: a one-time code for auth/token", `curl -s -X POST BASE/sandbox/api/login -d '{"appKey":"APP_ID","userId":"22033390"}'`},
	}
}

func (s *Server) serveHelp(w http.ResponseWriter, r *http.Request) {
	info, err := s.info(r)
	if err != nil {
		s.problemPage(w, r, http.StatusInternalServerError, "The platform's key cannot be shown.")
		return
	}
	fill := strings.NewReplacer("BASE", info.BaseURL, "APP_ID", info.Apps[0].AppID)
	v := helpView{
		frame: s.frame(r, "Help"), info: info, envelope: fill.Replace(envelopeHelp), schedule: s.scheduleText(), zone: s.cfg.Location.String(),
	}
	paths := s.calledAt()
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		v.calls = append(v.calls, figure{name, strings.Join(paths[name], " or ")})
	}
	for _, e := range controlHelp() {
		v.examples = append(v.examples, figure{e.name, fill.Replace(e.value)})
	}
	s.render(w, r, http.StatusOK, helpPage(v))
}
