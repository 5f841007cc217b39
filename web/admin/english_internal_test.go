package admin

import (
	"github.com/coincart/coincart/templates/i18ntest"
)

// english and chinese are the texts that the tests name by key.
var (
	english = i18ntest.English()
	chinese = i18ntest.Chinese()
)
