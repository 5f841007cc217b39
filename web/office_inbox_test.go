package web_test

import (
	"net/http"
	"testing"

	"github.com/coincart/coincart/models"
)

// The page never says that nothing waits under figures of what does.
func TestInbox_TellsNothingToDecideFromNothingToDo(t *testing.T) {
	nothing, decided := english.T("admin.inbox.empty"), english.T("admin.inbox.no_reviews")
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleFinance)
		c.get("/admin/inbox").is(http.StatusOK).has(nothing).lacks(decided)
		c.get("/admin/inbox?all=1").is(http.StatusOK).has(english.T("admin.inbox.never"))
		s.paidOrder("1") // to be handed over
		c.get("/admin/inbox").is(http.StatusOK).has("/admin/orders?state=paid", decided).lacks(nothing)
	})
}
