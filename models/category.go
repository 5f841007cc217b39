package models

import (
	"cmp"
	"slices"
	"strings"
)

// MaxCategoryDepth is the maximum depth of the tree of categories.
const MaxCategoryDepth = 5

// CategoryNode is a category in its place of the tree.
type CategoryNode struct {
	Category Category
	Children []CategoryNode
	Depth    int    // 1: at the top
	Path     string // names from the top, such as "Kitchen > Cups"
}

// Tree returns categories in their order: children under their parents, by position and then slug. A category whose parent is not in
// the list is at the top, so that none is lost; one that is its own ancestor is left out.
func Tree(list []Category) []CategoryNode {
	known := make(map[string]bool, len(list))
	for _, c := range list {
		known[c.ID] = true
	}
	children := map[string][]Category{}
	for _, c := range list {
		parent := c.ParentID
		if !known[parent] {
			parent = ""
		}
		children[parent] = append(children[parent], c)
	}
	return branch(children, "", 1, "")
}

func branch(children map[string][]Category, parent string, depth int, path string) []CategoryNode {
	list := children[parent]
	slices.SortFunc(list, func(a, b Category) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), strings.Compare(a.Slug, b.Slug))
	})
	nodes := make([]CategoryNode, 0, len(list))
	for _, c := range list {
		node := CategoryNode{Category: c, Depth: depth, Path: path + c.Name}
		node.Children = branch(children, c.ID, depth+1, node.Path+" > ")
		nodes = append(nodes, node)
	}
	return nodes
}

// Flatten returns the nodes of a tree from the top, each category before its children.
func Flatten(tree []CategoryNode) []CategoryNode {
	var list []CategoryNode
	for _, node := range tree {
		list = append(list, node)
		list = append(list, Flatten(node.Children)...)
	}
	return list
}

// Descendants returns the ids of a category and of everything below it, the category first.
func Descendants(list []Category, id string) []string {
	ids := []string{id}
	for i := 0; i < len(ids); i++ {
		for _, c := range list {
			if c.ParentID == ids[i] && !slices.Contains(ids, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

// Ancestors returns the categories above one, from the top, and the category itself last; none where it is not in the list.
func Ancestors(list []Category, id string) []Category {
	var path []Category
	for range list {
		i := slices.IndexFunc(list, func(c Category) bool { return c.ID == id })
		if i < 0 {
			break
		}
		path = append(path, list[i])
		id = list[i].ParentID
	}
	slices.Reverse(path)
	return path
}

// CategoryPath returns the names of a category and those above it, such as "Home > Cups", or "" for an unknown id.
func CategoryPath(list []Category, id string) string {
	var names []string
	for _, c := range Ancestors(list, id) {
		names = append(names, c.Name)
	}
	return strings.Join(names, " > ")
}
