package models

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettings_TheDatabaseWinsOverTheEnvironmentOverTheDefault(t *testing.T) {
	given := map[SettingKey]string{SettingShopName: "Env", SettingMailHost: "env.example", SettingMailUser: "u", SettingMailPassword: "secret"}
	s := NewSettings(map[SettingKey]string{"currency": "EUR", "currency_digits": "3", SettingOrderTTL: "nonsense"}, given, nil, nil)
	assert.Equal(t, "Env", s.ShopName())
	assert.Equal(t, FromEnvironment, s.Source(SettingShopName))
	assert.Equal(t, Currency{Code: "EUR", Digits: 3}, s.Currency(), "the names of before are read")
	assert.Equal(t, 30, s.Number(SettingOrderTTL), "what is no value any more counts as the default")
	assert.Equal(t, "env.example", s.Mail().Host)

	s = NewSettings(map[SettingKey]string{SettingShopName: "Own", SettingMailHost: "own.example"}, given, nil, nil)
	assert.Equal(t, "Own", s.ShopName())
	assert.Equal(t, MailServer{Host: "own.example", Port: 587}, s.Mail(), "a password of the environment never goes to another server")

	assert.Equal(t, ShopLanguages(), Settings{}.Languages(), "the zero value has the defaults")
}

func TestSetting_NormalRefusesWhatItCannotBe(t *testing.T) {
	for key, bad := range map[SettingKey][]string{
		SettingShopName: {"a\nb", "\xff", "gnp\u202eexe"}, SettingContactEmail: {"nobody", "A <a@b.example>"}, SettingLanguages: {"", "en,en", "fr"},
		SettingOrderTTL: {"", "4", "1e3", "-1"}, SettingHomeCountry: {"XX", "CHE", "756"}, SettingCurrency: {"", "$", "U"},
		SettingMailHost: {"a b", "http://x", "ü.example"}, SettingMailTLS: {"none"},
	} {
		known, ok := FindSetting(key)
		require.True(t, ok)
		for _, value := range bad {
			_, err := known.Normal(value)
			var refused *SettingError
			require.ErrorAs(t, err, &refused, "%s %q", key, value)
			assert.Equal(t, key, refused.Key)
		}
	}
}

func FuzzSetting_Normal(f *testing.F) {
	f.Add("en,zh-Hans")
	f.Add("a@b.example")
	f.Add("1\r\n2")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range SettingsList() {
			normal, err := s.Normal(text)
			if err != nil {
				continue
			}
			assert.True(t, utf8.ValidString(normal))
			again, err := s.Normal(normal)
			require.NoError(t, err, s.Key)
			assert.Equal(t, normal, again, s.Key)
		}
	})
}
