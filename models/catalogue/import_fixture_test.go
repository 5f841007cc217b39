package catalogue_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// wooFile returns a file in the format of WooCommerce's exporter. Of its rows, every second family of eight is a variable product with
// seven variations, the others are eight simple products. change may edit the cells of a line.
func wooFile(rows int, change func(line int, cells map[string]string)) string {
	columns := []string{
		"ID", "Type", "SKU", "Name", "Published", "Is featured?", "Visibility in catalog", "Short description", "Description",
		"Date sale price starts", "Date sale price ends", "Tax status", "In stock?", "Stock", "Low stock amount", "Backorders allowed?",
		"Weight (kg)", "Sale price", "Regular price", "Categories", "Tags", "Images", "Parent", "Position",
		"Attribute 1 name", "Attribute 1 value(s)", "Attribute 1 visible", "Meta: _origin",
	}
	var out strings.Builder
	out.WriteString("\ufeff" + strings.Join(columns, ",") + "\r\n")
	for n := range rows {
		line := n + 2
		cells := wooRow(n, rows)
		if change != nil {
			change(line, cells)
		}
		for i, c := range columns {
			if i > 0 {
				out.WriteByte(',')
			}
			if text, ok := cells[c]; ok {
				out.WriteString(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
			}
		}
		out.WriteString("\r\n")
	}
	return out.String()
}

const familySize = 8 // a variable product with its variations

var (
	adjectives = []string{"Small", "Large", "Round", "Blue", "Striped", "Heavy", "Quiet", "Warm", "Folding", "Bright", "Plain", "Woven"}
	materials  = []string{"Clay", "Oak", "Linen", "Steel", "Wool", "Glass", "Cork", "Paper", "Copper", "Stone"}
	things     = []string{"Cup", "Lamp", "Bowl", "Chair", "Blanket", "Notebook", "Bottle", "Basket", "Clock", "Vase", "Tray", "Towel", "Kettle"}
	sizes      = []string{"XS", "S", "M", "L", "XL", "XXL", "One size"}
)

func wooRow(n, rows int) map[string]string {
	family := n / familySize
	name := fmt.Sprintf("%s %s %s %d", adjectives[family%len(adjectives)], materials[family%len(materials)], things[family%len(things)], family)
	// Every second family is a variable product; an incomplete last one consists of simple products.
	if whole := (family+1)*familySize <= rows; whole && family%2 == 1 {
		parent := fmt.Sprintf("FAM-%05d", family)
		if n%familySize == 0 {
			return map[string]string{
				"ID": strconv.Itoa(n + 1), "Type": "variable", "SKU": parent, "Name": name, "Published": "1", "Short description": "Comes in many sizes.",
				"Description": description(family), "Categories": category(family), "Tags": "sizes, " + strings.ToLower(materials[family%len(materials)]),
				"Attribute 1 name": "Size", "Attribute 1 value(s)": strings.Join(sizes, ", "), "Attribute 1 visible": "1",
			}
		}
		size := sizes[n%familySize-1]
		return map[string]string{
			"ID": strconv.Itoa(n + 1), "Type": "variation", "SKU": parent + "-" + strconv.Itoa(n%familySize), "Name": name + " - " + size, "Published": "1", "Parent": parent,
			"Regular price": fmt.Sprintf("%d.%02d", 10+family%90, n%100), "Stock": strconv.Itoa(n % 40), "Weight (kg)": "0.5",
			"Attribute 1 name": "Size", "Attribute 1 value(s)": size, "Position": strconv.Itoa(n % familySize),
		}
	}
	cells := map[string]string{
		"ID": strconv.Itoa(n + 1), "Type": "simple", "SKU": fmt.Sprintf("SKU-%06d", n), "Name": name + " no. " + strconv.Itoa(n%familySize+1), "Published": "1",
		"Short description": "<b>Made by hand</b> and packed with care.", "Description": description(n), "Stock": strconv.Itoa(n % 60),
		"Regular price": fmt.Sprintf("%d.%02d", 5+n%95, n%100), "Categories": category(n), "Tags": strings.ToLower(things[n%len(things)]),
		"Weight (kg)": fmt.Sprintf("0.%d", 1+n%9), "Meta: _origin": "import",
	}
	if n%10 == 0 {
		cells["Sale price"] = fmt.Sprintf("%d.00", 4+n%95)
		cells["Date sale price starts"], cells["Date sale price ends"] = "2026-11-01", "2027-01-31"
	}
	return cells
}

func description(n int) string {
	return fmt.Sprintf("<p>This %s thing is made of %s.</p>\\n<ul><li>Keeps its colour</li><li>Ships in %d days</li></ul>",
		strings.ToLower(adjectives[n%len(adjectives)]), strings.ToLower(materials[(n/7)%len(materials)]), 1+n%5)
}

func category(n int) string {
	return fmt.Sprintf("Home > %s > %s, New", materials[n%len(materials)], things[n%len(things)])
}

// planted returns problems for wooFile to contain: the code that the import must report for each line, and the function that edits the
// cells. All lines are simple products unless the problem needs a variation.
func planted(rows int) (lines map[int]string, change func(line int, cells map[string]string)) {
	spoil := []struct {
		code  string
		cells map[string]string
	}{
		{"price", map[string]string{"Regular price": "1,234.50"}},
		{"price", map[string]string{"Regular price": "1e3"}},
		{"negative", map[string]string{"Regular price": "-1"}},
		{"missing", map[string]string{"Regular price": ""}},
		{"price_digits", map[string]string{"Regular price": "1.005"}},
		{"price_zero", map[string]string{"Regular price": "0"}},
		{"sale_above", map[string]string{"Sale price": "100000"}},
		{"date", map[string]string{"Date sale price starts": "21.11.2026"}},
		{"date", map[string]string{"Date sale price ends": "2026-02-30"}},
		{"dates_reversed", map[string]string{"Date sale price starts": "2026-11-21", "Date sale price ends": "2026-11-01"}},
		{"number", map[string]string{"Stock": "many"}},
		{"negative", map[string]string{"Stock": "-3"}},
		{"stock_parent", map[string]string{"Stock": "parent"}},
		{"weight", map[string]string{"Weight (kg)": "1 kg"}},
		{"missing", map[string]string{"Name": ""}},
		{"text_too_long", map[string]string{"Name": strings.Repeat("n", 201)}},
		{"utf8", map[string]string{"Name": "caf\xe9"}},
		{"control", map[string]string{"Tags": "a\x00b"}},
		{"type_unknown", map[string]string{"Type": "bundle"}},
		{"status", map[string]string{"Published": "perhaps"}},
		{"category_deep", map[string]string{"Categories": "a > b > c > d > e > f"}},
		{"sku_twice", map[string]string{"SKU": "SKU-000000"}},
		{"id_twice", map[string]string{"ID": "1"}},
		{"parent_missing", map[string]string{"Type": "variation", "Parent": "NOBODY", "Description": ""}},
		{"parent_type", map[string]string{"Type": "variation", "Parent": "id:1", "Description": ""}},
	}
	lines = map[int]string{}
	wrong := map[int]map[string]string{}
	step := rows / (len(spoil) + 1)
	for i, s := range spoil {
		n := (i + 1) * step
		for (n/familySize)%2 == 1 { // find a line of a simple product
			n++
		}
		lines[n+2], wrong[n+2] = s.code, s.cells
	}
	return lines, func(line int, cells map[string]string) {
		maps.Copy(cells, wrong[line])
	}
}

// sortedLines returns the keys in order.
func sortedLines(lines map[int]string) []int {
	list := make([]int, 0, len(lines))
	for line := range lines {
		list = append(list, line)
	}
	slices.Sort(list)
	return list
}
