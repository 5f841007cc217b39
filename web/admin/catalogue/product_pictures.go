package catalogue

import (
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/pictures"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// pictureLimits returns the limits of the pictures that one form may upload.
func pictureLimits() visit.FileLimits { return visit.FileLimits{Files: 8, Bytes: pictures.MaxBytes} }

// takePictures appends the uploaded pictures to the form. They are stored at once, so that a page that comes back with problems still has
// them, and are deleted later unless the product is stored.
func (h *handlers) takePictures(req *admin.Request, e *editing, files []visit.File) error {
	for _, file := range files {
		if file.Field != "upload" {
			continue
		}
		source, problem, err := h.takePicture(req, file)
		if err != nil {
			return err
		}
		if problem == "" && len(e.form.Pictures) >= models.MaxPictures {
			problem = invalid.Pictures
		}
		if problem != "" {
			e.view.Uploads = append(e.view.Uploads, pages.UploadProblem{Name: file.Name, Problem: problem})
			continue
		}
		e.form.Pictures = append(e.form.Pictures, pages.PictureForm{Source: source, Texts: admin.LangFields(e.k.langs, nil, "")})
	}
	return nil
}

// takePicture stores one picture, or returns why it is refused.
func (h *handlers) takePicture(req *admin.Request, file visit.File) (source string, problem invalid.Problem, err error) {
	if file.Large {
		return "", invalid.PictureLarge, nil
	}
	if err := h.pictureWork.Acquire(req.Context(), 1); err != nil {
		return "", "", err
	}
	picture, err := pictures.Process(file.Data)
	h.pictureWork.Release(1)
	switch {
	case errors.Is(err, pictures.ErrTooLarge):
		return "", invalid.PictureLarge, nil
	case errors.Is(err, pictures.ErrPixels):
		return "", invalid.PicturePixels, nil
	case errors.Is(err, pictures.ErrFormat):
		return "", invalid.PictureKind, nil
	case errors.Is(err, pictures.ErrBroken):
		return "", invalid.PictureBroken, nil
	case err != nil:
		return "", "", err
	}
	return picture.Source(), "", saveMedia(req, h.site.Store, picture)
}

func saveMedia(req *admin.Request, s *store.Store, p pictures.Picture) error {
	files := make([]models.MediaFile, len(p.Files))
	for i, f := range p.Files {
		files[i] = models.MediaFile{Hash: p.Hash, Size: string(f.Size), Format: string(p.Format), Data: f.Data}
	}
	return s.SaveMedia(req.Context(), models.Media{Hash: p.Hash, Source: p.Source(), Width: p.Width, Height: p.Height}, files)
}
