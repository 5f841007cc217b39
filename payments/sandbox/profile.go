package sandbox

import (
	"fmt"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

// flat reports whether messages are flat objects with an MD5 signature (platform/api.md §5).
func (c *Config) flat() bool { return c.Profile.Signing == opay.SigningMD5 }

// paths returns the paths of the profile, with defaults.
func (c *Config) paths() opay.Paths { return c.Profile.WithDefaults().Paths }

// h5Path is the second address of the pay page, which a profile with payLink "answer" names in the answer of createThirdOrder.
const h5Path = "/h5/pay.html"

// payPaths returns the addresses of the pay page.
func (c *Config) payPaths() []string {
	paths := []string{c.paths().Pay}
	if c.Profile.Paths.Pay == "" {
		paths = append(paths, payPathShort)
	}
	if c.Profile.PayLink == opay.PayLinkAnswer {
		paths = append(paths, h5Path)
	}
	return paths
}

// calledAt returns the addresses of each call.
func (c *Config) calledAt() map[string][]string {
	p := c.paths()
	paths := map[string][]string{
		callCreate: {p.CreateOrder}, callOrderDetail: {p.Order}, callReference: {p.OrderByRef}, callStatement: {p.Statement},
		callCancel: {p.Cancel}, callRefund: {p.Refund}, callToken: {p.Exchange}, callRefresh: {p.RefreshToken},
	}
	if c.Reference == ReferenceMissing {
		delete(paths, callReference)
	}
	switch {
	case p.Cancel != "":
	case c.CancelPaths == CancelShort:
		paths[callCancel] = []string{opay.PathCancel}
	case c.CancelPaths == CancelLong:
		paths[callCancel] = []string{opay.PathCancelLong}
	default:
		paths[callCancel] = []string{opay.PathCancel, opay.PathCancelLong}
	}
	return paths
}

// checkProfile refuses a profile whose paths cannot be served beside one another, and secrets that do not fit the way of signing.
func (c *Config) checkProfile() error {
	if err := c.Profile.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	for _, app := range c.Apps {
		switch {
		case c.flat() && app.Secret == nil:
			return fmt.Errorf("%w: application %s: the secret is missing", ErrConfig, app.AppID)
		case !c.flat() && app.Secret != nil:
			return fmt.Errorf("%w: application %s: a secret is for md5 signing only", ErrConfig, app.AppID)
		}
	}
	taken := map[string]bool{"/": true}
	all := append(c.payPaths(), c.paths().Login)
	for _, paths := range c.calledAt() {
		all = append(all, paths...)
	}
	for _, path := range all {
		if taken[path] || strings.ContainsAny(path, "{}") || strings.HasPrefix(path, controlBase) {
			return fmt.Errorf("%w: the path %s is in use or cannot be served", ErrConfig, path)
		}
		taken[path] = true
	}
	return nil
}

// checkMembers refuses what the profile says that requests do not have.
func (c *Config) checkMembers(data opay.Object) error {
	if _, sent := data.Text("nonce"); sent && c.Profile.Nonce == opay.NonceOmit {
		return refuse(opay.CodeParameterError, "nonce is no parameter of this call")
	}
	return nil
}
