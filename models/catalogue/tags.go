package catalogue

import (
	"context"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// RenameTag renames a tag on all products, and merges it with the tag of the new name if that exists. store.ErrNotFound: no product has the
// tag.
func (e *Editor) RenameTag(ctx context.Context, by models.Actor, tag, to string) error {
	return e.changeTag(ctx, by, "tag.rename", tag, to)
}

// DeleteTag removes a tag from all products. store.ErrNotFound: no product has the tag.
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
