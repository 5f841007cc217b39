package jobs

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ChunkBytes is the maximum size of a chunk of a task's file in the database, in bytes.
const ChunkBytes = 256 << 10

// WriteFile stores the output of write as the task's file, in chunks, so that any replica can serve it. It replaces what an earlier try has
// written.
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

// chunkWriter stores what is written to it as numbered chunks of a task's file.
type chunkWriter struct {
	store  *store.Store
	ctx    context.Context //nolint:containedctx // io.Writer has no context parameter
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
