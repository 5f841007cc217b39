package models_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

func TestAuditActions_AreSortedAndFallIntoGroups(t *testing.T) {
	assert.True(t, slices.IsSorted(models.AuditActions()), "the store looks them up by halves")
	groups := models.AuditGroups()
	assert.Contains(t, groups, "order.")
	assert.Equal(t, groups, slices.Compact(slices.Clone(groups)), "each once")
}
