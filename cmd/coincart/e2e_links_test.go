package main

import (
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/staff"
)

// linkPages are the pages of payment links, with one to look at.
func (g *gallery) linkPages() []officePage {
	g.t.Helper()
	link, err := g.shop.Services.Links.Create(g.t.Context(), staff.CommandLine(), links.Draft{Title: "Mug fund", Kind: models.LinkFixed, Amount: "20.00"})
	require.NoError(g.t, err)
	at := "/admin/payment-links/" + link.ID
	return []officePage{
		{"links", "/admin/payment-links", "/admin/payment-links", false},
		{"links-none", "/admin/payment-links", "/admin/payment-links?q=nothing", false},
		{"link", "/admin/payment-links/:id", at, false},
		{"link-card", "/admin/payment-links/:id/card", at + "/card", false},
		{"link-new", "/admin/payment-links/new", "/admin/payment-links/new?kind=invoice", false},
		{"link-unknown", "/admin/payment-links/:id", "/admin/payment-links/" + models.NewID(), true},
	}
}
