package admin_test

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
)

const countID = "01900000-0000-7000-8000-0000000000c1"

func (f fixtures) stock() []sheet {
	viewer := f.stockItem()
	viewer.Page.May.Catalogue = false
	wrong := f.stockItem()
	wrong.Refusal, wrong.Left = admin.RefusalStockLeft, "3"
	wrong.Quantity, wrong.Note = admin.Field{Value: "40", Problem: invalid.Whole}, admin.Field{Problem: invalid.Missing}
	uncounted := f.stockItem()
	uncounted.Item.Untracked, uncounted.Movements, uncounted.Reservations, uncounted.More = true, nil, nil, ""
	page := f.clerk(admin.SectionStock)
	ended := f.count()
	ended.Count.State, ended.Count.EndedBy, ended.Count.Ended, ended.Next = "booked", "ada@example.com", f.at(5), ""
	short := f.count()
	short.Refusal, short.Short, short.Lines[0].Counted = admin.RefusalCountShort, "MUG-MOSS-S", admin.Field{Value: "x", Problem: invalid.Whole}
	return []sheet{
		{"stock", admin.Stock(f.stockList())},
		{"stock-none", admin.Stock(admin.StockView{Page: page, Filtered: true, Refusal: admin.RefusalOf(invalid.Unknown)})},
		{"stock-empty", admin.Stock(admin.StockView{Page: page})},
		{"stock-item", admin.StockItem(f.stockItem())},
		{"stock-item-viewer", admin.StockItem(viewer)},
		{"stock-item-problems", admin.StockItem(wrong)},
		{"stock-item-untracked", admin.StockItem(uncounted)},
		{"stock-ledger", admin.Ledger(admin.LedgerView{
			Page: page, Kinds: f.choices("", []string{"sale", "correction"}), From: admin.Field{Value: "2026-11-01"}, Until: admin.Field{Value: "2026-11-22"},
			Variant: thing("MUG-MOSS-S"), Rows: f.movements(), Next: "/admin/stock/ledger?after=x",
		})},
		{"stock-ledger-empty", admin.Ledger(admin.LedgerView{Page: page, From: admin.Field{Value: "soon", Problem: invalid.Day}})},
		{"stock-reservations", admin.Reservations(admin.ReservationsView{Page: page, Rows: f.reserved(), Next: "/admin/stock/reservations?after=x"})},
		{"stock-reservations-empty", admin.Reservations(admin.ReservationsView{Page: page})},
		{"stock-counts", admin.Counts(admin.CountsView{
			Page: page, FormToken: "t", Categories: []admin.Choice{{Selected: true}, {Value: "c1", Label: "Kitchen"}},
			Rows: []admin.CountRow{f.count().Count, ended.Count},
		})},
		{"stock-counts-empty", admin.Counts(admin.CountsView{Page: page, Name: admin.Field{Problem: invalid.Missing}, Refusal: admin.RefusalCountNone})},
		{"stock-count", admin.Count(f.count())},
		{"stock-count-ended", admin.Count(ended)},
		{"stock-count-problems", admin.Count(short)},
		{"stock-count-print", admin.CountSheet(admin.CountSheetView{Page: page, Count: f.count().Count, Lines: f.count().Lines, At: f.at(1)})},
	}
}

func thing(sku string) admin.StockThing {
	return admin.StockThing{
		ID: "01900000-0000-7000-8000-0000000000b1", SKU: sku, Barcode: "4006381333931", Title: "Stoneware mug with a glaze that is never the same twice",
		Option: "Moss / Small", ProductID: "01900000-0000-7000-8000-0000000000a1",
	}
}

func numbered(sku, last string) admin.StockThing {
	t := thing(sku)
	t.ID = t.ID[:len(t.ID)-1] + last
	return t
}

func (f fixtures) stockList() admin.StockView {
	foreign := thing("MUG-MOSS-S")
	foreign.Origin = f.say("Portugal", "葡萄牙")
	return admin.StockView{
		Page: f.clerk(admin.SectionStock), Categories: []admin.Choice{{Selected: true}, {Value: "c1", Label: "Kitchen"}},
		Sorts: f.choices("sku", []string{"sku", "left"}), LowCount: 2, Limit: 5, Hoarded: []admin.HoardedRow{{StockThing: foreign, Percent: 87, Orders: 12}, {StockThing: thing("MUG-MOSS-L"), Percent: 100, Orders: 1}}, Next: "/admin/stock?after=x",
		Rows: []admin.StockRow{
			{StockThing: foreign, OnHand: 1_240, Reserved: 3, Shelf: 1_243, Sold: 912, Limit: 5},
			{StockThing: thing("MUG-MOSS-L"), OnHand: 4, Low: true, Limit: 5, Shelf: 4},
			{StockThing: thing("A-VERY-LONG-SKU-THAT-SOMEBODY-FOUND-USEFUL-2026-MOSS-LARGE"), Low: true, Limit: 5, Hidden: true},
			{StockThing: thing("GIFT-25"), Untracked: true},
			{StockThing: thing("MUG-OLD"), Retired: true, OnHand: 2, Shelf: 2},
		},
	}
}

func (f fixtures) stockItem() admin.StockItemView {
	page := f.clerk(admin.SectionStock)
	page.May.Cancel = true
	return admin.StockItemView{
		Page: page, Item: f.stockList().Rows[0], FormToken: "t", Kinds: f.choices("add", []string{"add", "take", "counted", "returned"})[1:],
		Movements: f.movements(), Reservations: f.reserved(), More: "/admin/stock/ledger?variant=x",
		Hoarded: 87, HoardedOrders: 12, CancelToken: "t",
	}
}

func (f fixtures) movements() []admin.LedgerRow {
	return []admin.LedgerRow{
		{Thing: thing("MUG-MOSS-S"), At: f.at(60), Kind: "sale", Quantity: "−2", Out: true, OrderID: orderID, OrderNumber: number},
		{Thing: thing("MUG-MOSS-S"), At: f.at(90), Kind: "correction", Quantity: "+12", Note: "Found behind the kiln", Who: "ada@example.com"},
		{Thing: thing("MUG-MOSS-S"), At: f.at(900), Kind: "import", Quantity: "+1,240"},
	}
}

func (f fixtures) reserved() []admin.ReservationRow {
	return []admin.ReservationRow{
		{Thing: thing("MUG-MOSS-S"), OrderID: orderID, OrderNumber: number, State: "awaiting", Quantity: 2, Since: f.at(60), Ends: f.at(1), Over: true},
		{Thing: thing("MUG-MOSS-S"), OrderID: orderID, OrderNumber: number, State: "review", Quantity: 1, Since: f.at(600)},
	}
}

func (f fixtures) count() admin.CountView {
	self := "/admin/stock/counts/" + countID
	return admin.CountView{
		Page: f.clerk(admin.SectionStock), Version: "3", Self: self, Next: self + "?after=x",
		Count: admin.CountRow{ID: countID, Name: "22 November, shelf A", State: "open", Who: "ada@example.com", Begun: f.at(600), Lines: 240, Counted: 2, Different: 1},
		Lines: []admin.CountLine{
			{Thing: thing("MUG-MOSS-S"), Position: 1, Expected: 1_243, Reserved: 3, Counted: admin.Field{Value: "1240"}, Done: true, Difference: "−3"},
			{Thing: numbered("MUG-MOSS-L", "2"), Position: 2, Expected: 4, Counted: admin.Field{Value: "4"}, Done: true},
			{Thing: numbered("TRAY-1", "3"), Position: 3, Expected: 7},
		},
	}
}
