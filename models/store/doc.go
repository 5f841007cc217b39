// Package store reads and writes the shop's rows, on SQLite and on MySQL-compatible servers with the same behaviour. No other package
// speaks SQL.
//
// Every change of state is a compare-and-set in one UPDATE (reliability.md R5): a caller that gets ErrConflict has changed nothing. Work is
// shared between any number of processes by leases (see Queue). Amounts are exact: DECIMAL(36,18) on MySQL; text with a decimal
// collation and a dec_sum aggregate on SQLite. Times are UTC with milliseconds; the zero time is NULL. Secrets are sealed.
//
// GORM maps whole rows; reads that every page needs are plain SQL with hand-written scans, because reflection costs more than
// the query there.
package store
