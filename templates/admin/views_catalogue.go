package admin

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
)

// The problems of the catalogue's forms.
const (
	RefusalInUse   Refusal = "product_in_use" // it was ordered: it can be hidden
	RefusalChanged Refusal = "changed"        // somebody else has changed it
	RefusalUpload  Refusal = "upload"         // some pictures were refused
	RefusalBulk    Refusal = "bulk"           // not a bulk action
)

// The notices of the catalogue.
const (
	NoticeProductSaved    NoticeKind = "product_saved"
	NoticeProductCopied   NoticeKind = "product_copied"
	NoticeProductDeleted  NoticeKind = "product_deleted"
	NoticeProductsChanged NoticeKind = "products_changed" // Text: how many
	NoticeProductMoved    NoticeKind = "product_moved"
	NoticeCategorySaved   NoticeKind = "category_saved"
	NoticeCategoryMoved   NoticeKind = "category_moved"
	NoticeCategoryDeleted NoticeKind = "category_deleted"
	NoticeTagRenamed      NoticeKind = "tag_renamed"
	NoticeTagDeleted      NoticeKind = "tag_deleted"
)

// ProductsView is the list of products. The filter is a GET form with q, category, tag, state, stock, sort; the bulk form is
// POST /admin/products/bulk/change with id …, do (publish, hide, feature, unfeature) and next. Where one category is shown in its own order,
// each row has a form POST /admin/products/{id}/move with before (an id, "" for the end), category.
type ProductsView struct {
	Page       Page
	Search     Field
	Categories []Choice // labelled with their paths
	Tags       []Choice
	States     []Choice // published, hidden, featured: "admin.product_state." + Value
	Stocks     []Choice // low: "admin.product_stock." + Value
	Sorts      []Choice // "admin.product_sort." + Value
	Refusal    Refusal
	Filtered   bool
	Category   string // whose own order is shown; "" where rows cannot be moved
	Rows       []ProductRow
	Next       string
	First      string
	Self       string // address of this page, for the bulk form
}

// ProductRow is one product of the list.
type ProductRow struct {
	ID       string
	Title    string
	Slug     string
	SKUs     string // the first one, and how many more
	Picture  templates.Picture
	Category string // path
	Price    string
	From     bool
	Sale     bool
	Stock    string
	Low      bool
	Out      bool
	Hidden   bool
	Featured bool
	Changed  templates.Moment
	Up, Down string // the ids to move before; "-" where it cannot be moved that way
}

// ProductView is the form of a product: POST /admin/products (a new one) or /admin/products/{id}, both multipart. Every button that
// changes rows is a submit button named "do"; what was typed comes back with the row added or removed.
type ProductView struct {
	Page     Page
	Form     ProductForm
	Refusal  Refusal
	Uploads  []UploadProblem
	Conflict Conflict // with RefusalChanged
	Zone     string   // of the sale's dates
	Currency string
	Slugs    string // "/products/…", the address that the form's slug makes, for links; "" while it is new or hidden
	Deleting Refusal
	CopyID   string // of the copy that the form makes: sent twice, it is the same one
}

// UploadProblem is a picture that was refused, with the reason.
type UploadProblem struct {
	Name    string
	Problem invalid.Problem
}

// Conflict is what somebody else changed while a form was filled in. The form's button do=overwrite.{Version} stores what was typed
// nevertheless, unless there is a newer version than the one shown.
type Conflict struct {
	Version     int
	Changed     templates.Moment
	Differences []Difference
}

// Difference is a field that somebody else changed.
type Difference struct {
	Name   string // "admin.product_fact." + Name, or as it is
	Stored string
	Typed  string
}

// ProductForm is the form of a product as typed.
type ProductForm struct {
	ID              string
	New             bool
	Version         string
	Title           Field
	Slug            Field
	Summary         Field
	Description     Field
	Tags            Field // with commas between them
	Featured        bool
	Hidden          bool
	Categories      []CategoryChoice
	CategoryProblem invalid.Problem
	Texts           []ProductTexts // one for each other language of the shop
	Options         []OptionForm
	OptionProblem   invalid.Problem
	Variants        []VariantForm
	VariantProblem  invalid.Problem
	Suggestions     []Suggestions // of the variants' plain fields
	Pictures        []PictureForm
	PictureProblem  invalid.Problem
}

