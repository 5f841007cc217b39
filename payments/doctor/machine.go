package doctor

import (
	"cmp"
	"net/netip"
	"net/url"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models/health"
)

// Prefixes shorter than these are too wide for a list of trusted proxies.
const (
	wideIPv4 = 8
	wideIPv6 = 16
)

// checkProxies warns if the shop cannot know visitors' addresses, or may be deceived about them.
func (c Config) checkProxies() health.Finding {
	for _, proxy := range c.TrustedProxies {
		network, err := netip.ParsePrefix(strings.TrimSpace(proxy))
		if err == nil && (network.Addr().Is4() && network.Bits() < wideIPv4 || network.Addr().Is6() && network.Bits() < wideIPv6) {
			return health.New(CheckProxies, health.Warn, CodeProxiesWide, "Network", proxy)
		}
	}
	u, err := url.Parse(c.BaseURL)
	behind := err == nil && u.Scheme == "https" // the shop speaks plain http, so a proxy handles TLS
	switch {
	case c.ForwardedBy != "":
		return health.New(CheckProxies, health.Warn, CodeProxiesUnnamed, "Address", c.ForwardedBy)
	case behind && len(c.TrustedProxies) == 0:
		return health.New(CheckProxies, health.Warn, CodeProxiesNone)
	case len(c.TrustedProxies) == 0:
		return health.New(CheckProxies, health.Good, CodeProxiesNotNeeded)
	}
	return health.New(CheckProxies, health.Good, CodeProxiesGood, "List", strings.Join(c.TrustedProxies, separator))
}

// Thresholds for the free space on the data folder's disk, in bytes.
const (
	diskLow  = 1 << 30
	diskFull = 100 << 20
)

func (c Config) checkDisk() health.Finding {
	folder := cmp.Or(c.DataDir, ".")
	free, ok := freeSpace(folder)
	if !ok {
		return health.New(CheckDisk, health.Unknown, CodeDiskUnknown, "Folder", folder)
	}
	f := health.New(CheckDisk, health.Good, CodeDiskGood, "Folder", folder, "Free", strconv.FormatUint(free>>20, 10))
	switch {
	case free < diskFull:
		f.Status, f.Code = health.Bad, CodeDiskFull
	case free < diskLow:
		f.Status, f.Code = health.Warn, CodeDiskLow
	}
	return f
}

// checkVersion reports the version and the commit of this program.
func checkVersion() health.Finding {
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
	return health.New(CheckVersion, health.Good, CodeVersion, "Version", strings.TrimSpace(version+" "+revision), "Go", runtime.Version())
}
