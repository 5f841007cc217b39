// Package embed has the files that other websites load for buttons that lead to payment links: a style, and a script that tells the page when it is
// paid. Their addresses have a version, and a version never changes, because pages name the digests of the files.
package embed

import (
	"crypto/sha512"
	_ "embed" // the files
	"encoding/base64"
	"net/http"

	"github.com/coincart/coincart/web/visit"
)

// The addresses of the files.
const (
	ScriptPath = "/embed/v1.js"
	StylePath  = "/embed/v1.css"
)

//go:embed v1.js
var script []byte

//go:embed v1.css
var style []byte

// Script answers with the script: GET /embed/v1.js.
func Script(v *visit.Visit) error { return file(v, "text/javascript; charset=utf-8", script) }

// Style answers with the style: GET /embed/v1.css.
func Style(v *visit.Visit) error { return file(v, "text/css; charset=utf-8", style) }

// file answers with a file that any website may load.
func file(v *visit.Visit, contentType string, body []byte) error {
	v.SetHeader("Access-Control-Allow-Origin", "*")
	v.SetHeader("Cross-Origin-Resource-Policy", "cross-origin")
	v.SetHeader("Cache-Control", "public, max-age=86400")
	return v.Bytes(http.StatusOK, contentType, body)
}

// ScriptIntegrity returns the digest of the script for the attribute integrity.
func ScriptIntegrity() string { return integrity(script) }

// StyleIntegrity returns the digest of the style for the attribute integrity.
func StyleIntegrity() string { return integrity(style) }

func integrity(body []byte) string {
	sum := sha512.Sum384(body)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}
