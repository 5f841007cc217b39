package productcsv_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
)

// wooHeader holds the columns of WooCommerce's exporter, with two attributes.
const wooHeader = `ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Is featured?","Visibility in catalog","Short description",Description,` +
	`"Date sale price starts","Date sale price ends","Tax status","Tax class","In stock?",Stock,"Low stock amount","Backorders allowed?",` +
	`"Sold individually?","Weight (kg)","Length (cm)","Width (cm)","Height (cm)","Allow customer reviews?","Purchase note","Sale price",` +
	`"Regular price",Categories,Tags,"Shipping class",Images,"Download limit","Download expiry days",Parent,"Grouped products",Upsells,` +
	`Cross-sells,"External URL","Button text",Position,"Meta: _custom","Attribute 1 name","Attribute 1 value(s)","Attribute 1 visible",` +
	`"Attribute 1 global","Attribute 2 name","Attribute 2 value(s)","Attribute 2 visible","Attribute 2 global"`

func wooColumns() []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(wooHeader, `"GTIN, UPC, EAN, or ISBN"`, "GTIN; UPC; EAN; or ISBN"), `"`, ""), ",")
}

// wooLine returns a row of the exporter with values by column name.
func wooLine(values map[string]string) string {
	columns := wooColumns()
	cells := make([]string, len(columns))
	for i, c := range columns {
		if text, ok := values[strings.ReplaceAll(c, ";", ",")]; ok {
			cells[i] = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
	}
	return strings.Join(cells, ",")
}

// simple returns a row without problems, changed as given.
func simple(sku string, change ...string) string {
	values := map[string]string{"Type": "simple", "SKU": sku, "Name": "Cup " + sku, "Published": "1", "Regular price": "12.50", "Stock": "3", "Categories": "Cups"}
	return changed(values, change)
}

func changed(values map[string]string, change []string) string {
	for i := 0; i+1 < len(change); i += 2 {
		values[change[i]] = change[i+1]
	}
	return wooLine(values)
}

func variable(sku string, change ...string) string {
	return changed(map[string]string{
		"Type": "variable", "SKU": sku, "Name": "Shirt " + sku, "Published": "1", "Categories": "Clothes > Shirts",
		"Attribute 1 name": "Colour", "Attribute 1 value(s)": "Red, Blue", "Attribute 1 visible": "1",
	}, change)
}

func variation(sku, parent, colour string, change ...string) string {
	return changed(map[string]string{
		"Type": "variation", "SKU": sku, "Parent": parent, "Regular price": "20", "Stock": "5", "Attribute 1 name": "Colour", "Attribute 1 value(s)": colour,
	}, change)
}

func options() productcsv.Options {
	return productcsv.Options{Digits: 2, Zone: time.FixedZone("", 8*3600)}
}

func read(t *testing.T, lines ...string) *productcsv.File {
	t.Helper()
	file, err := productcsv.Read(strings.NewReader(strings.Join(lines, "\r\n")+"\r\n"), options())
	require.NoError(t, err)
	return file
}

// problemLines returns problems as "line column code".
func problemLines(problems []productcsv.Problem) []string {
	list := make([]string, 0, len(problems))
	for _, p := range problems {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%d %s %s", p.Line, p.Code, p.Column)))
	}
	return list
}

func TestRead_TakesASimpleProductWithEverythingItCanUse(t *testing.T) {
	file := read(t, wooHeader, wooLine(map[string]string{
		"ID": "44", "Type": "simple, virtual", "SKU": "CUP-1", "GTIN, UPC, EAN, or ISBN": "4006381333931", "Name": "Cups &amp; Co", "Published": "-1",
		"Is featured?": "1", "Short description": "<b>Small</b>\\nand good", "Description": "<p>One</p><ul><li>a</li><li>b</li></ul><script>alert(1)</script>",
		"Date sale price starts": "2026-11-20", "Date sale price ends": "2026-11-30 00:00:00", "In stock?": "1", "Stock": "7", "Low stock amount": "2",
		"Weight (kg)": "0.35", "Sale price": "9.90", "Regular price": "12.5", "Categories": `Kitchen > Cups, Gifts\, small`, "Tags": "red, blue",
		"Images": "https://shop.example/a.jpg, b.jpg", "Position": "4", "Meta: _custom": "x", "Attribute 1 name": "Material", "Attribute 1 value(s)": "Clay",
		"Attribute 1 visible": "1",
	}))
	assert.Empty(t, problemLines(file.Problems))
	require.Len(t, file.Records, 1)
	r := file.Records[0]
	assert.Equal(t, "Cups & Co", r.Title)
	assert.Equal(t, "Small\nand good", r.Summary)
	assert.Equal(t, "One\n\n- a\n- b\n\nMaterial: Clay", r.Description)
	assert.True(t, r.Hidden)
	assert.True(t, r.Featured)
	assert.Equal(t, 4, r.Position)
	assert.Equal(t, []productcsv.Category{{Path: productcsv.Path{"Kitchen", "Cups"}}, {Path: productcsv.Path{"Gifts, small"}}}, r.Categories)
	assert.Equal(t, []string{"red", "blue"}, r.Tags)
	assert.Equal(t, []productcsv.Picture{{Source: "https://shop.example/a.jpg"}, {Source: "b.jpg"}}, r.Pictures)
	require.Len(t, r.Variants, 1)
	v := r.Variants[0]
	assert.Equal(t, "CUP-1", v.SKU)
	assert.Equal(t, "12.5", v.Price.String())
	assert.Equal(t, "9.9", v.SalePrice.String())
	assert.Equal(t, "2026-11-19T16:00:00Z", v.SaleFrom.Format(time.RFC3339), "the day begins in the shop's zone")
	assert.Equal(t, "2026-11-30T16:00:00Z", v.SaleUntil.Format(time.RFC3339), "the last day belongs to the sale")
	assert.Equal(t, 7, v.Stock)
	assert.Equal(t, 2, v.LowStock)
	assert.False(t, v.Untracked)
	assert.True(t, v.Virtual)
	assert.Equal(t, "0.35", v.Weight.String())
	assert.Equal(t, "4006381333931", v.Barcode)
	var unused []string
	for _, c := range file.Columns {
		if !c.Used && c.Filled > 0 {
			unused = append(unused, c.Header)
		}
	}
	assert.Equal(t, []string{"Meta: _custom"}, unused, "what is not used is told once, by its column")
}

func TestRead_JoinsVariationsToTheirParentInAnyOrder(t *testing.T) {
	file := read(t, wooHeader,
		variation("SH-B", "id:7", "blue", "Position", "2"),
		variable("SH", "ID", "7", "Attribute 2 name", "Care", "Attribute 2 value(s)", "Wash cold", "Attribute 2 visible", "1"),
		variation("SH-R", "SH", "Red", "Position", "1", "Images", "https://shop.example/red.jpg", "Stock", "", "In stock?", "1"))
	assert.Empty(t, problemLines(file.Problems))
	require.Len(t, file.Records, 1)
	r := file.Records[0]
	assert.Equal(t, []string{"Colour"}, r.OptionNames)
	assert.Equal(t, "Care: Wash cold", r.Description)
	require.Len(t, r.Variants, 2)
	assert.Equal(t, models.List{"Red"}, r.Variants[0].Options, "in the order of their positions")
	assert.True(t, r.Variants[0].Untracked)
	assert.Equal(t, "https://shop.example/red.jpg", r.Variants[0].Picture)
	assert.Equal(t, models.List{"Blue"}, r.Variants[1].Options, "written as the parent writes it")
	assert.Equal(t, 5, r.Variants[1].Stock)
}

func TestRead_VariationsTakeTheirWeightFromTheProductAndPrivateOnesAreNotForSale(t *testing.T) {
	file := read(t, wooHeader, variable("S", "Weight (kg)", "0.4"), variation("A", "S", "Red", "Published", "0", "Description", "Only red"),
		variation("B", "S", "Blue", "Published", "-1", "Weight (kg)", "0.6"))
	assert.Equal(t, []string{"3 variation_text Description"}, problemLines(file.Problems))
	assert.Equal(t, 0, file.Faults)
	require.Len(t, file.Records, 1)
	a, b := file.Records[0].Variants[0], file.Records[0].Variants[1]
	assert.True(t, a.Retired)
	assert.Equal(t, "0.4", a.Weight.String())
	assert.False(t, b.Retired, "its product is a draft")
	assert.Equal(t, "0.6", b.Weight.String())
}

func TestRead_LeavesOutWhatCannotBeSoldAndSaysSo(t *testing.T) {
	file := read(t, wooHeader,
		simple("A"),
		simple("B", "Type", "grouped"),
		simple("C", "Type", "external", "External URL", "https://elsewhere.example/c"),
		simple("D", "Type", "simple, downloadable, virtual"),
		variable("E"),
		variation("F-1", "F", "Red"),
		variable("F", "Type", "variable, downloadable"))
	assert.Equal(t, []string{"3 grouped Type", "4 external Type", "5 downloadable Type", "6 no_variations Type", "7 parent_skipped Parent", "8 downloadable Type"}, problemLines(file.Problems))
	for _, p := range file.Problems {
		assert.Equal(t, productcsv.LevelSkipped, p.Level)
	}
	assert.Equal(t, 0, file.Faults)
	assert.Equal(t, 6, file.Skipped)
	require.Len(t, file.Records, 1)
	assert.Equal(t, "A", file.Records[0].Variants[0].SKU)
}

func TestRead_NamesThingsWithoutSKUTheSameEveryTime(t *testing.T) {
	lines := []string{
		wooHeader, simple("", "ID", "12"), simple("", "Name", "Tea pot"), variable("SH", "ID", "20"),
		variation("", "SH", "Red"), variation("", "id:20", "Blue", "ID", "22"),
	}
	for range 2 {
		file := read(t, lines...)
		assert.Empty(t, problemLines(file.Problems))
		require.Len(t, file.Records, 3)
		assert.Equal(t, "WC-12", file.Records[0].Variants[0].SKU)
		assert.Equal(t, "Tea pot", file.Records[1].Variants[0].SKU)
		assert.Equal(t, "SH-Red", file.Records[2].Variants[0].SKU)
		assert.Equal(t, "WC-22", file.Records[2].Variants[1].SKU)
	}
}

func TestRead_TellsEveryProblemWithItsLineAndColumn(t *testing.T) {
	for name, c := range map[string]struct {
		rows []string
		want []string
	}{
		"grouped thousands":    {[]string{simple("A", "Regular price", "1,234.50")}, []string{"2 price Regular price"}},
		"exponent":             {[]string{simple("A", "Regular price", "1e3")}, []string{"2 price Regular price"}},
		"negative price":       {[]string{simple("A", "Regular price", "-1")}, []string{"2 negative Regular price"}},
		"guarded negative":     {[]string{simple("A", "Regular price", "'-1")}, []string{"2 negative Regular price"}},
		"too exact":            {[]string{simple("A", "Regular price", "1.005")}, []string{"2 price_digits Regular price"}},
		"no price":             {[]string{simple("A", "Regular price", "")}, []string{"2 missing Regular price"}},
		"price of nothing":     {[]string{simple("A", "Regular price", "0.00")}, []string{"2 price_zero Regular price"}},
		"sale above":           {[]string{simple("A", "Sale price", "12.51")}, []string{"2 sale_above Sale price"}},
		"sale equal":           {[]string{simple("A", "Sale price", "12.50")}, []string{"2 sale_above Sale price"}},
		"day wrong":            {[]string{simple("A", "Date sale price starts", "21/11/2026")}, []string{"2 date Date sale price starts"}},
		"day that is none":     {[]string{simple("A", "Date sale price ends", "2026-02-30")}, []string{"2 date Date sale price ends"}},
		"days reversed":        {[]string{simple("A", "Date sale price starts", "2026-11-21", "Date sale price ends", "2026-11-19")}, []string{"2 dates_reversed Date sale price ends"}},
		"stock":                {[]string{simple("A", "Stock", "3.5")}, []string{"2 number Stock"}},
		"stock below zero":     {[]string{simple("A", "Stock", "-2")}, []string{"2 negative Stock"}},
		"stock of the parent":  {[]string{simple("A", "Stock", "parent")}, []string{"2 stock_parent Stock"}},
		"weight":               {[]string{simple("A", "Weight (kg)", "heavy")}, []string{"2 weight Weight (kg)"}},
		"published":            {[]string{simple("A", "Published", "maybe")}, []string{"2 status Published"}},
		"featured":             {[]string{simple("A", "Is featured?", "2")}, []string{"2 bool Is featured?"}},
		"visibility":           {[]string{simple("A", "Visibility in catalog", "somewhere")}, []string{"2 visibility Visibility in catalog"}},
		"name":                 {[]string{simple("A", "Name", "")}, []string{"2 missing Name"}},
		"long name":            {[]string{simple("A", "Name", strings.Repeat("x", 201))}, []string{"2 text_too_long Name"}},
		"type":                 {[]string{simple("A", "Type", "bundle")}, []string{"2 type_unknown Type"}},
		"two types":            {[]string{simple("A", "Type", "simple, variable")}, []string{"2 several_types Type"}},
		"deep category":        {[]string{simple("A", "Categories", "a > b > c > d > e > f")}, []string{"2 category_deep Categories"}},
		"category without":     {[]string{simple("A", "Categories", "a >  > c")}, []string{"2 category_empty Categories"}},
		"http picture":         {[]string{simple("A", "Images", "http://shop.example/a.jpg")}, []string{"2 picture_scheme Images"}},
		"file picture":         {[]string{simple("A", "Images", "file:///etc/passwd")}, []string{"2 picture_address Images"}},
		"SKU twice":            {[]string{simple("A"), simple("A")}, []string{"3 sku_twice SKU"}},
		"ID twice":             {[]string{simple("A", "ID", "1"), simple("B", "ID", "1")}, []string{"3 id_twice ID"}},
		"parent missing":       {[]string{variation("A", "B", "Red")}, []string{"2 parent_missing Parent"}},
		"parent not named":     {[]string{variation("A", "", "Red")}, []string{"2 parent_missing Parent"}},
		"parent not in file":   {[]string{variation("A", "id:9", "Red")}, []string{"2 parent_missing Parent"}},
		"parent simple":        {[]string{simple("B"), variation("A", "B", "Red")}, []string{"3 parent_type Parent"}},
		"own parent":           {[]string{variation("A", "A", "Red")}, []string{"2 parent_cycle Parent"}},
		"parents in a circle":  {[]string{variation("A", "B", "Red"), variation("B", "A", "Red")}, []string{"2 parent_cycle Parent", "3 parent_cycle Parent"}},
		"parent of a simple":   {[]string{simple("A", "Parent", "B")}, []string{"2 parent_unused Parent"}},
		"value not listed":     {[]string{variable("S"), variation("A", "S", "Green")}, []string{"3 option_unknown Colour"}},
		"no value":             {[]string{variable("S"), variation("B", "S", "Red"), variation("A", "S", "")}, []string{"4 option Colour"}},
		"same choice":          {[]string{variable("S"), variation("A", "S", "Red"), variation("B", "S", "red")}, []string{"4 options_twice"}},
		"backorders":           {[]string{simple("A", "Backorders allowed?", "notify")}, []string{"2 backorders Backorders allowed?"}},
		"several in one row":   {[]string{simple("A", "Regular price", "x", "Stock", "y", "Weight (kg)", "z")}, []string{"2 weight Weight (kg)", "2 price Regular price", "2 number Stock"}},
		"rows go on behind it": {[]string{simple("A", "Stock", "y"), simple("B"), simple("C", "Stock", "z")}, []string{"2 number Stock", "4 number Stock"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := read(t, append([]string{wooHeader}, c.rows...)...)
			assert.Equal(t, c.want, problemLines(file.Problems))
		})
	}
}

func TestRead_SurvivesHostileFiles(t *testing.T) {
	many := strings.Repeat(",x", 1000)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":            {"", []string{"1 empty"}},
		"a header alone":     {wooHeader + "\n", []string{"0 empty"}},
		"no columns":         {"a,b\n1,2\n", []string{"1 no_columns"}},
		"no name":            {"SKU,Stock\nA,1\n", []string{"1 column_missing Name"}},
		"UTF-16":             {"\xff\xfeI\x00D\x00", []string{"1 encoding"}},
		"UTF-16 unmarked":    {"I\x00D\x00,\x00", []string{"1 encoding"}},
		"NUL":                {"SKU,Name,Regular price\nA,a\x00b,1\n", []string{"2 control Name"}},
		"no UTF-8":           {"SKU,Name,Regular price\nA,\xff,1\nB,b,1\n", []string{"2 utf8 Name"}},
		"a megabyte":         {"SKU,Name,Regular price\nA," + strings.Repeat("x", 1<<20) + ",1\n", []string{"2 cell_too_long Name"}},
		"a thousand columns": {"SKU,Name,Regular price" + many + "\nA,a,1" + many + "\n", nil},
		"too many columns":   {"SKU,Name" + strings.Repeat(many, 3) + "\n", []string{"1 too_many_cols"}},
		"header twice":       {"SKU,Name,Regular price,name\nA,a,1,b\n", []string{"1 header_twice name"}},
		"too few cells":      {"SKU,Name,Regular price\nA,a\nB,b,1\nC\n", []string{"2 cells", "4 cells"}},
		"too many cells":     {"SKU,Name,Regular price\nA,a,1,2\n", []string{"2 cells"}},
		"empty cells more":   {"SKU,Name,Regular price\nA,a,1,,\n", nil},
		"quote within":       {"SKU,Name,Regular price\nA,a\"b,1\nB,b,1\nC,\"c\"d,1\n", []string{"2 quote", "4 quote"}},
		"quote open":         {"SKU,Name,Regular price\nA,\"a,1\nB,b,1\n", []string{"2 quote"}},
		"a mark, semicolons": {"\ufeffSKU;Name;Regular price\r\nA;a;1\r\n", nil},
		"tabs":               {"SKU\tName\tRegular price\nA\ta\t1\n", nil},
		"line of the 2nd":    {"SKU,Name,Regular price\nA,\"a\nb\nc\",1\nB,b,x\n", []string{"5 price Regular price"}},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := productcsv.Read(strings.NewReader(c.text), options())
			require.NoError(t, err)
			assert.Equal(t, append([]string{}, c.want...), problemLines(file.Problems))
		})
	}
}

