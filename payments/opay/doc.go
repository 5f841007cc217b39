// Package opay is a client for an exchange's Open Platform payment API ("opay"). It
// makes a merchant's calls, opens the notifications that a merchant receives, and
// builds the URLs of the pay and sign-in pages. It uses only the standard library
// and stores nothing.
//
// # Outcomes
//
// Every call has one of these outcomes (reliability.md R2):
//
//   - no error: the platform answered; the answer is signed with its key and
//     belongs to the request;
//   - [*Error]: the platform refused, with a code;
//   - [ErrUnreachable]: the request was not sent, which is proved;
//   - [ErrUnknownOutcome]: anything else, such as a timeout, a 5xx, a page of HTML,
//     a success without a valid signature, or an answer for another order. The
//     platform may or may not have acted. Ask with [Client.OrderByRef];
//   - [ErrInvalidRequest]: the client refused the request and sent nothing.
//
// The client repeats only reads: Order, OrderByRef and Statement.
//
// # The envelope
//
// The platform chose RSAES-PKCS1-v1_5 in blocks, and an RSASSA-PKCS1-v1_5 signature
// over the hex MD5 of the plaintext, with one key pair for both
// (platform/api.md §2). [Keyring] compensates for their weaknesses: it checks the
// shape first, then the signature with public keys only; it decrypts every block
// without an early exit; it reports all failures after the signature as one error.
// The JSON is parsed strictly (reliability.md E1 to E6).
//
// # Secrets
//
// Errors never contain keys, tokens, openIds or plaintexts. Types that hold them
// print and log redacted.
package opay
