package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coincart/coincart/models"
)

// InsertImport stores the row of a file whose pieces follow.
func (s *Store) InsertImport(ctx context.Context, i models.Import) error {
	clipTexts(&i, "file_name")
	i.CreatedAt = orTime(i.CreatedAt, s.now())
	return wrap("store the import", s.create(ctx, &i))
}

// AddImportChunk stores a piece of an import's file.
func (s *Store) AddImportChunk(ctx context.Context, c models.ImportChunk) error {
	return wrap("store a piece of the file", importChunkTable.insert(ctx, s, &c))
}

// FinishUpload notes what the file is when all of its pieces are there.
func (s *Store) FinishUpload(ctx context.Context, i models.Import) error {
	return wrap("note the file", s.execOr(ctx, ErrNotFound, "UPDATE imports SET file_size = ?, file_lines = ?, hash = ?, check_task = ? WHERE id = ?",
		i.FileSize, i.FileLines, i.Hash, i.CheckTask, i.ID))
}

const (
	deleteChunks   = "DELETE FROM import_chunks WHERE import_id = ?"
	deleteProblems = "DELETE FROM import_problems WHERE import_id = ?"
)

// DropImport forgets an import with its file, such as one whose upload broke off.
func (s *Store) DropImport(ctx context.Context, id string) error {
	return wrap("forget the import", s.Tx(ctx, func(tx *Store) error {
		return tx.execEach(ctx, id, deleteChunks, deleteProblems, "DELETE FROM import_pictures WHERE import_id = ?", "DELETE FROM imports WHERE id = ?")
	}))
}

// Import reads an import; ErrNotFound.
func (s *Store) Import(ctx context.Context, id string) (models.Import, error) {
	i, err := takeByKey[models.Import](ctx, s, isKey, "id", id)
	return i, wrap("read the import", err)
}

// Imports reads the newest imports. ErrFilter.
func (s *Store) Imports(ctx context.Context, limit int) ([]models.Import, error) {
	list, err := newestRows[models.Import](ctx, s, limit)
	return list, wrap("read the imports", err)
}

// SetImportTask notes which task of a kind works on an import. It takes the place of the one that was read, so that two people cannot both
// begin: ErrConflict.
func (s *Store) SetImportTask(ctx context.Context, id string, kind models.TaskKind, was, task string) error {
	query, known := map[models.TaskKind]string{
		models.TaskImportCheck:    "UPDATE imports SET check_task = ? WHERE id = ? AND check_task = ? AND applied_at IS NULL",
		models.TaskImport:         "UPDATE imports SET apply_task = ? WHERE id = ? AND apply_task = ? AND applied_at IS NULL",
		models.TaskImportPictures: "UPDATE imports SET picture_task = ? WHERE id = ? AND picture_task = ?",
	}[kind]
	if !known {
		return fmt.Errorf("note the task: no import has a task of the kind %q", kind)
	}
	return wrap("note the task", s.execOr(ctx, ErrConflict, query, task, id, was))
}

// PutCheck stores what a check found, in place of an earlier one.
func (s *Store) PutCheck(ctx context.Context, id, report, catalogue string, problems []models.ImportProblem) error {
	return wrap("store the check", s.Tx(ctx, func(tx *Store) error {
		if err := tx.execOr(ctx, ErrNotFound, "UPDATE imports SET report = ?, catalogue = ? WHERE id = ?", report, catalogue, id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, deleteProblems, id); err != nil {
			return err
		}
		found := importProblemTable.batch()
		for i, p := range problems {
			p.ImportID, p.Position = id, i+1
			clipTexts(&p, "column_name", "sku")
			found.add(p)
		}
		return found.insert(ctx, tx)
	}))
}

// ImportProblems reads a page of the problems of an import, after a position (0: from the first); a level other than "" chooses its
// problems. ErrFilter.
func (s *Store) ImportProblems(ctx context.Context, id, level string, after, limit int) ([]models.ImportProblem, error) {
	where := conditions{}
	where.add("import_id = ?", id)
	where.equal("level", level)
	list, err := rowsAfter[models.ImportProblem](ctx, s, where, after, limit)
	return list, wrap("read the problems", err)
}

// MarkApplied notes, in the transaction of the import, that it was done, with what came of it and the pictures that are to be fetched.
// ErrConflict: it was done already.
func (s *Store) MarkApplied(ctx context.Context, id, report string, pictures []models.ImportPicture) error {
	return wrap("note the import", s.Tx(ctx, func(tx *Store) error {
		err := tx.execOr(ctx, ErrConflict, "UPDATE imports SET applied_at = ?, report = ? WHERE id = ? AND applied_at IS NULL", tx.now(), report, id)
		if err != nil {
			return err
		}
		waiting := importPictureTable.batch()
		for i, p := range pictures {
			p.ImportID, p.Position, p.State, p.Problem = id, i+1, models.PicturesWaiting, ""
			clipTexts(&p, "sku")
			waiting.add(p)
		}
		return waiting.insert(ctx, tx)
	}))
}

