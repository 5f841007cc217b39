// Package sandbox is a stateful emulator of an exchange's Open Platform payment API, for people and tests that integrate a
// merchant with it, in any language. It answers every call of platform/api.md §3 with the checks and the error codes of the real
// platform, shows the pages pay.html and login.html, posts callbacks until they are acknowledged, keeps a ledger, and misbehaves on
// request. No real money, key or person is ever in it: plaintexts are shown on purpose, and it must not be run with production keys.
//
// # Use
//
//	box, err := sandbox.New(sandbox.Config{Keys: platformKey, Apps: []sandbox.App{{AppID: "demo", Key: merchantKey}}})
//	go box.Run(ctx)                 // delivers callbacks, writes the state file
//	http.Serve(listener, box.Handler())
//
// Tests that want no background work leave Run out and call [Server.Deliver] when callbacks that are due should go. The clock is
// Config.Clock; with testing/synctest nothing need be set. Everything that looks random, such as openIds, the form of answers, delays and
// whether a fault strikes, derives from Config.Seed. Order numbers, codes and tokens derive from the clock at the start too, so that two
// starts never give the same ones. The same seed, the same clock and the same requests, one after the other, give the same transcript.
//
// # What a restart keeps
//
// With Config.StateFile a change is in the journal before anything that tells of it leaves the process, be it the answer to a call, a page
// or a callback. So whatever a merchant was told is still so after kill -9: orders and their numbers, payments, balances, codes and tokens,
// callbacks and their tries, switched-on faults. A callback is sent again if the sandbox was killed between the merchant's acknowledgement
// and its record. While the journal cannot be written, everything is answered with HTTP 503 and no callback is sent.
//
// The files are flushed to the disk only when the state file is written. A loss of power can take what came after; the end of the journal
// is dropped if it is torn. A journal that is damaged otherwise, or does not belong to the state file, is refused at the start.
//
// # What it makes of the documents' gaps
//
//   - Refusals are HTTP 200 with a code and a msg that adds a hint to the documented words.
//   - Checks are made in this order: method and content type (50000), body (10020), app_id (50001, 50004), time (50010), signature
//     (50005), JSON (10020), required members and addresses (10020), goods (10020), appOrderId's form (10020), coin (70007), amount
//     (70008), scene (70009), payer (60004, 70004), token (60002), repetition (70002), merchant (70005), balance (70006).
//   - `code` is a text or a number; amounts are padded with zeros for some orders; refreshToken is misspelt now and then; callbacks carry
//     numbers and an unknown member now and then; getReferenceOrder answers with the number only or with everything.
//   - A callback is sent for every change of a status, and again after each step of Config.RetrySchedule until HTTP 200 with
//     {"data":"success"}, which is all that the platform's page asks for, or with code "0". Any other code is a refusal.
//     Callbacks of one order never overtake each other unless a fault wants it.
//   - A statement lists what was paid on the day, by Config.Location.
//   - The documents have no public market call, which shops take rates from. GET /sapi/v1/ticker?symbol=btcusdt answers as exchanges of
//     this kind do; prices and faults are set on the page /markets, and are not kept over a restart.
//   - An appOrderId can be used again once its order was dropped (Config.MaxOrders).
//
// # Control API
//
// JSON, for tests in any language; /help shows it with curl. Errors are {"error": "…"} with 400, 404, 409 or 422.
//
//	GET    /sandbox/api/info                          addresses, the platform's public key, applications, users, openIds
//	GET    /sandbox/api/orders?limit=&status=&appOrderId=&before=   newest first; before: an orderNum
//	GET    /sandbox/api/orders/{orderNum}
//	POST   /sandbox/api/orders/{orderNum}/pay         also fail, close, pay-late
//	POST   /sandbox/api/orders/{orderNum}/notify      a callback by hand: a [Notice]
//	GET    /sandbox/api/callbacks?limit=
//	POST   /sandbox/api/callbacks/{id}/replay         the same bytes again
//	POST   /sandbox/api/deliver                       sends now what is due
//	GET    /sandbox/api/traffic?limit=                decrypted, newest first
//	GET    /sandbox/api/faults                        a list of [Fault]
//	PUT    /sandbox/api/faults                        replaces it
//	DELETE /sandbox/api/faults                        switches all off
//	GET    /sandbox/api/users
//	PUT    /sandbox/api/users/{uid}                   {"balances":{"USDT":"5"},"frozen":true}
//	POST   /sandbox/api/login                         {"appKey":"…","userId":"…"} gives a one-time code
//	POST   /sandbox/api/tokens/expire                 all tokens lapse now; {"refreshTokens":true}: those too
//	GET    /sandbox/api/tickers                       a list of [Ticker]
//	PUT    /sandbox/api/tickers/{symbol}              {"price":"98100.5","fault":"late","delay":"7s"}; without fault it behaves
//	GET    /healthz
//
// The same is on pages: / (overview), /orders, /callbacks, /traffic, /faults, /markets and /help.
package sandbox
