package overview

import "github.com/coincart/coincart/templates/i18ntest"

// english are the texts that the tests name by key.
var english = i18ntest.English()
