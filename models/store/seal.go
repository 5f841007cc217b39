package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
)

// SealKeySize is the length of Options.SealKey.
const SealKeySize = 32

// sealVersion is the first byte of everything sealed, so that another way of sealing can follow.
const sealVersion = 1

// errSealed means that sealed bytes cannot be opened: another key, another row, or damaged.
var errSealed = errors.New("sealed content cannot be opened")

// sealer seals columns with AES-256-GCM. The row and the column are additional data: sealed content that is copied to another
// place does not open there.
type sealer struct {
	aead cipher.AEAD // nil: there is no key
	key  []byte
}

func newSealer(key []byte) (*sealer, error) {
	if len(key) == 0 {
		return &sealer{}, nil
	}
	if len(key) != SealKeySize {
		return nil, fmt.Errorf("the key to seal with has %d bytes, not %d", len(key), SealKeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use the key to seal with: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("use the key to seal with: %w", err)
	}
	return &sealer{aead: aead, key: bytes.Clone(key)}, nil
}

// seal returns version, nonce and ciphertext; nil for nothing.
func (s *sealer) seal(column, row string, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	if s.aead == nil {
		return nil, ErrNoSealKey
	}
	sealed := make([]byte, 1+s.aead.NonceSize(), 1+s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	sealed[0] = sealVersion
	nonce := sealed[1:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	return s.aead.Seal(sealed, nonce, plain, place(column, row)), nil //nolint:gosec // G407 takes the random nonce for a constant
}

// open reverses seal; ErrNoSealKey or errSealed.
func (s *sealer) open(column, row string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if s.aead == nil {
		return nil, ErrNoSealKey
	}
	head := 1 + s.aead.NonceSize()
	if len(sealed) < head || sealed[0] != sealVersion {
		return nil, errSealed
	}
	plain, err := s.aead.Open(nil, sealed[1:head], sealed[head:], place(column, row))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

func place(column, row string) []byte { return []byte(column + "\x00" + row) }

const payerColumn = "attempts.payer_sealed"

// sealedPayer is what is inside an attempt's sealed column. models.Secret hides itself from encoders, hence plain texts.
type sealedPayer struct {
	OpenID string `json:"open_id,omitempty"`
	Token  string `json:"token,omitempty"`
}

func (s *sealer) sealPayer(attemptID string, p models.Payer) ([]byte, error) {
	if p.OpenID == "" && p.Token == "" {
		return nil, nil
	}
	plain, err := json.Marshal(sealedPayer{OpenID: p.OpenID.Reveal(), Token: p.Token.Reveal()})
	if err != nil {
		return nil, fmt.Errorf("encode the payer: %w", err)
	}
	return s.seal(payerColumn, attemptID, plain)
}

func (s *sealer) openPayer(a *models.Attempt) error {
	a.Payer = models.Payer{UserID: a.PayerUserID}
	plain, err := s.open(payerColumn, a.ID, a.PayerSealed)
	if err != nil || plain == nil {
		return err
	}
	var inside sealedPayer
	if err := json.Unmarshal(plain, &inside); err != nil {
		return errSealed
	}
	a.Payer.OpenID, a.Payer.Token = models.Secret(inside.OpenID), models.Secret(inside.Token)
	return nil
}

// ErrToken means that a token is not one that was made here for this purpose and subject.
var ErrToken = errors.New("not a token of ours")

// ErrTokenOld means that a token was made here and its time is over. It is an ErrToken.
var ErrTokenOld = fmt.Errorf("%w any more", ErrToken)

// SealToken seals something that a page carries and brings back: nobody else can read or make it, and it opens for the same purpose and
// subject alone. The text is base64url. ErrNoSealKey.
func (s *Store) SealToken(purpose, subject string, plain []byte) (string, error) {
	sealed, err := s.sealer.seal("token."+purpose, subject, plain)
	if err != nil {
		return "", wrap("seal a token", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// OpenToken reverses SealToken. ErrToken, ErrNoSealKey.
func (s *Store) OpenToken(purpose, subject, token string) ([]byte, error) {
	const maxToken = 48 << 10 // below what a form may hold: a token with the terms of two hundred coins
	if token == "" || len(token) > maxToken {
		return nil, ErrToken
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, ErrToken
	}
	plain, err := s.sealer.open("token."+purpose, subject, sealed)
	if errors.Is(err, errSealed) {
		return nil, ErrToken
	}
	return plain, err
}