// ImportPictures reads a page of the products whose pictures an import fetches, after a position; a state other than "" chooses. ErrFilter.
func (s *Store) ImportPictures(ctx context.Context, id string, state models.ImportPictureState, after, limit int) ([]models.ImportPicture, error) {
	where := conditions{}
	where.add("import_id = ?", id)
	where.equal("state", string(state))
	list, err := rowsAfter[models.ImportPicture](ctx, s, where, after, limit)
	return list, wrap("read the import's pictures", err)
}

// SetImportPicture notes what became of the pictures of a product.
func (s *Store) SetImportPicture(ctx context.Context, id string, position int, state models.ImportPictureState, problem string) error {
	_, err := s.exec(ctx, "UPDATE import_pictures SET state = ?, problem = ? WHERE import_id = ? AND position = ?", string(state), problem, id, position)
	return wrap("note the pictures", err)
}

// CountImportPictures counts the products whose pictures an import fetches, by state.
func (s *Store) CountImportPictures(ctx context.Context, id string) (map[models.ImportPictureState]int, error) {
	counts, err := readMap[models.ImportPictureState, int](ctx, s, "SELECT state, COUNT(*) FROM import_pictures WHERE import_id = ? GROUP BY state", id)
	return counts, wrap("count the pictures", err)
}

// FetchedPicture reads the name that the picture at an address has in this shop; ErrNotFound.
func (s *Store) FetchedPicture(ctx context.Context, address string) (source string, err error) {
	err = s.one(ctx, "SELECT source FROM fetched_pictures WHERE address_hash = ?", []any{AddressHash(address)}, &source)
	return source, wrap("look for the picture", err)
}

// PutFetchedPicture stores the name that the picture at an address has in this shop.
func (s *Store) PutFetchedPicture(ctx context.Context, address, source string) error {
	fetched := models.FetchedPicture{AddressHash: AddressHash(address), Address: address, Source: source, FetchedAt: s.now()}
	return wrap("remember the picture", fetchedPictureTable.put(ctx, s, &fetched))
}

// ExpireImports removes the files and problems of up to limit imports from before a time; what they did stays known.
func (s *Store) ExpireImports(ctx context.Context, before time.Time, limit int) (int, error) {
	query := "SELECT i.id FROM imports i WHERE i.created_at < ? AND EXISTS (SELECT 1 FROM import_chunks c WHERE c.import_id = i.id) ORDER BY i.created_at, i.id LIMIT ?"
	ids, err := s.readTexts(ctx, query, before, max(1, limit))
	if err != nil {
		return 0, wrap("look for old imports", err)
	}
	for i, id := range ids {
		err := s.Tx(ctx, func(tx *Store) error { return tx.execEach(ctx, id, deleteChunks, deleteProblems) })
		if err != nil {
			return i, wrap("remove an old import", err)
		}
	}
	return len(ids), nil
}

// ImportFile reads the file of an import, a piece at a time. A file that is not there any more is ErrNotFound at the first Read.
func (s *Store) ImportFile(ctx context.Context, id string) io.Reader {
	return &importFile{store: s, ctx: ctx, id: id}
}

type importFile struct {
	store  *Store
	ctx    context.Context //nolint:containedctx // an io.Reader has no other way to be ended
	id     string
	number int
	rest   []byte
}

// Read reads on.
func (f *importFile) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		f.number++
		err := f.store.one(f.ctx, "SELECT data FROM import_chunks WHERE import_id = ? AND number = ?", []any{f.id, f.number}, &f.rest)
		if errors.Is(err, ErrNotFound) && f.number > 1 {
			f.number--
			return 0, io.EOF
		}
		if err != nil {
			return 0, wrap("read a piece of the file", err)
		}
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// RetryImportPictures lets the products whose pictures could not be had wait again, once per task.
func (s *Store) RetryImportPictures(ctx context.Context, id, task string) error {
	return wrap("try pictures again", s.Tx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, "UPDATE tasks SET total = ? WHERE id = ? AND total = 0", 1, task)
		if err != nil || n == 0 {
			return err // not the task's first try, or the one that the import itself began
		}
		_, err = tx.exec(ctx, "UPDATE import_pictures SET state = ?, problem = ? WHERE import_id = ? AND state = ?",
			string(models.PicturesWaiting), "", id, string(models.PicturesFailed))
		return err
	}))
}
