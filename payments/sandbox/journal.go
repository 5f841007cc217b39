package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
)

const (
	// journalSuffix makes the journal's name from that of the state file.
	journalSuffix = ".journal"

	leastCompaction = 1 << 20 // bytes that a journal may have however small the state file is
	recordFields    = 3       // checksum, length, JSON
)

// journal is the file beside the state file to which every change is appended before anything tells of it. The state file names the last
// record that it includes; earlier ones are skipped when both are read, so it does not matter whether they were removed yet.
//
// A record is one line: its CRC-32C in 8 hex digits, the length of its JSON, and the JSON, separated by spaces. An incomplete last line was
// being written when the sandbox was killed. Nothing has told of it, so it is removed. Anything else that cannot be read is damage, and
// refused.
//
// A record that write(2) has accepted survives a kill of the process. It may be lost when the machine loses power, because the journal is
// flushed to disk only with the state file.
type journal struct {
	name string
	file journalFile
	size int64  // of the complete records, in bytes
	seq  uint64 // of the last record
	torn bool   // there may be bytes after size

	trouble atomic.Pointer[error] // why the last changes could not be written; nil: all are written
}

// journalFile is what a journal needs of an os.File.
type journalFile interface {
	io.WriterAt
	io.ReaderAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)

	// recordStart matches what stands before a record's JSON, or as much of it as a torn record has.
	recordStart = regexp.MustCompile(`^(?:[0-9a-f]{0,8}$|[0-9a-f]{8} [0-9]{0,9}$|[0-9a-f]{8} ([0-9]{1,9}) )`)

	errDamaged = errors.New("a record is damaged")
	errGap     = errors.New("records are missing between it and the state file")
)

// encodeRecord returns a record's JSON as a line.
func encodeRecord(text []byte) []byte {
	return fmt.Appendf(nil, "%08x %d %s\n", crc32.Checksum(text, castagnoli), len(text), text)
}

// decodeRecord parses the first line. size is its length in bytes, 0 if the text ends within it. The error is errDamaged.
func decodeRecord(text []byte) (content []byte, size int, err error) {
	// JSON has no line breaks, so that a line with one was written to its end.
	if line, _, complete := bytes.Cut(text, []byte{'\n'}); complete {
		fields := bytes.SplitN(line, []byte{' '}, recordFields)
		content = fields[len(fields)-1]
		if !bytes.HasPrefix(text, encodeRecord(content)) {
			return nil, 0, errDamaged
		}
		return content, len(line) + 1, nil
	}
	// A file system that lost power may have made the file longer without filling it.
	if len(bytes.Trim(text, "\x00")) == 0 {
		return nil, 0, nil
	}
	start := recordStart.FindSubmatch(text)
	if start == nil {
		return nil, 0, errDamaged
	}
	// A record that has more than its length lacks only the line break, which is no way to be torn.
	if length, err := strconv.Atoi(string(start[1])); err == nil && len(text)-len(start[0]) > length {
		return nil, 0, errDamaged
	}
	return nil, 0, nil
}

// openJournal opens the journal or makes an empty one, and passes the records after last, which the state file has, to put.
func openJournal(name string, last uint64, put func(record) error) (j *journal, err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	j = &journal{name: name, file: file, seq: last}
	for number := 1; ; number++ {
		rest := text[j.size:]
		content, size, err := decodeRecord(rest)
		if err != nil {
			return nil, fmt.Errorf("line %d, at byte %d: %w", number, j.size, err)
		}
		if size == 0 {
			j.torn = len(rest) > 0
			return j, nil
		}
		var r record
		if err := json.Unmarshal(content, &r); err != nil {
			return nil, fmt.Errorf("line %d, at byte %d: %w: %w", number, j.size, errDamaged, err)
		}
		j.size += int64(size)
		if r.Seq <= last {
			continue // the state file has it
		}
		if r.Seq != j.seq+1 {
			return nil, fmt.Errorf("line %d: %w: record %d follows on %d", number, errGap, r.Seq, j.seq)
		}
		if err := put(r); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		j.seq = r.Seq
	}
}

// append writes a record. If it fails, nothing counts as written; the next call removes what was.
func (j *journal) append(r record) error {
	r.Seq = j.seq + 1
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if j.torn {
		if err := j.file.Truncate(j.size); err != nil {
			return err
		}
		j.torn = false
	}
	line := encodeRecord(text)
	if _, err := j.file.WriteAt(line, j.size); err != nil {
		j.torn = true
		return err
	}
	j.size += int64(len(line))
	j.seq = r.Seq
	return nil
}

// cut makes the journal begin at the offset, which is where the state file's records end. It writes a new file that takes the old one's
// place, so that a crash leaves the one or the other.
func (j *journal) cut(offset int64) error {
	tail := make([]byte, j.size-offset)
	if _, err := j.file.ReadAt(tail, offset); err != nil {
		return err
	}
	temp, err := replaceFile(j.name, tail)
	if err != nil {
		return err
	}
	_ = j.file.Close() // it has no name any more
	j.file, j.size, j.torn = temp, int64(len(tail)), false
	return nil
}

// replaceFile writes a file whole or not at all, by way of a temporary file beside it, and flushes it to the disk. A temporary file that a
// killed sandbox left is overwritten. It returns the open file.
func replaceFile(name string, content []byte) (*os.File, error) {
	temp, err := os.OpenFile(name+".tmp", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync()); err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		return nil, errors.Join(err, temp.Close(), os.Remove(temp.Name()))
	}
	// The new name is safe against a loss of power only with the folder. Not every system can flush one; the rename itself is done.
	if dir, err := os.Open(filepath.Dir(name)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return temp, nil
}

// journalProblem returns the error of a start with an unusable journal.
func journalProblem(name, stateFile string, err error) error {
	if _, failed := errors.AsType[*fs.PathError](err); failed {
		return fmt.Errorf("%w: its journal cannot be read or made: %w", ErrState, err)
	}
	return fmt.Errorf("%w %s: its journal %s cannot be used; move both away to start afresh, or the journal alone to go back to the state file: %w",
		ErrState, stateFile, name, err)
}

// keep writes the changes to the journal. If it fails, they wait for the next call, and until then nothing is answered.
func (s *state) keep() {
	k, j := s.core, s.journal
	if k.changes == nil {
		return
	}
	if j == nil {
		k.changes = nil
		return
	}
	broken := j.trouble.Load() != nil
	if err := j.append(k.record()); err != nil {
		j.trouble.Store(&err)
		if !broken {
			s.cfg.Logger.Error("sandbox: the journal cannot be written; calls are answered with 503 until it can", "file", j.name, "error", err)
		}
		return
	}
	k.changes = nil
	if broken {
		j.trouble.Store(nil)
		s.cfg.Logger.Info("sandbox: the journal can be written again", "file", j.name)
	}
}

// unkept returns an error that wraps ErrState if the journal lacks a change.
func (s *state) unkept() error {
	if s.journal == nil {
		return nil
	}
	if err := s.journal.trouble.Load(); err != nil {
		return fmt.Errorf("%w: its journal cannot be written: %w", ErrState, *err)
	}
	return nil
}

// grown reports whether the journal is long enough to write the state file again. It must be longer than the state file, so that the work
// for a change does not grow with the state.
func (s *state) grown() bool {
	return s.journal != nil && s.journal.size > max(leastCompaction, s.size)
}
