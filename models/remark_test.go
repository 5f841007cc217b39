package models_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

func TestRemark_ComesBackAsItWas(t *testing.T) {
	text := models.Remark("paid_late", "order", "expired", "sku", "TEA 1&2=?")
	code, values, ok := models.ReadRemark(text)
	assert.True(t, ok)
	assert.Equal(t, "paid_late", code)
	assert.Equal(t, map[string]string{"order": "expired", "sku": "TEA 1&2=?"}, values)

	code, values, ok = models.ReadRemark(models.Remark("shifted"))
	assert.True(t, ok)
	assert.Equal(t, "shifted", code)
	assert.Empty(t, values)
}

func TestReadRemark_TakesNoOtherTextForOne(t *testing.T) {
	for _, text := range []string{
		"", "shifted", "the platform cannot be reached", "remark:", "remark:Shifted", "remark:a b", "remark:shifted?x=%zz", "Remark:shifted",
	} {
		_, _, ok := models.ReadRemark(text)
		assert.False(t, ok, "%q", text)
	}
}

func FuzzReadRemark(f *testing.F) {
	f.Add("remark:count?count=3&lines=2")
	f.Add("remark:?")
	f.Fuzz(func(t *testing.T, text string) {
		code, values, ok := models.ReadRemark(text)
		if !ok {
			return
		}
		var pairs []string
		for name, value := range values {
			pairs = append(pairs, name, value)
		}
		again, same, ok := models.ReadRemark(models.Remark(code, pairs...))
		assert.True(t, ok)
		assert.Equal(t, code, again)
		assert.Equal(t, values, same)
	})
}
