package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/coincart/coincart/migrations"
)

// errEnough ends a query whose further rows are not needed.
var errEnough = errors.New("enough rows")

// gramsAtOnce is the maximum number of groups whose sets are in memory at once while texts are indexed.
const gramsAtOnce = 1000

// indexTexts makes rows of a space findable by their texts, in the order of ids, which new ones are numbered in. A row without a text is
// taken out of the index, so that nothing of what it had can be read from it. It belongs into a transaction; others that index the
// space wait for its end.
func (s *Store) indexTexts(ctx context.Context, space string, ids []string, texts map[string]string) error {
	last, err := s.lockSpace(ctx, space)
	if err != nil {
		return err
	}
	known, err := s.indexedTexts(ctx, space, ids)
	if err != nil {
		return err
	}
	changes, rows, gone := gramChanges{}, searchTextTable.batch(), []string{}
	highest := last
	for _, id := range ids {
		row, there := known[id]
		folded := texts[id]
		if folded == row.Text {
			continue
		}
		if !there {
			highest++
			row = searchText{Space: space, Seq: highest, RowID: id}
		}
		changes.note(row.Seq, row.Text, folded)
		if row.Text = folded; folded == "" {
			gone = append(gone, id)
			continue
		}
		rows.add(row)
	}
	if err := s.changeGrams(ctx, space, changes); err != nil {
		return err
	}
	if err := rows.put(ctx, s, []string{"space", "seq"}, "text"); err != nil {
		return err
	}
	if err := s.dropTexts(ctx, space, gone); err != nil || highest == last {
		return err
	}
	_, err = s.exec(ctx, "UPDATE search_spaces SET last = ? WHERE space = ?", highest, space)
	return err
}

// allRows is the span of all rows of a space.
var allRows = span{last: 1 << 40}

// lockSpace reads the highest number of a space's rows, and keeps others from changing its index until the transaction ends.
func (s *Store) lockSpace(ctx context.Context, space string) (last int64, err error) {
	row := searchSpace{Space: space}
	_, err = s.exec(ctx, searchSpaceTable.inserting(1)+s.replacing([]string{"space"}, "space"), searchSpaceTable.values(&row)...)
	if err != nil {
		return 0, err
	}
	err = s.one(ctx, "SELECT last FROM search_spaces WHERE space = ?"+s.forUpdate(), []any{space}, &last)
	return last, err
}

// indexedTexts reads the rows of a space that are indexed already, by their ids.
func (s *Store) indexedTexts(ctx context.Context, space string, ids []string) (map[string]searchText, error) {
	known := map[string]searchText{}
	err := inParts(ids, func(list string, args []any) error {
		rows, err := searchTextTable.query(ctx, s, "WHERE space = ? AND row_id IN "+list, slices.Concat([]any{space}, args)...)
		for _, row := range rows {
			known[row.RowID] = row
		}
		return err
	})
	return known, err
}

func (s *Store) dropTexts(ctx context.Context, space string, ids []string) error {
	return inParts(ids, func(list string, args []any) error {
		_, err := s.exec(ctx, "DELETE FROM search_texts WHERE space = ? AND row_id IN "+list, slices.Concat([]any{space}, args)...)
		return err
	})
}

// gramChanges are the changes of an index: by part and group the places that get it (true) and that lose it (false).
type gramChanges map[int]map[string]map[int]bool

// note adds what changes where a row's text becomes another.
func (c gramChanges) note(seq int64, was, is string) {
	part, place := int(seq/gramPart), int(seq%gramPart)
	before, after := gramsOf(was), gramsOf(is)
	set := func(grams, others map[string]bool, has bool) {
		for gram := range grams {
			if others[gram] {
				continue
			}
			if c[part] == nil {
				c[part] = map[string]map[int]bool{}
			}
			if c[part][gram] == nil {
				c[part][gram] = map[int]bool{}
			}
			c[part][gram][place] = has
		}
	}
	set(before, after, false)
	set(after, before, true)
}

func (s *Store) changeGrams(ctx context.Context, space string, changes gramChanges) error {
	parts := make([]int, 0, len(changes))
	for part := range changes {
		parts = append(parts, part)
	}
	slices.Sort(parts)
	for _, part := range parts {
		for grams := range slices.Chunk(sortedKeys(changes[part]), gramsAtOnce) {
			if err := s.changePart(ctx, searchGram{Space: space, Part: part}, grams, changes[part]); err != nil {
				return err
			}
		}
	}
	return nil
}

