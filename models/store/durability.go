package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/coincart/coincart/migrations"
)

// Durability is what the database does before it says that a transaction is committed. A field that the server does not report is empty.
type Durability struct {
	// Synchronous is SQLite's setting on the writing connection: "OFF", "NORMAL", "FULL" or "EXTRA". From FULL on, the log is on disk
	// after every commit. Empty on MySQL.
	Synchronous string
	// FlushLog is innodb_flush_log_at_trx_commit: "1" writes the log to disk at every commit, "0" and "2" once a second.
	FlushLog string
	// SyncBinlog is sync_binlog, where the server writes a binary log: "1" writes it to disk at every commit.
	SyncBinlog string
	// ReadOnly reports whether the server takes no changes, except from accounts with special rights.
	ReadOnly bool
}

// Durability reads what a power cut could take back.
func (s *Store) Durability(ctx context.Context) (Durability, error) {
	if s.dialect == migrations.SQLite {
		return s.fileDurability(ctx)
	}
	var d Durability
	logs, sync := false, ""
	// Not every server has all of these, and asking for one by name would fail.
	err := s.each(ctx, "SHOW GLOBAL VARIABLES WHERE Variable_name IN "+
		"('innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog', 'read_only')", nil, func(rows *sql.Rows) error {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		switch strings.ToLower(name) {
		case "innodb_flush_log_at_trx_commit":
			d.FlushLog = value
		case "log_bin":
			logs = isOn(value)
		case "sync_binlog":
			sync = value
		case "read_only":
			d.ReadOnly = isOn(value)
		}
		return nil
	})
	if logs {
		d.SyncBinlog = sync
	}
	return d, wrap("read what the database promises", err)
}

func isOn(value string) bool { return value != "" && value != "0" && !strings.EqualFold(value, "OFF") }

// fileDurability asks the connection that writes: readers have the setting too, and it means nothing for them.
func (s *Store) fileDurability(ctx context.Context) (Durability, error) {
	ctx, cancel := s.pool.waits.bound(ctx)
	defer cancel()
	var level int
	if err := s.pool.write.db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level); err != nil {
		return Durability{}, wrap("read what the database promises", translate(err))
	}
	levels := []string{"OFF", "NORMAL", "FULL", "EXTRA"}
	if level < 0 || level >= len(levels) {
		return Durability{}, fmt.Errorf("PRAGMA synchronous is %d", level)
	}
	return Durability{Synchronous: levels[level]}, nil
}
