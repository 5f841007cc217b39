package catalogue

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

const tagsPath = admin.Home + "/tags"

// showTags lists the tags: GET /admin/tags.
func (h *Handlers) showTags(req *admin.Request) error {
	return h.tagsPage(req, pages.TagsView{}, http.StatusOK)
}

func (h *Handlers) tagsPage(req *admin.Request, view pages.TagsView, status int) error {
	tags, err := h.site.Store.Tags(req.Context())
	if err != nil {
		return err
	}
	for _, t := range tags {
		view.Rows = append(view.Rows, pages.TagRow{Tag: t.Tag, Products: t.Products})
	}
	view.Page = req.Page(pages.SectionProducts)
	view.Page.Path = tagsPath
	return req.Show(status, pages.Tags(view))
}

// renameTag gives a tag another name, which may be one that there is: POST /admin/tags/rename with tag, to.
func (h *Handlers) renameTag(req *admin.Request) error {
	form, err := req.Form()
	if err != nil {
		return err
	}
	tag, to := form.Get("tag"), strings.Join(strings.Fields(form.Get("to")), " ")
	problem := pages.ProblemNone
	switch {
	case to == "" || strings.ContainsAny(to, ",，、"):
		problem = pages.ProblemTagName
	case admin.TooLong(to, models.MaxTag):
		problem = pages.ProblemTooLong
	case models.HasSigns(to):
		problem = pages.ProblemText
	}
	if problem != pages.ProblemNone {
		return h.tagsPage(req, pages.TagsView{Problem: problem, For: tag, Typed: form.Get("to")}, http.StatusUnprocessableEntity)
	}
	return h.changeTag(req, form, to, pages.NoticeTagRenamed)
}

// deleteTag takes a tag off all products: POST /admin/tags/delete with tag.
func (h *Handlers) deleteTag(req *admin.Request) error {
	form, err := req.Form()
	if err != nil {
		return err
	}
	return h.changeTag(req, form, "", pages.NoticeTagDeleted)
}

// changeTag gives a tag another name on all products, or takes it off where there is none.
func (h *Handlers) changeTag(req *admin.Request, form url.Values, to string, done pages.NoticeKind) error {
	tag, action := form.Get("tag"), "tag.rename"
	if to == "" {
		action = "tag.delete"
	}
	err := h.site.Store.Audited(req.Context(), req.Actor(), action, "tag:"+tag, models.Facts{"tag": tag}, models.Facts{"tag": to},
		func(tx *store.Store) error {
			n, err := tx.RenameTag(req.Context(), tag, to)
			if err == nil && n == 0 {
				err = store.ErrNotFound
			}
			return err
		})
	if errors.Is(err, store.ErrNotFound) {
		req.LeaveNotice(pages.NoticeProblem, string(pages.ProblemStale))
		return req.SeeOther(tagsPath)
	}
	if err != nil {
		return err
	}
	return req.Done(tagsPath, done)
}
