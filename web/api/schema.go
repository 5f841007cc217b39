package api

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// schema returns the schema of a value's type, which it adds to the document.
func (a *API) schema(value any) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(value), true, "")
}

// answers describes the answers of a route that package once keeps, and further statuses of success. The others follow from the handler's type.
func (a *API) answers(op *huma.Operation, r *Route) {
	if r.Kept == nil {
		return
	}
	for _, status := range append([]int{r.Status}, r.Also...) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{jsonType: {Schema: a.schema(r.Kept)}},
			Headers: map[string]*huma.Param{ReplayedHeader: {
				Description: "true: the answer is the one that was given before.", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"true"}},
			}},
		}
	}
}

// adjust makes the schemas say what huma cannot derive: answers may get more members, and some objects may be null.
func (a *API) adjust(registry huma.Registry) {
	delete(registry.Map(), "ErrorModel")
	delete(registry.Map(), "ErrorDetail")
}
