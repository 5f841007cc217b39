package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/pictures"
	"github.com/coincart/coincart/models/store"
)

const (
	picturesPage  = 50
	pictureFlight = 2 // pictures fetched and scaled concurrently; one may need hundreds of megabytes
)

// fetchPictures is the task that fetches the pictures of an import, product by product. When it runs again, it continues after the products
// that are done. A picture that cannot be fetched is recorded, and the product is shown with the others; staff can start another task for
// those that failed.
func (s *Transfers) fetchPictures(ctx context.Context, r *jobs.Run) error {
	i, _, err := s.readImport(ctx, r)
	if err != nil {
		return err
	}
	if err := s.store.RetryImportPictures(ctx, i.ID, r.Task.ID); err != nil {
		return err
	}
	counts, err := s.store.CountImportPictures(ctx, i.ID)
	if err != nil {
		return err
	}
	total := counts[models.PicturesWaiting] + counts[models.PicturesDone] + counts[models.PicturesFailed]
	done := total - counts[models.PicturesWaiting]
	for after := 0; ; {
		rows, err := s.store.ImportPictures(ctx, i.ID, models.PicturesWaiting, after, picturesPage)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := r.Progress(ctx, done, total); err != nil {
				return err
			}
			if err := s.fetchForProduct(ctx, row); err != nil {
				return err
			}
			done, after = done+1, row.Position
		}
		if len(rows) < picturesPage {
			r.Task.Done, r.Task.Total = done, total
			return nil
		}
	}
}

// fetchForProduct fetches the missing pictures of one product and assigns them.
func (s *Transfers) fetchForProduct(ctx context.Context, row models.ImportPicture) error {
	var wanted []models.WantedPicture
	if err := json.Unmarshal([]byte(row.Pictures), &wanted); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrFinal, err)
	}
	sources, problems := make([]string, len(wanted)), make([]string, len(wanted))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(pictureFlight)
	for n, w := range wanted {
		group.Go(func() error {
			var err error
			sources[n], err = s.localSource(inner, w.Source)
			if failed, ok := errors.AsType[*pictureError](err); ok {
				problems[n] = models.Remark(string(failed.code), "address", w.Source, "status", failed.status)
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("fetch pictures: %w", err)
	}
	err := s.store.ChangeProduct(ctx, row.ProductID, func(p *models.Product) { assignPictures(p, wanted, sources) })
	if errors.Is(err, store.ErrNotFound) {
		problems, err = append(problems, models.Remark("picture_no_product")), nil
	}
	if err != nil {
		return fmt.Errorf("show pictures: %w", err)
	}
	problems = slices.DeleteFunc(problems, func(p string) bool { return p == "" })
	state := models.PicturesDone
	if len(problems) > 0 {
		state = models.PicturesFailed
	}
	return s.store.SetImportPicture(ctx, row.ImportID, row.Position, state, strings.Join(problems, "\n"))
}

// localSource returns the name under which the shop keeps the picture at an address. It fetches the picture if it has not been fetched
// before.
func (s *Transfers) localSource(ctx context.Context, named string) (string, error) {
	if !models.IsAddress(named) {
		return named, nil
	}
	source, err := s.store.FetchedPicture(ctx, named)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return source, err
	}
	upload, err := s.fetchPicture(ctx, named)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", err
	}
	picture, err := pictures.Process(upload)
	if err != nil {
		return "", &pictureError{code: pictureRefused(err), cause: err}
	}
	files := make([]models.MediaFile, 0, len(picture.Files))
	for _, f := range picture.Files {
		files = append(files, models.MediaFile{Hash: picture.Hash, Size: string(f.Size), Format: string(picture.Format), Data: f.Data})
	}
	media := models.Media{Hash: picture.Hash, Source: picture.Source(), Width: picture.Width, Height: picture.Height}
	if err := s.store.SaveMedia(ctx, media, files); err != nil {
		return "", err
	}
	return picture.Source(), s.store.PutFetchedPicture(ctx, named, picture.Source())
}

func pictureRefused(err error) pictureCode {
	switch {
	case errors.Is(err, pictures.ErrTooLarge), errors.Is(err, pictures.ErrPixels):
		return pictureLarge
	case errors.Is(err, pictures.ErrFormat):
		return pictureFormat
	}
	return pictureBroken
}

// assignPictures gives a product and its variants the pictures that were fetched, in the order of the file.
func assignPictures(p *models.Product, wanted []models.WantedPicture, sources []string) {
	var list []models.Picture
	ofProduct := false
	for n, w := range wanted {
		if w.Variant != "" {
			at := slices.IndexFunc(p.Variants, func(v models.Variant) bool { return v.ID == w.Variant })
			if at >= 0 && sources[n] != "" {
				p.Variants[at].Picture = sources[n]
			}
			continue
		}
		ofProduct = true
		if sources[n] == "" || slices.ContainsFunc(list, func(one models.Picture) bool { return one.Source == sources[n] }) {
			continue
		}
		picture := models.Picture{ProductID: p.ID, Source: sources[n], Alt: w.Alt, Texts: w.Texts}
		if at := slices.IndexFunc(p.Pictures, func(one models.Picture) bool { return one.Source == sources[n] }); at >= 0 && w.Alt == "" {
			picture = p.Pictures[at]
		}
		list = append(list, picture)
	}
	if ofProduct && len(list) > 0 {
		p.Pictures = list
	}
}
