package catalogue

// PictureFailure is what a PictureFetcher returns for an answer that is no picture, with its HTTP status.
func PictureFailure(status string) error { return &pictureError{code: pictureStatus, status: status} }
