package catalogue

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

const tagsPath = admin.Home + "/tags"

// showTags lists the tags: GET /admin/tags.
func (h *handlers) showTags(req *admin.Request) error {
	return h.tagsPage(req, pages.TagsView{}, http.StatusOK)
}

func (h *handlers) tagsPage(req *admin.Request, view pages.TagsView, status int) error {
	tags, err := h.site.Store.Tags(req.Context())
	if err != nil {
		return err
	}
	for _, t := range tags {
		view.Rows = append(view.Rows, pages.TagRow{Tag: t.Tag, Products: t.Products})
	}
	view.Page = req.PageAt(pages.SectionProducts, tagsPath)
	return req.Show(status, pages.Tags(view))
}

// renameTag renames a tag; the new name may be that of an existing tag: POST /admin/tags/rename with tag, to.
func (h *handlers) renameTag(req *admin.Request, form url.Values) error {
	tag, to := form.Get("tag"), strings.Join(strings.Fields(form.Get("to")), " ")
	var problem invalid.Problem
	switch {
	case to == "" || strings.ContainsAny(to, ",，、"):
		problem = invalid.TagName
	case admin.TooLong(to, models.MaxTag):
		problem = invalid.TooLong
	case !text.Line(to):
		problem = invalid.Characters
	}
	if problem != "" {
		return h.tagsPage(req, pages.TagsView{Refusal: pages.RefusalOf(problem), For: tag, Typed: form.Get("to")}, http.StatusUnprocessableEntity)
	}
	return tagsChanged(req, h.editor.RenameTag(req.Context(), req.Actor(), tag, to), pages.NoticeTagRenamed)
}

// deleteTag removes a tag from all products: POST /admin/tags/delete with tag.
func (h *handlers) deleteTag(req *admin.Request, form url.Values) error {
	return tagsChanged(req, h.editor.DeleteTag(req.Context(), req.Actor(), form.Get("tag")), pages.NoticeTagDeleted)
}

// tagsChanged redirects to the tags after one of them was changed, or could not be.
func tagsChanged(req *admin.Request, err error, done pages.NoticeKind) error {
	if errors.Is(err, store.ErrNotFound) {
		return req.Refused(tagsPath, pages.RefusalStale)
	}
	if err != nil {
		return err
	}
	return req.Done(tagsPath, done)
}
