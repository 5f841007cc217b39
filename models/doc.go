// Package models holds the shop's things and their rules: money, the catalogue, carts, orders, payment attempts and the
// evidence about them. It is pure: no database, no HTTP. Structs are laid out so that models/store can map them to columns by
// name; state machines are tables.
//
// Conventions: every time is UTC, truncated to milliseconds; every amount is exact decimal text (see Amount); every row id is a
// UUIDv7 in text, every public reference is 128 random bits or more in text.
package models
