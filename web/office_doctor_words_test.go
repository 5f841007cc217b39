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

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/templates/i18n"
)

// healthy are the codes of findings that leave nothing to do, or that another finding's mend mends.
var healthy = []health.Code{
	doctor.CodeBaseGood, doctor.CodeKeysGood, doctor.CodeDatabaseGood, doctor.CodeMigrationsGood, doctor.CodeMigrationsUnknown,
	doctor.CodePlatformGood, doctor.CodeClockGood, doctor.CodeClockUnknown, doctor.CodeCallsGood, doctor.CodeCallsSecretGood, doctor.CodeCallsNotAsked,
	payments.CodeCallbacksGood, payments.CodeCallbacksNone, jobs.CodeWorkersGood, jobs.CodeOverdueGood, doctor.CodeStoreUnknown,
	mail.CodeMailGood,
	doctor.CodeProxiesGood, doctor.CodeProxiesNotNeeded, doctor.CodeDiskGood, doctor.CodeDiskUnknown, doctor.CodeVersion,
	doctor.CodePowerGood, doctor.CodePowerUnknown, doctor.CodeEncryptionLocal, doctor.CodeEncryptionGood, doctor.CodeTimeGood, doctor.CodeTimeSame,
	doctor.CodeSetting, // its words tell the mend themselves
}

// findingCodes returns all codes that the doctor and the rooms declare.
func findingCodes(t *testing.T) []health.Code {
	t.Helper()
	codes := modelstest.Constants[health.Code]("payments/doctor", "payments", "models/jobs", "models/mail")
	for _, code := range []health.Code{doctor.CodeVersion, payments.CodeCallbacksNone, jobs.CodeWorkersLate, mail.CodeMailFiles} {
		require.Contains(t, codes, code)
	}
	return codes
}

// allChecks returns the checks of a shop with all rooms.
func allChecks() []health.Check { return doctor.Config{Probes: assembly.Probes()}.Checks() }

func TestDoctor_EveryFindingHasItsWordsAndItsMendInBothLanguages(t *testing.T) {
	for _, l := range i18n.Languages() {
		p := i18n.ByTag(l.Tag)
		for _, check := range allChecks() {
			assert.NotContains(t, p.T("doctor.check."+string(check)), "doctor.", l.Tag)
		}
		for _, code := range findingCodes(t) {
			words := doctor.TextOf(health.Finding{Check: doctor.CheckBase, Code: code, Values: []string{"Words", "x"}}, p)
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
		assert.Contains(t, findingCodes(t), health.Code(id[len("doctor.says."):]), "words of no code")
	}
}
