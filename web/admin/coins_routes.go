package admin

import "github.com/coincart/coincart/models"

// coinRoutes are the addresses of coins, their rates and the price sources.
func (o *Office) coinRoutes(t *table) {
	t.get("/coins", models.MayView, o.showCoins)
	t.post("/coins", models.MayPrice, o.createCoin)
	t.get("/coins/new", models.MayView, o.newCoin)
	t.get("/coins/:symbol", models.MayView, o.showCoin)
	t.post("/coins/:symbol", models.MayPrice, o.changeCoin)
	t.post("/coins/:symbol/accept", models.MayPrice, o.acceptRate)

	t.post("/price-sources", models.MayPrice, o.createSource)
	t.get("/price-sources/new", models.MayView, o.newSource)
	t.get("/price-sources/:source", models.MayView, o.showSource)
	t.post("/price-sources/:source", models.MayPrice, o.changeSource)
}
