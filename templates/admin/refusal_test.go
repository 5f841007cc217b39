package admin_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

func TestWorst_IsThePagesOrTheFirstField(t *testing.T) {
	assert.Equal(t, admin.RefusalStale, admin.Worst(admin.RefusalStale, invalid.Missing))
	assert.Equal(t, admin.RefusalOf(invalid.Missing), admin.Worst("", "", invalid.Missing, invalid.TooLong))
	assert.Empty(t, admin.Worst("", "", admin.Field{}.Problem))
}

func TestRefusalOf_SaysWhatTheFieldSays(t *testing.T) {
	for _, l := range i18n.Languages() {
		f := fixtures{i18n.ByTag(l.Tag)}
		html := render(t, admin.Tags(admin.TagsView{Page: f.clerk(admin.SectionProducts), Refusal: admin.RefusalOf(invalid.TagName)}))
		assert.Contains(t, html, f.p.T("field.problem.tag_name"))
	}
}
