package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaRefs is the beginning of references to schemas.
const schemaRefs = "#/components/schemas/"

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
func (a *API) adjust() {
	doc := a.huma.OpenAPI()
	registry := doc.Components.Schemas
	schemas := registry.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	asked := map[*huma.Schema]bool{}
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Post, path.Put, path.Patch, path.Delete} {
			if op != nil && op.RequestBody != nil {
				reach(registry, op.RequestBody.Content[jsonType].Schema, asked)
			}
		}
	}
	for name, schema := range schemas {
		delete(schema.Properties, "$schema")
		if !asked[schema] && schema.AdditionalProperties == false {
			schema.AdditionalProperties = nil
		}
		allowNull(schema, registry.TypeFromRef(schemaRefs+name))
	}
}

// reach notes the objects that a schema names, itself included.
func reach(registry huma.Registry, s *huma.Schema, found map[*huma.Schema]bool) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	if s == nil || found[s] {
		return
	}
	found[s] = true
	for _, property := range s.Properties {
		reach(registry, property, found)
	}
	reach(registry, s.Items, found)
}

// allowNull lets the objects of a type be null that are pointers and never left out.
func allowNull(schema *huma.Schema, of reflect.Type) {
	if of == nil || of.Kind() != reflect.Struct {
		return
	}
	for _, field := range reflect.VisibleFields(of) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := schema.Properties[name]
		if property == nil || property.Ref == "" || field.Type.Kind() != reflect.Pointer || options != "" {
			continue
		}
		schema.Properties[name] = &huma.Schema{
			Description: field.Tag.Get("doc"), AnyOf: []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
		}
	}
}
