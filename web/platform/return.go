package platform

import "github.com/coincart/coincart/web/visit"

// Return shows the order to a shopper who comes back from the pay page: GET /payments/return/{ref}. It is never evidence: it
// needs no cookie and reads no query (reliability.md R13).
func (p *Pages) Return(v *visit.Visit) error { return p.shop.Returned(v) }