func TestRead_CommaAsDecimalPointOnlyWhereAskedFor(t *testing.T) {
	text := "SKU;Name;Regular price\nA;a;1,50\nB;b;1.50\n"
	o := options()
	o.DecimalComma = true
	file, err := productcsv.Read(strings.NewReader(text), o)
	require.NoError(t, err)
	assert.Equal(t, []string{"3 price Regular price"}, problemLines(file.Problems))
	assert.Equal(t, "1.5", file.Records[0].Variants[0].Price.String())

	file, err = productcsv.Read(strings.NewReader(text), options())
	require.NoError(t, err)
	assert.Equal(t, []string{"2 price Regular price"}, problemLines(file.Problems))
}

func TestRead_WeightsInOtherUnits(t *testing.T) {
	for unit, want := range map[string]string{"kg": "250", "g": "0.25", "lbs": "113.3980925", "oz": "7.08738078125"} {
		file, err := productcsv.Read(strings.NewReader("SKU,Name,Regular price,Weight ("+unit+")\nA,a,1,250\n"), options())
		require.NoError(t, err)
		require.Len(t, file.Records, 1)
		assert.Equal(t, want, file.Records[0].Variants[0].Weight.String(), unit)
	}
}

func TestRead_ProgressCanEndIt(t *testing.T) {
	lines := []string{"SKU,Name,Regular price"}
	for i := range 1000 {
		lines = append(lines, fmt.Sprintf("S%d,n,1", i))
	}
	o, told := options(), 0
	o.Progress = func(line int) error {
		if told++; line > 500 {
			return assert.AnError
		}
		return nil
	}
	_, err := productcsv.Read(strings.NewReader(strings.Join(lines, "\n")), o)
	require.ErrorIs(t, err, assert.AnError)
	assert.Equal(t, 2, told)
}

