package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models/wire"
)

// Addresses of the document and of the reference that people read.
const (
	documentPath = Prefix + "/openapi.json"
	docsPath     = "/api/docs"
)

// amountFormat is the format of decimal text.
const amountFormat = "decimal"

// DocumentVersion is the version of the document: that of the API.
const DocumentVersion = wire.Version

// newDocument returns the document without routes.
func (a *API) newDocument() *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Coincart", Version: DocumentVersion,
			Description: "Takes payments in coins for other programs. Amounts are decimal text, times are RFC 3339 in UTC, ids are opaque. " +
				"New members may be added to answers: leave out those that you do not know.",
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: a.base.String() + Prefix}},
		Components: &huma.Components{
			Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "A key of the shop: cc_live_… or cc_demo_…"}},
		},
		Security: []map[string][]string{{"key": {}}},
	}
}

// usual are the errors that every route has.
var usual = []Code{CodeInvalidVersion, CodeNotFound, CodeRateLimited, CodeInternal, CodeUnavailable}

// operation returns the operation of a route. Bodies are checked by the frame.
func (a *API) operation(r *Route) *huma.Operation {
	op := &huma.Operation{
		Method: r.Method, Path: r.Path, OperationID: r.Name, Summary: r.Summary, Description: r.Text, Tags: []string{r.Group},
		DefaultStatus: r.Status, SkipValidateBody: true, Metadata: map[string]any{ruleKey: r}, Responses: map[string]*huma.Response{},
		Parameters: []*huma.Param{{Name: VersionHeader, In: "header", Description: "Version of the API, a date; left out: the key's.", Schema: &huma.Schema{Type: huma.TypeString}}},
	}
	fails := slices.Concat(usual, r.Fails)
	switch {
	case r.Rule.Public:
		op.Security = []map[string][]string{}
	default:
		fails = append(fails, CodeKeyMissing, CodeScopeMissing)
		op.Description = strings.TrimSpace(op.Description + "\n\nNeeds " + r.Rule.words() + ".")
	}
	if r.Method != http.MethodGet {
		fails = append(fails, CodeMalformedJSON, CodeBodyTooLarge, CodeMediaType, CodeInvalidValue)
	}
	if r.Once {
		longest := 255
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: OnceHeader, In: "header", Required: true, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
			Description: "The same key with the same body is answered the same, and nothing is done twice. Kept for seven days.",
		})
		fails = append(fails, CodeIdempotencyConflict, CodeIdempotencyInFlight)
	}
	a.answers(op, r)
	for _, code := range append(fails, CodeUnknownParameter) {
		op.Responses[strconv.Itoa(code.says().status)] = a.problemResponse(code.says().status)
	}
	return op
}

// words says who may call a route.
func (r Rule) words() string {
	if r.AnyKey {
		return "a key"
	}
	return "the scope " + string(r.Scope)
}

func (a *API) problemResponse(status int) *huma.Response {
	schema := a.schema(Problem{})
	return &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
}

// writeDocument returns the document as it is served.
func (a *API) writeDocument() []byte {
	doc := a.huma.OpenAPI()
	text, err := json.Marshal(doc)
	if err != nil { // it has texts and numbers only
		panic(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		panic(err)
	}
	return append(out.Bytes(), '\n')
}

// Document returns the document as it is served: JSON of OpenAPI 3.1.
func (a *API) Document() []byte { return a.document() }

// pages registers the document and the reference.
func (a *API) pages(engine *gin.Engine) {
	engine.GET(documentPath, func(c *gin.Context) {
		c.Header("Access-Control-Allow-Origin", "*")
		c.Header("Cross-Origin-Resource-Policy", "cross-origin")
		c.Header("Cache-Control", "public, max-age=300")
		c.Data(http.StatusOK, jsonType, a.document())
	})
}
