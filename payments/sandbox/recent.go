package sandbox

import "slices"

// recent is a map that drops its oldest entries beyond a limit.
type recent[V any] struct {
	limit   int
	entries map[string]V
	order   []string
}

func newRecent[V any](limit int) *recent[V] {
	return &recent[V]{limit: limit, entries: map[string]V{}}
}

func (r *recent[V]) get(key string) (V, bool) {
	v, ok := r.entries[key]
	return v, ok
}

func (r *recent[V]) put(key string, v V) {
	if _, known := r.entries[key]; !known {
		r.order = append(r.order, key)
	}
	r.entries[key] = v
	for len(r.entries) > r.limit {
		delete(r.entries, r.order[0])
		r.order = r.order[1:]
	}
	// Deleted keys leave holes in the order; without this it would grow for ever.
	if len(r.order) > 2*r.limit {
		r.order = slices.DeleteFunc(r.order, func(key string) bool {
			_, known := r.entries[key]
			return !known
		})
	}
}

// each calls visit for the entries, oldest first. visit may replace the entry.
func (r *recent[V]) each(visit func(key string, v V)) {
	for _, key := range r.order {
		if v, ok := r.entries[key]; ok {
			visit(key, v)
		}
	}
}
