package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEncryption_IsThatOfTheSetting(t *testing.T) {
	for dsn, want := range map[string]struct {
		server              string
		encrypted, verified bool
	}{
		"mysql://u:p@localhost:3306/shop":                      {},
		"mysql://u:p@127.0.0.1/shop":                           {},
		"mysql://u:p@[::1]:3306/shop":                          {},
		"mysql://u:p@/shop?socket=/run/mysqld.sock":            {},
		"mysql://u:p@db.example:3306/shop":                     {server: "db.example"},
		"mysql://u:p@10.0.0.3/shop":                            {server: "10.0.0.3"},
		"mysql://u:p@db.example:3306/shop?tls=false":           {server: "db.example"},
		"mysql://u:p@db.example:3306/shop?tls=preferred":       {server: "db.example"},
		"mysql://u:p@db.example:3306/shop?tls=skip-verify":     {server: "db.example", encrypted: true},
		"mysql://u:p@db.example:3306/shop?tls=true&timeout=2s": {server: "db.example", encrypted: true, verified: true},
	} {
		config, err := mysqlConfig(dsn, 0)
		require.NoError(t, err, dsn)
		e := encryptionOf(config.Net, config.Addr, config.TLSConfig)
		assert.Equal(t, want.server, e.Server, dsn)
		assert.Equal(t, want.encrypted, e.Encrypted(), dsn)
		assert.Equal(t, want.verified, e.Verified(), dsn)
	}
}
