package admin_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWords_EveryProblemOfAProductFileHasThem(t *testing.T) {
	root := filepath.Join("..", "..")
	file, pictures := constants(t, filepath.Join(root, "models", "productcsv")), constants(t, filepath.Join(root, "payments"))
	for kind, prefix := range map[string]string{"Code": "import.problem.", "Level": "import.level.", "Dialect": "import.dialect."} {
		require.NotEmpty(t, file[kind], kind)
		for _, value := range file[kind] {
			say(t, prefix+value)
		}
	}
	require.NotEmpty(t, pictures["pictureCode"])
	for _, code := range pictures["pictureCode"] {
		say(t, "admin.remark."+code)
	}
	for _, state := range []string{"unchecked", "problems", "ready", "stopped", "failed", "done"} {
		say(t, "import.state."+state)
		say(t, "import.explain."+state)
	}
	for _, state := range []string{"checking", "importing"} {
		say(t, "import.state."+state)
		say(t, "import.running."+state)
	}
}
