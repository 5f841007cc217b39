package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// keygenCmd creates the shop's key pair.
type keygenCmd struct {
	PrivateKey string `default:"keys/merchant.pem" placeholder:"FILE" help:"File to write the private key to (readable by its owner only)."`
	PublicKey  string `default:"keys/merchant.pub.pem" placeholder:"FILE" help:"File to write the public key to."`
	Bits       int    `default:"2048" placeholder:"N" help:"Key size in bits, 2048 to 8192."`
	IfMissing  bool   `help:"Do nothing if both files exist, instead of failing."`
}

// Run creates the pair and prints the public key in the form that exchanges ask for. It never overwrites a key.
func (c *keygenCmd) Run(con console) error {
	if c.Bits < opay.DefaultKeyBits || c.Bits > opay.MaxKeyBits {
		return fmt.Errorf("--bits is %d: use %d to %d", c.Bits, opay.DefaultKeyBits, opay.MaxKeyBits)
	}
	private, public := exists(c.PrivateKey), exists(c.PublicKey)
	switch {
	case private && public && c.IfMissing:
		fmt.Fprintf(con.err, "%s and %s already exist; nothing was changed\n", c.PrivateKey, c.PublicKey)
		return nil
	case private:
		return fmt.Errorf("%s already exists and will not be overwritten: a lost key cannot be recovered. Choose another name with --private-key", c.PrivateKey)
	case public:
		return fmt.Errorf("%s already exists and will not be overwritten. Choose another name with --public-key", c.PublicKey)
	}
	key, err := opay.GenerateKeys(c.Bits)
	if err != nil {
		return fmt.Errorf("create a key pair: %w", err)
	}
	if err := keyfile.WritePair(key, c.PrivateKey, c.PublicKey); err != nil {
		return err
	}
	line, err := oneLine(&key.PublicKey)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.err, "Private key: %s (keep it secret, and keep a backup)\nPublic key:  %s. Register this line at the exchange:\n",
		c.PrivateKey, c.PublicKey)
	fmt.Fprintln(con.out, line)
	return nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, os.ErrNotExist)
}
