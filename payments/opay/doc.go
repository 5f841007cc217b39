// Package opay is a client of an exchange's Open Platform payment API ("opay"):
// the sealed envelope that carries every message, the calls a merchant makes,
// the result callback a merchant receives, and the browser addresses of the
// pay and sign-in pages. It uses the standard library only and stores nothing.
//
// # Outcomes
//
// Every call ends in one of these ways (reliability.md R2):
//
//   - no error: the platform answered, and the answer was verified with its key
//     and belongs to what was asked;
//   - [*Error]: the platform refused, with its code;
//   - [ErrUnreachable]: the request was proved never to have been sent;
//   - [ErrUnknownOutcome]: anything else, such as a time-out, a 5xx, a page of
//     HTML, a success without a valid signature or an answer for another order.
//     The platform may or may not have acted. Ask again with [Client.OrderByRef];
//   - [ErrInvalidRequest]: the request was refused here and never sent.
//
// Only the reads (Order, OrderByRef, Statement) are repeated by the client.
//
// # The envelope
//
// RSAES-PKCS1-v1_5 in blocks and an RSASSA-PKCS1-v1_5 signature over the hex MD5
// of the plaintext are the platform's choice (platform/api.md §2), and one key
// pair does both. [Keyring] contains the compensating checks: the shape first,
// then the signature with public keys only, then every block without an early
// exit, one error for whatever fails after the signature, and a strict reading of
// the JSON (reliability.md E1 to E6).
//
// # Secrets
//
// Keys, tokens, openIds and plaintexts are never part of an error, and the types
// that hold them print and log as redacted.
package opay
