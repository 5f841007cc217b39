package payments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/opay"
)

func TestTask_CancelsManyWhileOneIsBeingPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		a, b, c := s.PlaceOrder(1), s.PlaceOrder(1), s.PlacePaid(1)
		paying := s.PlatformOrder(b).OrderNum
		s.Gateway.BeforeCall(func(call string) {
			if o, _ := s.Platform.Order(paying); call == "cancelOrder" && o.Status == opay.StatusPending {
				if at, _ := s.Platform.Order(s.PlatformOrder(a).OrderNum); at.Status == opay.StatusClosed {
					assert.NoError(t, s.Platform.Pay(paying))
				}
			}
		})
		token := models.NewRef()
		task, err := s.StartCancel(t.Context(), []string{a.ID, b.ID, c.ID, "01900000-0000-7000-8000-00000000dead"}, token, finance)
		require.NoError(t, err)
		again, err := s.StartCancel(t.Context(), []string{a.ID}, token, finance)
		require.NoError(t, err)
		assert.Equal(t, task.ID, again.ID, "a second click")
		s.Work()
		task, err = s.Store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		assert.Equal(t, models.TaskDone, task.State)
		rows, err := s.Store.TaskRows(t.Context(), task.ID, 0, 10)
		require.NoError(t, err)
		outcomes := []string{}
		for _, r := range rows {
			outcomes = append(outcomes, r.Outcome)
		}
		assert.Equal(t, []string{"cancelled", "paid", "paid", "gone"}, outcomes)
		assert.Equal(t, models.OrderCancelled, s.Order(a.Ref).State)
		assert.Equal(t, models.OrderPaid, s.Order(b.Ref).State, "paid wins over cancel")
		_, err = s.StartCancel(t.Context(), nil, models.NewRef(), finance)
		require.ErrorIs(t, err, jobs.ErrTask)
	})
}
