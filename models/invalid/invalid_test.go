package invalid_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models/invalid"
)

func TestProblems_TheFirstOfAFieldStays(t *testing.T) {
	form := invalid.Problems{}
	form.Add("name", "")
	assert.Empty(t, form, "nothing is wrong")
	form.Add("name", invalid.Missing)
	form.Add("name", invalid.TooLong)
	assert.Equal(t, invalid.Problems{"name": invalid.Missing}, form)

	var problem invalid.Problem
	problem.Keep("")
	problem.Keep(invalid.Slug)
	problem.Keep(invalid.Taken)
	assert.Equal(t, invalid.Slug, problem)
}

func TestFirst(t *testing.T) {
	assert.Equal(t, invalid.Day, invalid.First("", invalid.Day, invalid.Span))
	assert.Empty(t, invalid.First("", ""))
}
