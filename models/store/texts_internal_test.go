package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClip_FitsAndStaysText(t *testing.T) {
	assert.Equal(t, "a\uFFFDb", clip("transitions", "note", "a\xffb"))
	assert.Equal(t, strings.Repeat("🏺", 1000), clip("transitions", "note", strings.Repeat("🏺", 1001)))
	assert.Equal(t, "a?c", clip("transitions", "from_state", "aäc"), "where the column is for machines")
	assert.Equal(t, "kept", clip("reviews", "subject", "kept"))
}
