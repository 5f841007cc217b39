package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// auditCmd groups the commands for the audit log.
type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Verify the hash chain. Exit code 0: intact, 1: broken, 2: could not be checked."`
}

type auditVerifyCmd struct {
	Holds []string `sep:"," placeholder:"N:HASH" help:"Entries printed by an earlier check that must still be there. Also detects entries cut off at the end."`
	databaseSettings
}

// Run verifies the whole log and prints where it breaks or ends.
func (c *auditVerifyCmd) Run(ctx context.Context, con console) error {
	var marks []auditMark
	for _, text := range c.Holds {
		m, err := parseMark(text)
		if err != nil {
			return notDone(err)
		}
		marks = append(marks, m)
	}
	db, err := c.open(ctx)
	if err != nil {
		return notDone(err)
	}
	defer db.Close()
	entries, broken, err := db.VerifyAudit(ctx)
	if err != nil {
		return notDone(fmt.Errorf("check the audit log: %w", err))
	}
	if broken != nil {
		fmt.Fprintf(con.out, "The audit log is broken. Intact: %s; entry %d was changed, or one before it is missing.\n  %s\n",
			counted(entries, "entry", "entries"), broken.Seq, describeEntry(broken))
		return errReported
	}
	for _, m := range marks {
		if err := m.check(ctx, db); err != nil {
			return err
		}
	}
	if entries == 0 {
		fmt.Fprintln(con.out, "The audit log is empty.")
		return nil
	}
	last, err := db.Audit(ctx, models.AuditFilter{Limit: 1})
	if err != nil {
		return notDone(fmt.Errorf("read the last entry: %w", err))
	}
	fmt.Fprintf(con.out, "The audit log is intact: %s. Last entry: %d:%s\nSave it elsewhere to prove later that nothing was cut off. Check it with: coincart audit verify --holds=%[2]d:%[3]s\n",
		counted(entries, "entry", "entries"), last[0].Seq, last[0].Hash)
	return nil
}

func describeEntry(e *models.AuditEntry) string {
	return fmt.Sprintf("%s UTC, %s: %s on %s", moment(e.At), text.Quote(e.Who), text.Quote(e.Action), text.Quote(e.Subject))
}

// auditMark is an entry as printed by an earlier check.
type auditMark struct {
	seq  int64
	hash string
}

func parseMark(text string) (auditMark, error) {
	number, hash, _ := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 1 || len(hash) != len(models.FirstPrevHash) || strings.Trim(hash, "0123456789abcdef") != "" {
		return auditMark{}, fmt.Errorf("--holds %s is not valid: use a number, a colon and a 64-digit hash, as printed by an earlier check", strconv.Quote(text))
	}
	return auditMark{seq, hash}, nil
}

// check fails if the entry is missing or has another hash.
func (m auditMark) check(ctx context.Context, db *store.Store) error {
	list, err := db.Audit(ctx, models.AuditFilter{Before: m.seq + 1, Limit: 1})
	if err != nil {
		return notDone(fmt.Errorf("read entry %d: %w", m.seq, err))
	}
	switch {
	case len(list) == 0 || list[0].Seq != m.seq:
		return fmt.Errorf("entry %d is gone from the audit log: its end was cut off", m.seq)
	case list[0].Hash != m.hash:
		return errors.New("the audit log was rewritten: entry " + strconv.FormatInt(m.seq, 10) + " has a different hash")
	}
	return nil
}
