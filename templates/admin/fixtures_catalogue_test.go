package admin_test

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/admin"
)

// clerk is the page of somebody who may change the catalogue.
func (f fixtures) clerk(section admin.Section) admin.Page {
	p := f.page(section)
	p.May.Catalogue = true
	return p
}

func text(value string) admin.Field { return admin.Field{Value: value} }

// plain are a variant's plain fields.
func (f fixtures) plain(barcode, origin string) []admin.PlainField {
	field := admin.PlainField{Name: "origin", Length: 60, Field: text(origin), List: "suggested-origin"}
	if origin == "PT" {
		field.Meaning = f.say("Portugal", "葡萄牙")
	}
	return []admin.PlainField{{Name: "barcode", Length: 64, Field: text(barcode)}, field}
}

func (f fixtures) catalogue() []sheet {
	viewer := f.products()
	viewer.Page.May.Catalogue = false
	look := f.product()
	look.Page.May.Catalogue = false
	return []sheet{
		{"products", admin.Products(f.products())},
		{"products-viewer", admin.Products(viewer)},
		{"products-order", admin.Products(f.orderedProducts())},
		{"products-none", admin.Products(admin.ProductsView{Page: f.clerk(admin.SectionProducts), Filtered: true, Refusal: admin.RefusalOf(invalid.Unknown)})},
		{"products-empty", admin.Products(admin.ProductsView{Page: f.clerk(admin.SectionProducts)})},
		{"product", admin.Product(f.product())},
		{"product-viewer", admin.Product(look)},
		{"product-new", admin.Product(f.newProduct())},
		{"product-problems", admin.Product(f.troubledProduct())},
		{"product-conflict", admin.Product(f.changedProduct())},
		{"product-in-use", admin.Product(f.usedProduct())},
		{"categories", admin.Categories(f.categories())},
		{"categories-empty", admin.Categories(admin.CategoriesView{Page: f.clerk(admin.SectionCategories)})},
		{"category", admin.Category(f.category())},
		{"category-conflict", admin.Category(f.changedCategory())},
		{"category-problems", admin.Category(f.troubledCategory())},
		{"tags", admin.Tags(f.tags())},
		{"tags-empty", admin.Tags(admin.TagsView{Page: f.clerk(admin.SectionProducts)})},
	}
}

func (f fixtures) products() admin.ProductsView {
	mug := templates.Picture{Source: "pictures/stoneware-mug.svg"}
	v := admin.ProductsView{
		Page: f.clerk(admin.SectionProducts), Self: "/admin/products", Next: "/admin/products?after=x",
		Categories: []admin.Choice{{Selected: true}, {Value: "c1", Label: "Kitchen"}, {Value: "c2", Label: "Kitchen > Cups"}},
		Tags:       []admin.Choice{{Selected: true}, {Value: "gift", Label: "gift"}},
		States:     f.choices("", []string{"published", "hidden", "featured"}), Stocks: f.choices("", []string{"low"}),
		Sorts: f.choices("position", []string{"position", "title", "updated", "created"}),
		Rows: []admin.ProductRow{
			{ID: "p1", Title: "Stoneware mug", SKUs: "MUG-MOSS-S +3", Picture: mug, Category: "Kitchen > Cups", Price: "$24.00", From: true, Sale: true, Stock: "42", Featured: true, Changed: f.at(60)},
			{ID: "p2", Title: "Gift card", SKUs: "GIFT-25", Category: "Gifts", Price: "$25.00", Stock: "–", Hidden: true, Changed: f.at(60)},
			{ID: "p3", Title: "Walnut tray with a rim that keeps every cup from sliding on the stairs", SKUs: "TRAY-1", Picture: mug, Category: "Kitchen", Price: "$58.00", Stock: "3", Low: true, Changed: f.at(60)},
			{ID: "p4", Title: "Brass pen", SKUs: "PEN", Picture: mug, Category: "Desk", Price: "$46.00", Out: true, Changed: f.at(60)},
		},
	}
	return v
}

func (f fixtures) orderedProducts() admin.ProductsView {
	v := f.products()
	v.Category, v.Filtered = "c1", true
	for i := range v.Rows {
		v.Rows[i].Up, v.Rows[i].Down = "x", "y"
	}
	v.Rows[0].Up, v.Rows[3].Down = "-", "-"
	return v
}

