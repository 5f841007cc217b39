package web_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/templates/i18n"
)

// healthy are the codes of findings that leave nothing to do, or that another finding's mend mends.
var healthy = []doctor.Code{
	doctor.CodeBaseGood, doctor.CodeKeysGood, doctor.CodeDatabaseGood, doctor.CodeMigrationsGood, doctor.CodeMigrationsUnknown,
	doctor.CodePlatformGood, doctor.CodeClockGood, doctor.CodeClockUnknown, doctor.CodeCallsGood, doctor.CodeCallsNotAsked,
	doctor.CodeCallbacksGood, doctor.CodeCallbacksNone, doctor.CodeWorkersGood, doctor.CodeStoreUnknown, doctor.CodeMailGood,
	doctor.CodeProxiesGood, doctor.CodeProxiesNotNeeded, doctor.CodeDiskGood, doctor.CodeDiskUnknown, doctor.CodeVersion,
	doctor.CodePowerGood, doctor.CodePowerUnknown, doctor.CodeTimeGood, doctor.CodeTimeSame,
	doctor.CodeSetting, // its words tell the mend themselves
}

// doctorCodes returns the codes that package doctor declares.
func doctorCodes(t *testing.T) []doctor.Code {
	t.Helper()
	source, err := os.ReadFile("../payments/doctor/codes.go")
	require.NoError(t, err)
	var codes []doctor.Code
	for _, match := range regexp.MustCompile(`(?m)^\tCode\w+ +Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		codes = append(codes, doctor.Code(match[1]))
	}
	require.Contains(t, codes, doctor.CodeVersion)
	return codes
}

func TestDoctor_EveryFindingHasItsWordsAndItsMendInBothLanguages(t *testing.T) {
	for _, l := range i18n.Languages() {
		p := i18n.ByTag(l.Tag)
		for _, check := range doctor.Checks() {
			assert.NotContains(t, p.T("doctor.check."+string(check)), "doctor.", l.Tag)
		}
		for _, code := range doctorCodes(t) {
			words := doctor.Finding{Check: doctor.CheckBase, Code: code, Values: []string{"Words", "x"}}.Words(p)
			assert.NotContains(t, words.Says, "doctor.", "%s: %s", l.Tag, code)
			assert.NotEmpty(t, words.Says, "%s: %s", l.Tag, code)
			assert.Equal(t, !slices.Contains(healthy, code), words.Mend != "", "%s: the mend of %s", l.Tag, code)
		}
	}
}

// The words of each language name the same values, and none for a code that there is no more.
func TestDoctor_WordsOfBothLanguagesTellTheSame(t *testing.T) {
	words := func(lang string) map[string][]string {
		text, err := os.ReadFile("../templates/i18n/locales/settings." + lang + ".json")
		require.NoError(t, err)
		var all map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &all))
		found := map[string][]string{}
		for id, value := range all {
			if strings.HasPrefix(id, "doctor.says.") || strings.HasPrefix(id, "doctor.mend.") {
				names := regexp.MustCompile(`\{\{\.\w+\}\}`).FindAllString(string(value), -1)
				slices.Sort(names)
				found[id] = slices.Compact(names)
			}
		}
		return found
	}
	english, chinese := words("en"), words("zh-Hans")
	assert.Equal(t, english, chinese)
	for id := range maps.Keys(english) {
		assert.Contains(t, doctorCodes(t), doctor.Code(id[len("doctor.says."):]), "words of no code")
	}
}
