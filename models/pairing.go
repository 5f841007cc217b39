package models

import "time"

// PairingTime is how long the code of a pairing can be exchanged for a key.
const PairingTime = 10 * time.Minute

// Pairing is a key that an owner has agreed to give to another program, which fetches it with a one-time code: no key is ever part of an address.
type Pairing struct {
	ID          string   `ascii:"64"` // hex SHA-256 of the code
	Name        string   `text:"100"` // of the program
	Scopes      TextList `text:"1000"`
	Origin      string   `text:"300"` // of the program: where its payers may be sent
	RefundLimit Amount   // see APIKey
	Challenge   string   `ascii:"64"` // base64url of the SHA-256 of the verifier that the program keeps (RFC 7636, S256)
	CreatedBy   string   `ascii:"36"` // staff id
	CreatedAt   time.Time
	ExpiresAt   time.Time
}