// changePart changes the sets of some groups in the part of a space that of names.
func (s *Store) changePart(ctx context.Context, of searchGram, grams []string, changes map[string]map[int]bool) error {
	args := padded(arguments(grams))
	stored, err := searchGramTable.query(ctx, s, "WHERE space = ? AND gram IN ("+placeholders(len(args))+") AND part = ?",
		slices.Concat([]any{of.Space}, args, []any{of.Part})...)
	if err != nil {
		return err
	}
	sets := map[string]rowSet{}
	for _, row := range stored {
		sets[row.Gram] = readRowSet(row.Postings)
	}
	changed, gone := searchGramTable.batch(), []string{}
	for _, gram := range grams {
		set := sets[gram]
		for place, has := range changes[gram] {
			if has {
				set.add(place)
			} else {
				set.remove(place)
			}
		}
		of.Gram, of.Postings = gram, set.bytes()
		if of.Postings == nil {
			gone = append(gone, gram)
			continue
		}
		changed.add(of)
	}
	if err := changed.put(ctx, s, []string{"space", "gram", "part"}, "postings"); err != nil {
		return err
	}
	return inParts(gone, func(list string, args []any) error {
		_, err := s.exec(ctx, "DELETE FROM search_grams WHERE space = ? AND part = ? AND gram IN "+list, slices.Concat([]any{of.Space, of.Part}, args)...)
		return err
	})
}

// span is a range of rows of a space: from first up to last, both included. Its zero value has none.
type span struct{ first, last int64 }

// candidates returns the numbers of up to limit rows of a span that have all groups, from the end of the span where newest is true, else from its
// beginning. more reports that there are others.
func (s *Store) candidates(ctx context.Context, space string, grams []string, in span, newest bool, limit int) (seqs []int64, more bool, err error) {
	if len(grams) == 0 || in.last < in.first {
		return nil, false, nil
	}
	direction := ""
	if newest {
		direction = " DESC"
	}
	args := padded(arguments(grams))
	query := "SELECT part, gram, postings FROM search_grams WHERE space = ? AND gram IN (" + placeholders(len(args)) +
		") AND part >= ? AND part <= ? ORDER BY part" + direction
	args = slices.Concat([]any{space}, args, []any{in.first / gramPart, in.last / gramPart})
	var set rowSet
	part, found := int64(-1), 0
	flush := func() error {
		if found == len(grams) {
			seqs = appendRows(seqs, &set, part, in, newest)
		}
		found = 0
		if len(seqs) > limit {
			return errEnough
		}
		return nil
	}
	err = s.each(ctx, query, args, func(rows *sql.Rows) error {
		var at int64
		var gram string
		var postings []byte
		if err := rows.Scan(&at, &gram, &postings); err != nil {
			return err
		}
		if at != part {
			if err := flush(); err != nil {
				return err
			}
			part = at
		}
		if found++; found == 1 {
			set = readRowSet(postings)
		} else {
			set.and(readRowSet(postings))
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	if len(seqs) > limit {
		return seqs[:limit], true, err
	}
	return seqs, false, err
}

// appendRows adds the numbers of a part's rows that are in the span.
func appendRows(seqs []int64, set *rowSet, part int64, in span, newest bool) []int64 {
	begin := len(seqs)
	for place := range set.places {
		if seq := part*gramPart + int64(place); seq >= in.first && seq <= in.last {
			seqs = append(seqs, seq)
		}
	}
	if newest {
		slices.Reverse(seqs[begin:])
	}
	return seqs
}

// put stores the rows, new or in place of those with the same keys, of which it changes the columns, and forgets them.
func (b *rowBatch[T]) put(ctx context.Context, s *Store, keys []string, columns ...string) error {
	return b.store(ctx, s, s.replacing(keys, columns...))
}

// listedNumbers is the longest list of numbers of one IN: MariaDB makes a table of one with a thousand or more, and loses the order of the rows.
const listedNumbers = 500

// isDense reports that numbers, in any order, are at least half of those of their span.
func isDense(seqs []int64) bool {
	return len(seqs) > 0 && slices.Max(seqs)-slices.Min(seqs) < 2*int64(len(seqs))
}

// numbered is the part of a query that finds the texts of a space by the numbers of candidates. The search must be compared too: of dense ones
// it is the whole span.
func (s *Store) numbered(space string, seqs []int64) (where string, args []any) {
	if isDense(seqs) {
		return "t.space = ? AND t.seq >= ? AND t.seq <= ?", []any{space, slices.Min(seqs), slices.Max(seqs)}
	}
	var lists []string
	args = []any{space}
	longest := listedNumbers
	if s.dialect == migrations.SQLite {
		longest = len(seqs) // several lists would be several walks
	}
	for part := range slices.Chunk(seqs, max(1, longest)) {
		numbers := make([]any, len(part))
		for i, seq := range part {
			numbers[i] = seq
		}
		numbers = padded(numbers)
		lists = append(lists, "t.seq IN ("+placeholders(len(numbers))+")")
		args = append(args, numbers...)
	}
	return "t.space = ? AND (" + strings.Join(lists, " OR ") + ")", args
}
