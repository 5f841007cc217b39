package catalogue

import (
	"context"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// RenameTag gives a tag another name on all products; one that there is takes it in. store.ErrNotFound: no product has the tag.
func (e *Editor) RenameTag(ctx context.Context, by models.Actor, tag, to string) error {
	return e.changeTag(ctx, by, "tag.rename", tag, to)
}

// DeleteTag takes a tag off all products. store.ErrNotFound: no product has it.
func (e *Editor) DeleteTag(ctx context.Context, by models.Actor, tag string) error {
	return e.changeTag(ctx, by, "tag.delete", tag, "")
}

func (e *Editor) changeTag(ctx context.Context, by models.Actor, action, tag, to string) error {
	return e.store.Audited(ctx, by, action, "tag:"+tag, models.Facts{"tag": tag}, models.Facts{"tag": to}, func(tx *store.Store) error {
		n, err := tx.RenameTag(ctx, tag, to)
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		return err
	})
}
