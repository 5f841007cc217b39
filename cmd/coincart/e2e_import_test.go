package main

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// importPages are the pages of files of products: the list, one with problems, one to be begun and one that was imported.
func (g *gallery) importPages() []officePage {
	g.t.Helper()
	people, err := g.shop.Server.Accounts().People(g.t.Context())
	require.NoError(g.t, err)
	by := models.Actor{StaffID: people[0].ID, Who: people[0].Email, RemoteAddr: "192.0.2.1", RequestID: "gallery"}
	upload := func(name, file string) string {
		g.t.Helper()
		id, err := g.shop.Services.Transfers.ReceiveImport(g.t.Context(), name, strings.NewReader(file), models.ImportOptions{NoPictures: true}, models.NewRef(), by)
		require.NoError(g.t, err)
		g.finished()
		return id
	}
	wrong := upload("a-file-with-a-long-name-and-"+strings.Repeat("more-", 20)+".csv", "SKU,Name,Regular price,Meta: _x\nGALLERY-1,Cup,\"1,50\",x\nGALLERY-1,,-1,\n\"open")
	good := "SKU,Name,Regular price,Categories\nGALLERY-1,A cup of the gallery,1.50,Gallery > Cups\n"
	ready, done := upload("ready.csv", good), upload("done.csv", good)
	_, err = g.shop.Services.Transfers.StartImport(g.t.Context(), done, models.NewRef(), "", by)
	require.NoError(g.t, err)
	g.finished()
	return []officePage{
		{"imports", "/admin/imports", "/admin/imports", false},
		{"import-problems", "/admin/imports/:id", "/admin/imports/" + wrong, false},
		{"import-ready", "/admin/imports/:id", "/admin/imports/" + ready, false},
		{"import-done", "/admin/imports/:id", "/admin/imports/" + done, false},
		{"import-unknown", "/admin/imports/:id", "/admin/imports/" + models.NewID(), true},
	}
}
