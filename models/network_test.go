package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

func TestNetwork_TakesIPv6ByItsNetworks(t *testing.T) {
	for remote, want := range map[string][2]string{
		"192.0.2.7":               {"192.0.2.7", ""},
		"::ffff:192.0.2.7":        {"192.0.2.7", ""},
		"2001:db8:1:2:3:4:5:6":    {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"2001:db8:1:ffff::9":      {"2001:db8:1:ffff::/64", "2001:db8:1::/48"},
		"fe80::1%eth0":            {"fe80::/64", "fe80::/48"},
		"":                        {"unknown", ""},
		"not an address; DROP":    {"unknown", ""},
		strings.Repeat("9", 5000): {"unknown", ""},
	} {
		narrow, wide := models.Network(remote)
		assert.Equal(t, want, [2]string{narrow, wide}, remote)
	}
}