// CategoryChoice is a category of the tree that a product can be in.
type CategoryChoice struct {
	ID      string
	Name    string
	Depth   int // 1: at the top
	Hidden  bool
	Chosen  bool
	Primary bool // the one whose path the shop shows
}

// ProductTexts are a product's texts in another language.
type ProductTexts struct {
	Lang, Name                  string // tag, and what the language calls itself
	Title, Summary, Description Field
}

// LangField is a field in another language.
type LangField struct {
	Lang, Name string
	Field      Field
}

// OptionForm is an option of a product, such as the colour.
type OptionForm struct {
	Name   Field
	Values Field // one to a line
	Texts  []OptionTexts
}

// OptionTexts are an option's words in another language: as many values as the option has, in the same order.
type OptionTexts struct {
	Lang, Language string
	Name, Values   string
}

// VariantForm is one variant.
type VariantForm struct {
	ID        string
	Stored    bool        // it has stock figures, and a stock of its own to be corrected elsewhere
	Title     Field       // where the product has no options but several variants
	Titles    []LangField // of Title
	Options   []VariantOption
	SKU       Field
	Price     Field
	SalePrice Field
	SaleFrom  Field
	SaleUntil Field
	Stock     Field // of a new one
	Weight    Field
	LowStock  Field
	Plain     []PlainField
	Picture   string // source
	Virtual   bool
	Untracked bool
	Retired   bool
	OnHand    string
	Reserved  string
	Problem   invalid.Problem // of the variant as a whole
}

// PlainField is a text of a variant. The server decides which fields exist.
type PlainField struct {
	Field

	Name    string // in the form; the label is "admin.product." + Name
	Length  int    // maximum number of characters
	List    string // ID of the Suggestions; "": there are none, and no hint
	Meaning string // label of the suggestion that was typed; "": the hint is "admin.product." + Name + ".hint"
}

// Suggestions are values that a field suggests. All variants share one list: with a list each, a form with many variants is too large.
type Suggestions struct {
	ID      string
	Choices []Choice
}

// VariantOption is the value that a variant has of an option.
type VariantOption struct {
	Name    string
	Value   string
	Choices []string
	Problem invalid.Problem
}

// PictureForm is a picture of a product.
type PictureForm struct {
	Source string
	Alt    Field
	Texts  []LangField
}

// CategoriesView is the tree of categories. Forms: POST /admin/categories (name, slug, parent …) makes one,
// /admin/categories/{id}/move with parent and before moves one.
type CategoriesView struct {
	Page    Page
	Rows    []CategoryRow
	Refusal Refusal
}

// CategoryRow is one category of the tree.
type CategoryRow struct {
	ID       string
	Name     string
	Slug     string
	Parent   string
	Depth    int
	Hidden   bool
	Products int
	Moves    CategoryMoves
}

// CategoryMoves are the places that a category can be moved to by one button; nil: no such move.
type CategoryMoves struct {
	Up, Down, In, Out *Place
}

// Place is a place in the tree.
type Place struct {
	Parent string // "": at the top
	Before string // "": the last one there
}

// CategoryView is the form of a category: POST /admin/categories or /admin/categories/{id}, both multipart.
type CategoryView struct {
	Page       Page
	ID         string
	New        bool
	Version    string
	Conflict   Conflict // with RefusalChanged
	Name       Field
	Slug       Field
	Summary    Field
	Hidden     bool
	Picture    string
	PictureBad invalid.Problem
	Parents    []Choice // labelled with paths
	Parent     invalid.Problem
	Texts      []CategoryTexts
	Refusal    Refusal
	Others     []Choice // where its products can go when it is deleted
	Products   int
	Children   int
}

// CategoryTexts are a category's texts in another language.
type CategoryTexts struct {
	Lang, Language string
	Name, Summary  Field
}

// TagsView lists the tags. Forms: POST /admin/tags/rename (tag, to) and /admin/tags/delete (tag).
type TagsView struct {
	Page    Page
	Rows    []TagRow
	Refusal Refusal
	Typed   string // of the rename that was refused
	For     string // the tag it was about
}

// TagRow is one tag.
type TagRow struct {
	Tag      string
	Products int
}
