package qrcode_test

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"rsc.io/qr"

	"github.com/coincart/coincart/templates/qrcode"
)

func TestSVG_DrawsEveryModuleOnce(t *testing.T) {
	const text = "https://pay.example.org/pay/mug"
	picture, err := qrcode.SVG(text)
	require.NoError(t, err)
	require.NoError(t, xml.Unmarshal(picture, new(struct{})))
	assert.NotContains(t, string(picture), "example")
	want, err := qr.Encode(text, qr.M)
	require.NoError(t, err)
	assert.Contains(t, string(picture), `viewBox="0 0 `+strconv.Itoa(want.Size+8)+" ")

	black := map[[2]int]int{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(string(picture), -1) {
		assert.Equal(t, m[3], m[4])
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		n, _ := strconv.Atoi(m[3])
		for i := range n {
			black[[2]int{x + i - 4, y - 4}]++
		}
	}
	for y := range want.Size {
		for x := range want.Size {
			drawn := 0
			if want.Black(x, y) {
				drawn = 1
			}
			assert.Equal(t, drawn, black[[2]int{x, y}], "%d, %d", x, y)
		}
	}
}

func TestSVG_RefusesWhatNoPhoneReads(t *testing.T) {
	_, err := qrcode.SVG(strings.Repeat("a", 513))
	require.Error(t, err)
}
