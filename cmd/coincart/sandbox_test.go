package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
)

func TestSandbox_TokensAndStateAreSettings(t *testing.T) {
	folder := t.TempDir()
	merchant, platform := filepath.Join(folder, "merchant"), filepath.Join(folder, "platform")
	for _, name := range []string{merchant, platform} {
		made := runCommand(t, nil, "keygen", "--private-key", name+".pem", "--public-key", name+".pub.pem")
		require.Zero(t, made.code, made.stderr)
	}
	args := []string{
		"sandbox", "--addr", "127.0.0.1:0", "--key", platform + ".pem", "--merchant-key", merchant + ".pub.pem", "--app-id", "app_1",
		"--state", filepath.Join(folder, "state.json"),
	}
	refused := runCommand(t, nil, append(args, "--token-ttl", "0s")...)
	assert.Equal(t, exitFailed, refused.code)
	assert.Contains(t, refused.stderr, "--token-ttl")

	ctx, cancel := context.WithCancel(t.Context())
	stdout, stderr := &output{}, &output{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append(args, "--token-ttl", "90s"), func(string) string { return "" }, stdout, stderr)
	}()
	address := stdout.find(t, `open at (http://\S+)`, func() bool {
		select {
		case code := <-ended:
			ended <- code
			return !assert.Fail(t, "the sandbox ended", stderr.String())
		default:
			return false
		}
	})
	own, err := loadPrivateKey("merchant's key", merchant+".pem")
	require.NoError(t, err)
	other, err := loadPublicKey("platform's key", platform+".pub.pem")
	require.NoError(t, err)
	ring, err := opay.NewKeyring(own, other)
	require.NoError(t, err)
	client, err := opay.New(opay.Config{BaseURL: address, AppID: "app_1", Keys: ring})
	require.NoError(t, err)

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/sandbox/api/login", strings.NewReader(`{"appKey":"app_1","userId":"`+alice+`"}`))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	var login struct{ Code string }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&login))
	require.NoError(t, response.Body.Close())
	grant, err := client.Exchange(ctx, login.Code)
	require.NoError(t, err)
	assert.Equal(t, 90*time.Second, grant.ExpiresIn)
	journal, err := os.ReadFile(filepath.Join(folder, "state.json.journal"))
	require.NoError(t, err)
	assert.Contains(t, string(journal), login.Code)
	cancel()
	assert.Zero(t, <-ended, stderr.String())
}
