package shop

// ReviewReasons lists all reasons.
func ReviewReasons() []ReviewReason {
	return []ReviewReason{ReviewLate, ReviewSoldOut, ReviewDiffers}
}

// OrderStates lists all states of the page.
func OrderStates() []OrderState {
	return []OrderState{
		OrderAwaiting, OrderUnpaid, OrderConfirming, OrderUnknown, OrderFailed, OrderCancelling, OrderCancelled, OrderExpired,
		OrderPaid, OrderPart, OrderFulfilled, OrderReview, OrderRefunded, OrderReturning, OrderReturned,
	}
}

// HasLook reports whether the page knows how to show a state.
func HasLook(s OrderState) bool { return looks[s].tone != "" && looks[s].icon != "" }
