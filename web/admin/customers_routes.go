package admin

import "github.com/coincart/coincart/models"

// customerRoutes are the addresses of the customers' pages.
func (o *Office) customerRoutes(t *table) {
	t.get("/customers", models.MayView, o.showCustomers)
	t.post("/customers", models.MayView, o.findCustomer)
	t.get("/customers/:id", models.MayView, o.showCustomer)
	t.post("/customers/:id/export", models.MayCustomers, o.exportCustomer)
	t.post("/customers/:id/erase", models.MayCustomers, o.eraseCustomer)
}
