// Package productcsv reads and writes files of products: the column format of WooCommerce's product exporter, which many shops come
// with, and Coincart's own, which holds everything of a product and reads back to exactly what was written.
//
// It is pure: Read turns a file into Records and Problems, Plan compares records with what the shop has, and Writer writes products.
// Nothing is stored here, and no file stops the reader at its first fault: every problem is told with its line and its column.
//
// # What is taken from a WooCommerce file
//
// The rules are those of WooCommerce's Product CSV Importer and Exporter ("Product CSV Import Schema"). Types simple and variable are
// products, variation is a variant of the product that Parent names by SKU or as id:NN, virtual needs no delivery. What the shop
// cannot sell is left out and told, line by line: grouped and external products, and downloadable ones, whose files it does not keep.
// A column that the file does not have leaves what is stored as it is; an empty cell empties it. What a file does not list stays.
//
// # Formulas
//
// A spreadsheet takes a cell that begins with = + - @ a tab or a line break for a formula. The writer puts an apostrophe before such a
// text, and one more where a text already begins with apostrophes followed by one of these; the reader takes exactly one off again.
package productcsv
