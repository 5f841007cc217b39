package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
)

const tagsPath = Home + "/tags"

// showTags lists the tags: GET /admin/tags.
func (o *Office) showTags(d *desk) error {
	return o.tagsPage(d, pages.TagsView{}, http.StatusOK)
}

func (o *Office) tagsPage(d *desk, view pages.TagsView, status int) error {
	tags, err := o.site.Store.Tags(d.Context())
	if err != nil {
		return err
	}
	for _, t := range tags {
		view.Rows = append(view.Rows, pages.TagRow{Tag: t.Tag, Products: t.Products})
	}
	view.Page = d.page(pages.SectionProducts)
	view.Page.Path = tagsPath
	return d.Show(status, pages.Tags(view))
}

// renameTag gives a tag another name, which may be one that there is: POST /admin/tags/rename with tag, to.
func (o *Office) renameTag(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	tag, to := form.Get("tag"), strings.Join(strings.Fields(form.Get("to")), " ")
	problem := pages.ProblemNone
	switch {
	case to == "" || strings.ContainsAny(to, ",，、"):
		problem = pages.ProblemTagName
	case tooLong(to, models.MaxTag):
		problem = pages.ProblemTooLong
	case !text.Line(to):
		problem = pages.ProblemText
	}
	if problem != pages.ProblemNone {
		return o.tagsPage(d, pages.TagsView{Problem: problem, For: tag, Typed: form.Get("to")}, http.StatusUnprocessableEntity)
	}
	return o.changeTag(d, form, to, pages.NoticeTagRenamed)
}

// deleteTag takes a tag off all products: POST /admin/tags/delete with tag.
func (o *Office) deleteTag(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.changeTag(d, form, "", pages.NoticeTagDeleted)
}

// changeTag gives a tag another name on all products, or takes it off where there is none.
func (o *Office) changeTag(d *desk, form url.Values, to string, done pages.NoticeKind) error {
	tag, action := form.Get("tag"), "tag.rename"
	if to == "" {
		action = "tag.delete"
	}
	err := o.site.Store.Audited(d.Context(), d.actor(), action, "tag:"+tag, models.Facts{"tag": tag}, models.Facts{"tag": to},
		func(tx *store.Store) error {
			n, err := tx.RenameTag(d.Context(), tag, to)
			if err == nil && n == 0 {
				err = store.ErrNotFound
			}
			return err
		})
	if errors.Is(err, store.ErrNotFound) {
		d.note(pages.NoticeProblem, string(pages.ProblemStale))
		return d.SeeOther(tagsPath)
	}
	if err != nil {
		return err
	}
	return d.done(tagsPath, done)
}