func (f fixtures) product() admin.ProductView {
	langs := []admin.LangField{{Lang: "zh-Hans", Name: "简体中文", Field: text(f.say("in Chinese", "绿色杯子"))}}
	option := func(colour, size string) []admin.VariantOption {
		return []admin.VariantOption{{Name: "Colour", Value: colour, Choices: []string{"Moss", "Sand"}}, {Name: "Size", Value: size, Choices: []string{"Small", "Large"}}}
	}
	return admin.ProductView{
		Page: f.clerk(admin.SectionProducts), Zone: "Asia/Shanghai", Currency: "USD", Slugs: "/products/stoneware-mug", CopyID: "x",
		Form: admin.ProductForm{
			ID: "p1", Version: "3", Title: text("Stoneware mug"), Slug: text("stoneware-mug"), Summary: text("Thrown by hand, glazed twice."),
			Description: text("Holds 300 ml.\n\nGoes into the dishwasher."), Tags: text("gift, kitchen"), Featured: true,
			Categories: []admin.CategoryChoice{
				{ID: "c1", Name: "Kitchen", Depth: 1, Chosen: true}, {ID: "c2", Name: "Cups", Depth: 2, Chosen: true, Primary: true}, {ID: "c3", Name: "Desk", Depth: 1},
			},
			Texts: []admin.ProductTexts{{Lang: "zh-Hans", Name: "简体中文", Title: text(f.say("in Chinese", "粗陶马克杯")), Summary: text(f.say("in Chinese", "手工拉坯，两次上釉。"))}},
			Options: []admin.OptionForm{
				{Name: text("Colour"), Values: text("Moss\nSand"), Texts: []admin.OptionTexts{{Lang: "zh-Hans", Language: "简体中文", Name: f.say("in Chinese", "颜色"), Values: f.say("in Chinese\nthe same", "苔绿\n沙色")}}},
				{Name: text("Size"), Values: text("Small\nLarge"), Texts: []admin.OptionTexts{{Lang: "zh-Hans", Language: "简体中文", Name: f.say("in Chinese", "尺寸"), Values: f.say("in Chinese\nthe same", "小号\n大号")}}},
			},
			Variants: []admin.VariantForm{
				{ID: "v1", Stored: true, Options: option("Moss", "Small"), SKU: text("MUG-MOSS-S"), Price: text("24"), OnHand: "42", Reserved: "2", Plain: f.plain("", "")},
				{
					ID: "v2", Stored: true, Options: option("Moss", "Large"), SKU: text("MUG-MOSS-L"), Price: text("28"), OnHand: "3", SalePrice: text("25.50"),
					SaleFrom: text("2026-11-20T00:00"), SaleUntil: text("2026-11-30T18:00"), Weight: text("0.42"), LowStock: text("5"), Plain: f.plain("4006381333931", "PT"),
					Picture: "pictures/stoneware-mug-moss.svg",
				},
				{ID: "v3", Stored: true, Retired: true, Options: option("Sand", "Small"), SKU: text("MUG-SAND-S"), Price: text("24"), OnHand: "0", Plain: f.plain("", "")},
				{Options: option("Sand", ""), Price: text("24"), Plain: f.plain("", "")},
			},
			Suggestions: f.countries(),
			Pictures: []admin.PictureForm{
				{Source: "pictures/stoneware-mug.svg", Alt: text("A green mug on a table"), Texts: langs},
				{Source: "pictures/stoneware-mug-moss.svg", Texts: []admin.LangField{{Lang: "zh-Hans", Name: "简体中文"}}},
			},
		},
	}
}

// countries are what the variants' origin is suggested from.
func (f fixtures) countries() []admin.Suggestions {
	list := []admin.Choice{{Value: "CN", Label: f.say("China", "中国")}, {Value: "PT", Label: f.say("Portugal", "葡萄牙")}}
	return []admin.Suggestions{{ID: "suggested-origin", Choices: list}}
}

func (f fixtures) newProduct() admin.ProductView {
	return admin.ProductView{
		Page: f.clerk(admin.SectionProducts), Zone: "Asia/Shanghai", Currency: "USD",
		Form: admin.ProductForm{
			ID: "p9", New: true, Version: "0", Hidden: true, Texts: []admin.ProductTexts{{Lang: "zh-Hans", Name: "简体中文"}}, Variants: []admin.VariantForm{{Plain: f.plain("", "")}},
			Suggestions: f.countries(),
		},
	}
}

