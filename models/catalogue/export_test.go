package catalogue

// PictureFailure returns the error of a PictureFetcher that got an answer with an HTTP status instead of a picture.
func PictureFailure(status string) error { return &pictureError{code: pictureStatus, status: status} }
