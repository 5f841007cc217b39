// Package productcsv reads and writes products as CSV files. It supports two formats: that of WooCommerce's product exporter, from which
// many shops migrate, and Coincart's own, which holds everything about a product and is read back exactly as it was written.
//
// The package has no side effects: Read parses a file into Records and Problems, MakePlan compares records with the products of the shop,
// and a Writer writes products. Read does not stop at the first fault: it reports every problem with its line and column.
//
// # WooCommerce files
//
// The rules are those of WooCommerce's Product CSV Importer and Exporter ("Product CSV Import Schema"). The types simple and variable are
// products. A variation is a variant of the product that Parent names by SKU or as id:NN. Virtual products need no delivery. What the shop
// cannot sell is skipped and reported for each line: grouped, external and downloadable products. If the file lacks a column, the stored
// values stay as they are; an empty cell clears the value. Products that the file does not list stay as they are.
//
// # Formulas
//
// A spreadsheet evaluates a cell that begins with = + - @ a tab or a line break as a formula. The Writer puts an apostrophe in front of
// such a text, and also in front of apostrophes followed by such a text. Read removes exactly one apostrophe.
package productcsv
