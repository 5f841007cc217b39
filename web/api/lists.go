package api

// Page says which part of a list is wanted.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	After string `query:"after" maxLength:"500" doc:"next of the page before; left out: the first page."`
}

// List is a page of a list.
type List[T any] struct {
	Data []T     `json:"data"`
	Next *string `json:"next" doc:"after of the next page; null: there is none."`
}

// listOf returns a page; next is the cursor of the one after it, or empty.
func listOf[T any](rows []T, next string) List[T] {
	list := List[T]{Data: rows}
	if rows == nil {
		list.Data = []T{}
	}
	if next != "" {
		list.Next = &next
	}
	return list
}

// asItIs is the shape of an answer that is the use case's object itself.
func asItIs(object any) any { return object }