func TestPlainText_KeepsTextAndNothingElse(t *testing.T) {
	for source, want := range map[string]string{
		"plain":                                "plain",
		"a < b & c":                            "a < b & c",
		"<p>One</p>\n<p>Two</p>":               "One\n\nTwo",
		"a<br>b<br/>c":                         "a\nb\nc",
		"&lt;script&gt;x&lt;/script&gt;":       "<script>x</script>",
		"<style>p{}</style>x":                  "x",
		"<img src=x onerror=alert(1)>y":        "y",
		"<table><tr><td>a</td><td>b</td></tr>": "a b",
		"<ol><li>one<li>two</ol>end":           "- one\n- two\n\nend",
		"<!-- c -->x":                          "x",
		"x\n\n\n\ny":                           "x\n\ny",
		"<a href='https://a.example'>here</a>": "here",
	} {
		assert.Equal(t, want, productcsv.PlainText(source), source)
	}
}

func TestPlan_NothingNewIsSoldForNothingBecauseThePricesAreMissing(t *testing.T) {
	for name, text := range map[string]string{
		"a new product":         "SKU,Name,Categories\nN1,Cup,Cups\nN2,Bowl,Cups\n",
		"names in German":       "ID,Typ,SKU,Name,Veröffentlicht,\"Regulärer Preis\",Kategorien\n1,simple,N1,Tasse,1,\"12,50\",Küche\n",
		"our own format":        "Coincart product,SKU,Title\ncup,N1,Cup\n",
		"a new variant of ours": "Coincart product,SKU,Variant options\nshirt,B,\"Red, L\"\nshirt,NEW,\"Green, S\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			file, err := productcsv.Read(strings.NewReader(text), options())
			require.NoError(t, err)
			plan := productcsv.MakePlan(file, shopOf(full()))
			assert.Positive(t, plan.Faults)
			missed := 0
			for _, p := range plan.Problems {
				if p.Code == productcsv.CodePriceColumn {
					missed++
					assert.Equal(t, 1, p.Line)
					assert.Contains(t, []string{"Regular price", "Price"}, p.Column)
				}
			}
			assert.Equal(t, 1, missed, "it is said once: %v", problemLines(plan.Problems))
		})
	}
	plan := productcsv.MakePlan(readOwn(t, "Coincart product,SKU,Stock\nshirt,B,21\n"), shopOf(full()))
	assert.Empty(t, problemLines(plan.Problems), "what is there has its price")
}

func TestRead_SaysThatAFileIsNoCSV(t *testing.T) {
	for name, head := range map[string]string{"xlsx": "PK\x03\x04\x14\x00\x06\x00", "xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "gzip": "\x1f\x8b\x08\x00", "PDF": "%PDF-1.7\n"} {
		file, err := productcsv.Read(strings.NewReader(head+strings.Repeat("\x00\x01\"", 50)), options())
		require.NoError(t, err)
		assert.Equal(t, []string{"1 not_csv"}, problemLines(file.Problems), name)
	}
	file := read(t, wooHeader)
	assert.Equal(t, []string{"0 empty"}, problemLines(file.Problems), "a header alone")
}
