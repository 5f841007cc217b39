package shop

// ReviewReasons lists all reasons.
func ReviewReasons() []ReviewReason {
	return []ReviewReason{ReviewLate, ReviewSoldOut, ReviewDiffers, ReviewRest}
}
