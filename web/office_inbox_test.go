package web_test

import (
	"net/http"
	"testing"

	"coincart/models"
)

// The page never says that nothing waits under figures of what does.
func TestInbox_TellsNothingToDecideFromNothingToDo(t *testing.T) {
	const nothing, decided = "Nothing needs attention", "No payment or mail needs a decision"
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleFinance)
		c.get("/admin/inbox").is(http.StatusOK).has(nothing).lacks(decided)
		c.get("/admin/inbox?all=1").is(http.StatusOK).has("Nothing has needed attention so far")
		s.paidOrder("1") // to be handed over
		c.get("/admin/inbox").is(http.StatusOK).has("/admin/orders?state=paid", decided).lacks(nothing)
	})
}
