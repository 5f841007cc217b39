package text_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models/text"
)

func TestLinked_FindsAddressesInAnyForm(t *testing.T) {
	for _, s := range []string{
		"https://evil.example", "Pay at HTTP://x", "www.evil.example", "Ann WWW.x", "ann@example.com", "@ann", "ｗｗｗ．evil.example", "ann＠example.com",
		"https：／／evil", "w\u200bw\u200dw.evil", ":\u2060//", "www。evil",
	} {
		assert.True(t, text.Linked(s), "%q", s)
	}
	for _, s := range []string{
		"", "Ann O'Hara-Lee", "李安", "محمد\u200cعلی", "12 St. James’s Square", "Hauptstr.5/2", "c/o Müller & Co. KG", "Apt: 5 // rear", "Wwwylie", "1.2.3", "№ 5",
	} {
		assert.False(t, text.Linked(s), "%q", s)
	}
}

func TestUnlink_BreaksAddressesAndNothingElse(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "evil.example/win": "evil.\u200cexample/win", "Dr. No": "Dr. No", "J.R. Ewing.": "J.\u200cR. Ewing.", "...": "...", "a.b.c": "a.\u200cb.\u200cc",
	} {
		assert.Equal(t, want, text.Unlink(s), "%q", s)
	}
}
