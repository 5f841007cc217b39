package store

import (
	"net"

	"github.com/coincart/coincart/migrations"
)

// Encryption says how the connection to the database is protected.
type Encryption struct {
	Server string // host of the database; empty: it is on this machine
	TLS    string // the driver's parameter tls; empty: not encrypted
}

// Verified reports whether the connection is encrypted and the server proves who it is. "preferred" falls back to plain text.
func (e Encryption) Verified() bool {
	switch e.TLS {
	case "", "false", "skip-verify", "preferred":
		return false
	}
	return true
}

// Encrypted reports whether nobody on the network can read the connection by listening alone.
func (e Encryption) Encrypted() bool { return e.Verified() || e.TLS == "skip-verify" }

// Encryption returns how the connection to the database is protected, by its setting.
func (s *Store) Encryption() Encryption {
	if s.dialect == migrations.SQLite {
		return Encryption{}
	}
	return s.encryption
}

// encryptionOf reads the protection of a MySQL connection.
func encryptionOf(network, address, tls string) Encryption {
	if network == "unix" {
		return Encryption{}
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	if host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return Encryption{}
	}
	return Encryption{Server: host, TLS: tls}
}
