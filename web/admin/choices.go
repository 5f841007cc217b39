package admin

import (
	"slices"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// NamedIn are the categories with their names in the reader's language, to be shown.
func NamedIn(p *i18n.Printer, list []models.Category) []models.Category {
	list = slices.Clone(list)
	for i := range list {
		list[i].Name = list[i].Texts.In(p.Lang(), "name", list[i].Name)
	}
	return list
}

// CategoryChoices are the categories with their paths; all puts the empty choice in front.
func CategoryChoices(list []models.Category, chosen string, all bool) []pages.Choice {
	var made []pages.Choice
	if all {
		made = append(made, pages.Choice{Selected: chosen == ""})
	}
	for _, node := range models.Flatten(models.Tree(list)) {
		made = append(made, pages.Choice{Value: node.Category.ID, Label: node.Path, Selected: node.Category.ID == chosen})
	}
	return made
}

// Choices makes a list of choices; all puts the empty one, which is all of them, in front.
func Choices[T ~string](list []T, chosen string, all bool) []pages.Choice {
	made := make([]pages.Choice, 0, len(list)+1)
	if all {
		made = append(made, pages.Choice{Selected: chosen == ""})
	}
	for _, one := range list {
		made = append(made, pages.Choice{Value: string(one), Selected: string(one) == chosen})
	}
	return made
}
