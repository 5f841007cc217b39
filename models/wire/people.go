package wire

import (
	"bytes"
	"encoding/json"
)

// WithoutPeople returns a JSON text without what the objects of the API in it tell about people: the metadata of checkouts, and the customer of
// payment links. A text that cannot be read becomes an empty object.
func WithoutPeople(text string) string {
	clean, changed, err := forgetPeople(json.RawMessage(text))
	switch {
	case err != nil:
		return "{}"
	case !changed:
		return text
	}
	return string(clean)
}

// forgetPeople returns a JSON value without people, and whether there was anything to change.
func forgetPeople(value json.RawMessage) (clean json.RawMessage, changed bool, err error) {
	switch value = bytes.TrimSpace(value); {
	case bytes.HasPrefix(value, []byte("[")):
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, false, err
		}
		for i := range list {
			var part bool
			if list[i], part, err = forgetPeople(list[i]); err != nil {
				return nil, false, err
			}
			changed = changed || part
		}
		clean, err = json.Marshal(list)
	case bytes.HasPrefix(value, []byte("{")):
		var members map[string]json.RawMessage
		if err := json.Unmarshal(value, &members); err != nil {
			return nil, false, err
		}
		if changed, err = forgetMembers(members); err != nil {
			return nil, false, err
		}
		clean, err = json.Marshal(members)
	default:
		return value, false, nil
	}
	return clean, changed, err
}

func forgetMembers(members map[string]json.RawMessage) (changed bool, err error) {
	if notes, ok := members["metadata"]; ok && string(notes) != "{}" {
		members["metadata"], changed = json.RawMessage("{}"), true
	}
	if string(members["object"]) == `"payment_link"` {
		for _, name := range []string{"email", "name"} {
			if _, ok := members[name]; ok {
				delete(members, name)
				changed = true
			}
		}
	}
	for name, member := range members {
		clean, part, err := forgetPeople(member)
		if err != nil {
			return false, err
		}
		members[name], changed = clean, changed || part
	}
	return changed, nil
}
