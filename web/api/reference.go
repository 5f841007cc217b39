package api

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// DocsPath is the path of the reference that people read.
const DocsPath = docsPath

// Reference shows the reference: GET /api/docs. It is made from the document, and needs no scripts and no session.
func (a *API) Reference(v *visit.Visit) error {
	v.Public()
	return v.Show(http.StatusOK, shop.Reference(a.reference(v.BarePage())))
}

func (a *API) reference(page templates.Page) shop.ReferenceView {
	doc := a.huma.OpenAPI()
	view := shop.ReferenceView{Page: page, Version: DocumentVersion, Base: a.base.String() + Prefix, Document: documentPath}
	places := map[string]int{}
	for i := range a.routes {
		r := &a.routes[i]
		at, known := places[r.Group]
		if !known {
			at = len(view.Groups)
			places[r.Group] = at
			view.Groups = append(view.Groups, shop.ReferenceGroup{Name: r.Group})
		}
		view.Groups[at].Calls = append(view.Groups[at].Calls, callText(r, operationOf(doc.Paths[r.Path], r.Method)))
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		view.Objects = append(view.Objects, shop.ReferenceObject{Name: name, Fields: fieldsOf(schemas[name])})
	}
	for _, m := range meanings {
		view.Codes = append(view.Codes, shop.ReferenceCode{Code: string(m.code), Status: strconv.Itoa(m.status), Text: m.detail})
	}
	return view
}

// operationOf returns the operation of a path.
func operationOf(item *huma.PathItem, method string) *huma.Operation {
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[method]
}

func callText(r *Route, op *huma.Operation) shop.ReferenceCall {
	call := shop.ReferenceCall{ID: r.Name, Method: r.Method, Path: r.Path, Summary: r.Summary, Text: op.Description}
	for _, p := range op.Parameters {
		call.Params = append(call.Params, shop.ReferenceField{Name: p.Name, Kind: p.In + ", " + kindOf(p.Schema), Text: cmp.Or(p.Description, p.Schema.Description), Needed: p.Required})
	}
	if op.RequestBody != nil {
		call.Body = objectOf(op.RequestBody.Content[jsonType].Schema)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := shop.ReferenceAnswer{Status: status, Text: op.Responses[status].Description}
		for _, media := range op.Responses[status].Content {
			answer.Object = objectOf(media.Schema)
		}
		call.Answers = append(call.Answers, answer)
	}
	return call
}

func fieldsOf(s *huma.Schema) []shop.ReferenceField {
	var list []shop.ReferenceField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		list = append(list, shop.ReferenceField{
			Name: name, Kind: kindOf(property), Text: property.Description, Object: objectOf(property), Needed: slices.Contains(s.Required, name),
		})
	}
	return list
}

// objectOf returns the name of the object that a schema is, or is a list of; empty: of none.
func objectOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, schemaRefs)
	case len(s.AnyOf) > 0:
		return objectOf(s.AnyOf[0])
	}
	return objectOf(s.Items)
}

// kindOf says in words what a schema takes.
func kindOf(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return objectOf(s)
	case len(s.AnyOf) > 0:
		return objectOf(s) + " or null"
	case s.Type == huma.TypeArray:
		return "list of " + kindOf(s.Items)
	case len(s.Enum) > 0:
		return "one of " + enumText(s.Enum)
	case s.Type == huma.TypeString && s.Format == amountFormat:
		return "decimal text"
	case s.Type == huma.TypeString && s.Format != "":
		return "text, " + s.Format
	case s.Type == huma.TypeString:
		return "text"
	case s.Type == "":
		return "object"
	}
	return s.Type
}

func enumText(values []any) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i], _ = v.(string)
	}
	return strings.Join(list, ", ")
}