func (f fixtures) troubledProduct() admin.ProductView {
	v := f.product()
	bad := func(value string, problem invalid.Problem) admin.Field {
		return admin.Field{Value: value, Problem: problem}
	}
	v.Refusal = admin.RefusalFields
	v.Uploads = []admin.UploadProblem{{Name: "logo.svg", Problem: invalid.PictureKind}, {Name: long + ".png", Problem: invalid.PicturePixels}}
	form := &v.Form
	form.Title, form.Slug, form.Summary, form.Tags = bad("", invalid.Missing), bad("Blue Mug", invalid.Slug), bad(long, invalid.TooLong), bad("a, a", invalid.Twice)
	form.CategoryProblem, form.OptionProblem, form.VariantProblem, form.PictureProblem = invalid.Missing, invalid.Twice, invalid.Variants, invalid.Pictures
	form.Options[0].Name, form.Options[1].Values = bad("", invalid.Missing), bad("", invalid.Missing)
	form.Variants[0].SKU, form.Variants[0].Price = bad("MUG", invalid.Taken), bad("12,50", invalid.Number)
	form.Variants[1].Plain[1].Problem = invalid.Country
	form.Variants[1].SalePrice, form.Variants[1].SaleUntil = bad("40", invalid.NotLess), bad("tomorrow", invalid.Time)
	form.Variants[2].Problem, form.Variants[3].Options[1].Problem = invalid.InUse, invalid.Missing
	return v
}

func (f fixtures) changedProduct() admin.ProductView {
	v := f.product()
	v.Refusal = admin.RefusalChanged
	v.Conflict = admin.Conflict{Version: 3, Changed: f.at(60), Differences: []admin.Difference{
		{Name: "title", Stored: "Stoneware cup", Typed: "Stoneware mug"}, {Name: "variant MUG-MOSS-S", Stored: "Moss / Small, 26", Typed: "Moss / Small, 24"},
	}}
	return v
}

func (f fixtures) usedProduct() admin.ProductView {
	v := f.product()
	v.Deleting, v.Form.Hidden = admin.RefusalInUse, true
	return v
}

func (f fixtures) categories() admin.CategoriesView {
	place := &admin.Place{Parent: "c1"}
	return admin.CategoriesView{Page: f.clerk(admin.SectionCategories), Rows: []admin.CategoryRow{
		{ID: "c1", Name: "Kitchen", Slug: "kitchen", Depth: 1, Products: 12, Moves: admin.CategoryMoves{Down: place}},
		{ID: "c2", Name: "Cups and mugs", Slug: "cups-and-mugs", Parent: "c1", Depth: 2, Products: 1, Moves: admin.CategoryMoves{Out: place}},
		{ID: "c4", Name: "Espresso cups that nobody has seen yet", Slug: "espresso", Parent: "c2", Depth: 3, Hidden: true},
		{ID: "c3", Name: "Desk", Slug: "desk", Depth: 1, Products: 7, Moves: admin.CategoryMoves{Up: place, In: place}},
	}}
}

func (f fixtures) category() admin.CategoryView {
	return admin.CategoryView{
		Page: f.clerk(admin.SectionCategories), ID: "c2", Version: "2", Name: text("Cups and mugs"), Slug: text("cups-and-mugs"), Summary: text("For tea and coffee."),
		Picture: "pictures/stoneware-mug.svg", Parents: []admin.Choice{{}, {Value: "c1", Label: "Kitchen", Selected: true}},
		Texts:  []admin.CategoryTexts{{Lang: "zh-Hans", Language: "简体中文", Name: text(f.say("in Chinese", "杯子"))}},
		Others: []admin.Choice{{Value: "c1", Label: "Kitchen"}}, Products: 3, Children: 1,
	}
}

func (f fixtures) troubledCategory() admin.CategoryView {
	v := f.category()
	v.New, v.Refusal, v.PictureBad, v.Parent = true, admin.RefusalFields, invalid.PictureBroken, invalid.Tree
	v.Name, v.Slug = admin.Field{Problem: invalid.Missing}, admin.Field{Value: "Cups!", Problem: invalid.Slug}
	return v
}

func (f fixtures) changedCategory() admin.CategoryView {
	v := f.category()
	v.Refusal = admin.RefusalChanged
	v.Conflict = admin.Conflict{Version: 2, Changed: f.at(60), Differences: []admin.Difference{
		{Name: "name", Stored: "Cups", Typed: "Cups and mugs"}, {Name: "parent", Typed: "Kitchen"}, {Name: "picture", Stored: "pictures/kitchen.svg"},
	}}
	return v
}

func (f fixtures) tags() admin.TagsView {
	return admin.TagsView{
		Page: f.clerk(admin.SectionProducts), Refusal: admin.RefusalOf(invalid.TagName), For: "gift", Typed: "a, b",
		Rows: []admin.TagRow{{Tag: "gift", Products: 3}, {Tag: f.say("in Chinese", "新品"), Products: 1}, {Tag: long}},
	}
}
