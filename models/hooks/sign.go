package hooks

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// The beginnings of secrets and keys (Standard Webhooks, "Signature scheme").
const (
	secretPrefix  = "whsec_"
	signKeyPrefix = "whsk_"
	publicPrefix  = "whpk_"
)

var errSecret = errors.New("the endpoint has no usable secret")

// signatures returns what the header webhook-signature says: a v1 signature with the endpoint's secret, another with the one before while its time is
// not over, and a v1a signature if the endpoint has a key.
func signatures(e *models.WebhookEndpoint, id string, at time.Time, body string) (string, error) {
	content := []byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + body)
	secrets := []models.Secret{e.Secret}
	if e.OldSecret != "" && at.Before(e.OldUntil) {
		secrets = append(secrets, e.OldSecret)
	}
	var list []string
	for _, secret := range secrets {
		key, err := keyBytes(secret, secretPrefix)
		if err != nil {
			return "", err
		}
		mac := hmac.New(sha256.New, key)
		mac.Write(content)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	if e.SignKey != "" {
		seed, err := keyBytes(e.SignKey, signKeyPrefix)
		if err != nil {
			return "", err
		}
		list = append(list, "v1a,"+base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(seed), content)))
	}
	return strings.Join(list, " "), nil
}

// keyBytes returns the 32 bytes of a secret or of the seed of a key.
func keyBytes(secret models.Secret, prefix string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret.Reveal(), prefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) != ed25519.SeedSize {
		return nil, errSecret
	}
	return key, nil
}

// publicKey returns the text of the public key of a key.
func publicKey(key models.Secret) (string, error) {
	seed, err := keyBytes(key, signKeyPrefix)
	if err != nil {
		return "", err
	}
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		return "", fmt.Errorf("make a public key: %w", errSecret)
	}
	return publicPrefix + base64.StdEncoding.EncodeToString(public), nil
}
