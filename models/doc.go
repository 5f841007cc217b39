// Package models holds the shop's things and their rules: money, the catalogue, carts, orders, payment attempts and the
// evidence about them. It is pure: no database, no HTTP. State machines are tables.
//
// A struct that models/store keeps is one row of a table, and each of its fields is the column of that name. Its tags say how much a text
// column holds: text:"200" is 200 characters, ascii:"36" is 36 characters of ASCII, and text:"medium" is as much as MySQL's MEDIUMTEXT
// holds. gorm:"default:null" stores the zero value as NULL, and a field with gorm:"-" is no column.
//
// Conventions: every time is UTC, truncated to milliseconds; every amount is exact decimal text (see Amount); every row id is a
// UUIDv7 in text, every public reference is 128 random bits or more in text.
package models
