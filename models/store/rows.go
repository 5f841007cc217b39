package store

// rowSizes are the numbers of rows of one statement: few texts, so that each is prepared once.
var rowSizes = []int{200, 50, 10, 1}

func rowSize(left int) int {
	for _, n := range rowSizes {
		if left >= n {
			return n
		}
	}
	return 1
}

// inParts calls fn with the keys, a part at a time, and with as many places. The last part is filled up with its last key: one key twice in
// a list of IN changes nothing.
func inParts(keys []string, fn func(list string, args []any) error) error {
	for len(keys) > 0 {
		n := rowSizes[0]
		for _, size := range rowSizes {
			if size >= len(keys) {
				n = size
			}
		}
		part := keys[:min(n, len(keys))]
		keys = keys[len(part):]
		args := make([]any, n)
		for i := range args {
			args[i] = part[min(i, len(part)-1)]
		}
		if err := fn("("+places(n)+")", args); err != nil {
			return err
		}
	}
	return nil
}
