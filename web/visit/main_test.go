package visit

import (
	"os"
	"testing"

	"github.com/gin-gonic/gin"
)

// TestMain keeps gin quiet, as the program does.
func TestMain(m *testing.M) {
	gin.DebugPrintFunc = func(string, ...any) {}
	os.Exit(m.Run())
}
