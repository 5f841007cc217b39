package doctor

import (
	"cmp"
	"net/netip"
	"net/url"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// Prefixes shorter than these are too wide for a list of trusted proxies.
const (
	wideIPv4 = 8
	wideIPv6 = 16
)

// checkProxies warns if the shop cannot know visitors' addresses, or may be deceived about them.
func (c Config) checkProxies() Finding {
	for _, proxy := range c.TrustedProxies {
		network, err := netip.ParsePrefix(strings.TrimSpace(proxy))
		if err == nil && (network.Addr().Is4() && network.Bits() < wideIPv4 || network.Addr().Is6() && network.Bits() < wideIPv6) {
			return Finding{CheckProxies, Warn, CodeProxiesWide, []string{"Network", proxy}}
		}
	}
	u, err := url.Parse(c.BaseURL)
	behind := err == nil && u.Scheme == "https" // the shop speaks plain http, so a proxy handles TLS
	switch {
	case c.ForwardedBy != "":
		return Finding{CheckProxies, Warn, CodeProxiesUnnamed, []string{"Address", c.ForwardedBy}}
	case behind && len(c.TrustedProxies) == 0:
		return Finding{CheckProxies, Warn, CodeProxiesNone, nil}
	case len(c.TrustedProxies) == 0:
		return Finding{CheckProxies, Good, CodeProxiesNotNeeded, nil}
	}
	return Finding{CheckProxies, Good, CodeProxiesGood, []string{"List", strings.Join(c.TrustedProxies, separator)}}
}

// Thresholds for the free space on the data folder's disk, in bytes.
const (
	diskLow  = 1 << 30
	diskFull = 100 << 20
)

func (c Config) checkDisk() Finding {
	folder := cmp.Or(c.DataDir, ".")
	free, ok := freeSpace(folder)
	if !ok {
		return Finding{CheckDisk, Unknown, CodeDiskUnknown, []string{"Folder", folder}}
	}
	f := Finding{CheckDisk, Good, CodeDiskGood, []string{"Folder", folder, "Free", strconv.FormatUint(free>>20, 10)}}
	switch {
	case free < diskFull:
		f.Status, f.Code = Bad, CodeDiskFull
	case free < diskLow:
		f.Status, f.Code = Warn, CodeDiskLow
	}
	return f
}

// checkVersion reports the version and the commit of this program.
func checkVersion() Finding {
	version, revision := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value[:min(12, len(s.Value))] + revision
			case s.Key == "vcs.modified" && s.Value == "true":
				revision += "+"
			}
		}
	}
	return Finding{CheckVersion, Good, CodeVersion, []string{"Version", strings.TrimSpace(version + " " + revision), "Go", runtime.Version()}}
}
