package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// Limits of what the commands read. An answer with a full statement has 2000 lines.
const (
	maxEnvelope  = 8 << 20
	maxPlaintext = 1 << 20
)

// envelopeCmd seals and opens the messages between shop and platform (platform/api.md §2), for people who debug an integration in another
// language.
type envelopeCmd struct {
	Open envelopeOpenCmd `cmd:"" help:"Verify and decrypt the message on standard input, and print its plaintext."`
	Seal envelopeSealCmd `cmd:"" help:"Sign and encrypt standard input, byte for byte, and print the message."`
}

// envelopeKeys are one side's keys: its private key and the other side's public key. Keys of 1024 bits are accepted, because platforms in
// production have them.
type envelopeKeys struct {
	PrivateKey string `required:"" placeholder:"FILE" help:"Your own private key: decrypts what you receive, signs what you send."`
	PublicKey  string `required:"" placeholder:"FILE" help:"The other side's public key: verifies what you receive, encrypts what you send."`
}

func (k *envelopeKeys) keyring() (*opay.Keyring, error) {
	own, err := loadPrivateKey("private key (--private-key)", k.PrivateKey)
	if err != nil {
		return nil, err
	}
	peer, err := loadPublicKey("public key (--public-key)", k.PublicKey)
	if err != nil {
		return nil, err
	}
	ring, err := opay.NewKeyring(own, peer)
	if err != nil {
		return nil, fmt.Errorf("the keys cannot be used: %w", err)
	}
	return ring, nil
}

// envelopeOpenCmd opens an envelope.
type envelopeOpenCmd struct {
	envelopeKeys
}

// Run prints the plaintext exactly as it was signed, without adding a line end. It accepts requests, notifications and answers, and uses
// only data and sign. If the plaintext would not be accepted as a message, it prints a note too.
func (c *envelopeOpenCmd) Run(con console) error {
	ring, err := c.keyring()
	if err != nil {
		return err
	}
	body, err := readBounded(con.in, maxEnvelope)
	if err != nil {
		return err
	}
	envelope, err := parseEnvelope(body)
	if err != nil {
		return err
	}
	plain, err := ring.OpenWithin(envelope, opay.MaxResponseBlocks)
	if err != nil {
		return fmt.Errorf("the message cannot be decrypted: %w", err)
	}
	if _, err := opay.ParseObject(plain); err != nil {
		fmt.Fprintf(con.err, "note: a shop would refuse this plaintext: %s\n", err)
	}
	if _, err := con.out.Write(plain); err != nil {
		return fmt.Errorf("print the plaintext: %w", err)
	}
	return nil
}

// parseEnvelope returns data and sign of a request, a notification or an answer.
func parseEnvelope(body []byte) (opay.Envelope, error) {
	object, err := opay.ParseObject(body)
	if err != nil {
		return opay.Envelope{}, fmt.Errorf("standard input is not a message of the API: %w", err)
	}
	data, ok := object.Text("data")
	if !ok || data == "" {
		return opay.Envelope{}, errors.New("the message has no data")
	}
	sign, ok := object.Text("sign")
	if !ok || sign == "" {
		return opay.Envelope{}, errors.New("the message has no sign, so it is not signed")
	}
	return opay.Envelope{Data: data, Sign: sign}, nil
}

// envelopeSealCmd seals an envelope.
type envelopeSealCmd struct {
	envelopeKeys
	AppID string `required:"" placeholder:"ID" help:"The application's AppKey (app_id)."`
}

// Run prints the envelope as one line of JSON.
func (c *envelopeSealCmd) Run(con console) error {
	ring, err := c.keyring()
	if err != nil {
		return err
	}
	plain, err := readBounded(con.in, maxPlaintext)
	if err != nil {
		return err
	}
	envelope, err := ring.Seal(plain)
	if err != nil {
		return fmt.Errorf("encrypt the plaintext: %w", err)
	}
	request := opay.Request{AppID: c.AppID, Time: strconv.FormatInt(time.Now().UnixMilli(), 10), Envelope: envelope}
	if _, err := con.out.Write(append(request.Encode(), '\n')); err != nil {
		return fmt.Errorf("print the message: %w", err)
	}
	return nil
}

func readBounded(r io.Reader, maxBytes int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read standard input: %w", err)
	case len(body) == 0:
		return nil, errors.New("standard input is empty")
	case int64(len(body)) > maxBytes:
		return nil, fmt.Errorf("standard input is larger than %d bytes", maxBytes)
	}
	return body, nil
}
