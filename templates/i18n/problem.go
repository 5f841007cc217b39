package i18n

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/coincart/coincart/models/invalid"
)

// Problem returns the words of a field's problem, the message "field.problem." + problem; "" for none. Some messages name limits that come
// from pairs of name and value, as in T.
func (p *Printer) Problem(problem invalid.Problem, pairs ...string) string {
	return p.ProblemOf("", problem, pairs...)
}

// ProblemOf is Problem with the words of one field if the catalogue has them, under "field.problem." + problem + "." + field: a missing
// country must be chosen, and a missing street must be entered. The field "limit" stands for every field whose words name the maximum
// number of characters, Max.
func (p *Printer) ProblemOf(field string, problem invalid.Problem, pairs ...string) string {
	if problem == "" {
		return ""
	}
	id := "field.problem." + string(problem)
	if m, ok := p.messages[id+"."+field]; ok {
		return m.other.fill("", pairs)
	}
	if m, ok := p.messages[id]; ok {
		return m.other.fill("", pairs)
	}
	return string(problem)
}

// ImportProblem returns the words of a problem of a file of products: the message "import.problem." + code. details is the JSON of its
// values. If the shop refuses a field of the product, the words are those of a form.
func (p *Printer) ImportProblem(code, details string) string {
	// Every name that the words may use is there, so that one without a value is empty.
	values := map[string]string{}
	for _, name := range []string{"value", "want", "line", "most", "count", "field", "why", "product", "first", "second", "from", "until"} {
		values[name] = ""
	}
	var given map[string]string
	if json.Unmarshal([]byte(details), &given) == nil {
		maps.Copy(values, given)
	}
	if values["why"] != "" {
		field := values["field"]
		values["why"] = p.ProblemOf(field, invalid.Problem(values["why"]))
		if words := p.T("import.field." + field); words != "import.field."+field {
			values["field"] = words
		}
	}
	id := "import.problem." + code
	if values["value"] == "" && p.T(id+".none") != id+".none" {
		id += ".none"
	}
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, strings.ToUpper(name[:1])+name[1:], value)
	}
	return p.T(id, pairs...)
}
