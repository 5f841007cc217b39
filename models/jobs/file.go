package jobs

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ChunkBytes is the size of the pieces in which a file is kept in the database.
const ChunkBytes = 256 << 10

// WriteFile stores what write writes as the task's file, in pieces, so that any replica can give it out. A file that an earlier try left
// half-written is begun anew.
func (r *Run) WriteFile(ctx context.Context, name, mediaType string, write func(w io.Writer) error) error {
	t := r.Task
	if err := r.engine.store.ClearTask(ctx, t.ID, t.Lease); err != nil {
		return fmt.Errorf("begin the file: %w", err)
	}
	out := &chunkWriter{store: r.engine.store, ctx: ctx, task: t.ID, lease: t.Lease}
	buffered := bufio.NewWriterSize(out, ChunkBytes)
	if err := write(buffered); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	t.FileName, t.FileType, t.FileSize = name, mediaType, out.size
	return nil
}

// chunkWriter stores what is written to it as numbered pieces of a task's file.
type chunkWriter struct {
	store  *store.Store
	ctx    context.Context //nolint:containedctx // an io.Writer has no other way to be ended
	task   string
	lease  string
	number int
	size   int64
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	for piece := p; len(piece) > 0; {
		n := min(len(piece), ChunkBytes)
		w.number++
		chunk := models.TaskChunk{TaskID: w.task, Number: w.number, Data: append([]byte(nil), piece[:n]...)}
		if err := w.store.PutTaskChunk(w.ctx, w.lease, chunk); err != nil {
			return 0, fmt.Errorf("store a piece of the file: %w", err)
		}
		w.size += int64(n)
		piece = piece[n:]
	}
	return len(p), nil
}
