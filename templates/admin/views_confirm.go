package admin

// ConfirmView asks "really?" before a change that can cost money: POST Action with the unchanged Fields, which hold "confirmed", the digest
// of what the page shows.
type ConfirmView struct {
	Page      Page
	Title     string
	Lead      string
	Warnings  []string
	Rows      []ConfirmRow
	Action    string
	Fields    []Hidden
	Multipart bool // the form is sent as multipart/form-data
	Mails     bool // the owners get a mail about the change
	Submit    string
	Back      string // address of the page of the form
}

// ConfirmRow is one value that would change.
type ConfirmRow struct {
	Name   string
	Detail string // a second line; "" leaves it out
	Before string // "": there was none
	After  string
	By     string // the difference, such as +23.4%; "" leaves it out
}
