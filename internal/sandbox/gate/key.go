// Package gate is what stands before Braze's endpoints: REST keys with their permissions and addresses, rate
// limits, and the sheet of faults that a test may order; and before the sandbox's own, which other machines
// must not reach. It knows no endpoint.
//
// Sources: Braze documentation, "API overview" (keys, permissions), "API rate limits".
package gate

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// Key is a REST API key. Permissions and addresses are fixed when it is made.
type Key struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"` // "*" is all
	IPAllowlist []string `json:"ip_allowlist"`

	allowed []netip.Prefix
}

// Prepare reads the key's address list; it must be called before From.
func (k *Key) Prepare() error {
	for _, text := range k.IPAllowlist {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return fmt.Errorf("ip_allowlist: %q is neither an address nor a subnet such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		k.allowed = append(k.allowed, prefix)
	}
	return nil
}

// May reports whether the key has the permission.
func (k *Key) May(permission string) bool {
	return slices.Contains(k.Permissions, "*") || slices.Contains(k.Permissions, permission)
}

// From reports whether the key may be used from the address, a host and port.
func (k *Key) From(remote string) bool {
	if len(k.allowed) == 0 {
		return true
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	address = address.Unmap()
	return slices.ContainsFunc(k.allowed, func(p netip.Prefix) bool { return p.Contains(address) })
}
