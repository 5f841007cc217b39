package productcsv

import (
	"encoding/json"
	"maps"
	"strings"
)

// Printer looks up words in the reader's language; an id without words comes back as it is.
type Printer interface {
	T(id string, pairs ...string) string
}

// Words puts a problem of a file into words. details is the JSON of its values.
func Words(p Printer, code, details string) string {
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
		values["why"] = wordOr(p, "import.why.", values["why"])
		values["field"] = wordOr(p, "import.field.", values["field"])
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

func wordOr(p Printer, prefix, value string) string {
	if text := p.T(prefix + value); text != prefix+value {
		return text
	}
	return value
}
