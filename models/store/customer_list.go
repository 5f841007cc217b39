package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
)

// customer is what the list of customers shows of one, kept by IndexOrders. It follows from the orders.
type customer struct {
	ID           string `ascii:"64"` // Store.CustomerID
	Email        string `text:"254"` // of the newest order
	Name         string `text:"200"` // of the newest order
	Orders       int    // all of them
	FirstOrderAt time.Time
	LastOrderAt  time.Time
}

// customerSum is what a customer has paid for in one currency.
type customerSum struct {
	Customer string `gorm:"primaryKey" ascii:"64"`
	Currency string `gorm:"primaryKey" text:"32"`
	Count    int    // paid orders
	Amount   models.Amount
}

// refreshCustomers counts the orders of customers again. A customer without orders is removed, with the notes.
func (s *Store) refreshCustomers(ctx context.Context, ids []string) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	if len(ids) == 0 {
		return nil
	}
	if _, err := s.lockSpace(ctx, spaceCustomers); err != nil {
		return err
	}
	found := map[string]*customer{}
	sums := customerSumTable.batch()
	err := inParts(ids, func(list string, args []any) error {
		if err := s.countCustomers(ctx, found, list, args); err != nil {
			return err
		}
		if _, err := s.exec(ctx, "DELETE FROM customer_sums WHERE customer IN "+list, args...); err != nil {
			return err
		}
		query := "SELECT customer, currency, COUNT(*), " + s.sum("total") + " FROM orders WHERE " + paidForGood + " AND customer IN " + list +
			" GROUP BY customer, currency"
		return s.each(ctx, query, args, func(rows *sql.Rows) error {
			var sum customerSum
			err := rows.Scan(&sum.Customer, &sum.Currency, &sum.Count, &sum.Amount)
			sums.add(sum)
			return err
		})
	})
	if err != nil {
		return err
	}
	if err := sums.insert(ctx, s); err != nil {
		return err
	}
	return s.storeCustomers(ctx, ids, found)
}

// countCustomers counts the orders of customers, and reads the names that the newest ones have.
func (s *Store) countCustomers(ctx context.Context, found map[string]*customer, list string, args []any) error {
	query := "SELECT customer, COUNT(*), MIN(created_at), MAX(created_at) FROM orders WHERE customer IN " + list + " GROUP BY customer"
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		var c customer
		err := rows.Scan(&c.ID, &c.Orders, nullTime{&c.FirstOrderAt}, nullTime{&c.LastOrderAt})
		found[c.ID] = &c
		return err
	})
	if err != nil {
		return err
	}
	query = "SELECT o.customer, o.email, o.name FROM orders o JOIN (SELECT customer, MAX(created_at) AS newest FROM orders WHERE customer IN " + list +
		" GROUP BY customer) n ON o.customer = n.customer AND o.created_at = n.newest ORDER BY o.id"
	return s.each(ctx, query, args, func(rows *sql.Rows) error {
		var id, email, name string
		err := rows.Scan(&id, &email, &name)
		if c := found[id]; c != nil {
			c.Email, c.Name = email, name
		}
		return err
	})
}

func (s *Store) storeCustomers(ctx context.Context, ids []string, found map[string]*customer) error {
	rows, texts, gone := customerTable.batch(), map[string]string{}, []string{}
	slices.SortFunc(ids, func(a, b string) int {
		x, y := found[a], found[b]
		if x == nil || y == nil {
			return cmp.Compare(a, b)
		}
		return cmp.Or(x.FirstOrderAt.Compare(y.FirstOrderAt), cmp.Compare(a, b))
	})
	for _, id := range ids {
		c := found[id]
		if c == nil {
			gone = append(gone, id)
			continue
		}
		rows.add(*c)
		texts[id] = foldedText(c.Email, c.Name)
	}
	err := rows.put(ctx, s, []string{"id"}, "email", "name", "orders", "first_order_at", "last_order_at")
	if err != nil {
		return err
	}
	err = inParts(gone, func(list string, args []any) error {
		for _, statement := range []string{"DELETE FROM customer_notes WHERE customer IN ", "DELETE FROM customers WHERE id IN "} {
			if _, err := s.exec(ctx, statement+list, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.indexTexts(ctx, spaceCustomers, ids, texts)
}

// customerSorts are the orders of the list of customers.
var customerSorts = map[models.CustomerSort]sorting{
	models.CustomersLatest: {"last_order_at", "id", true},
	models.CustomersOrders: {"orders", "id", true},
}

// Customers reads a page of the customers with what they have paid for and how many notes there are about them. ErrFilter: sort, limit. ErrCursor:
// After.
func (s *Store) Customers(ctx context.Context, f models.CustomerFilter) (page models.CustomerPage, err error) {
	defer func() { err = wrap("list customers", err) }()
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return page, err
	}
	f.Sort = cmp.Or(f.Sort, models.CustomersLatest)
	sort, ok := customerSorts[f.Sort]
	if !ok {
		return page, fmt.Errorf("%w: sort", ErrFilter)
	}
	if _, err := s.IndexOrders(ctx, dueInSearch); err != nil {
		return page, err
	}
	where, name := conditions{}, "customers."+string(f.Sort)
	if err := s.afterRow(ctx, &where, listPlace{name, f.After}, sort, "customers", "c."); err != nil {
		return page, err
	}
	var rows []models.CustomerRow
	if f.Search == "" {
		rows, err = s.customerRows(ctx, "customers c", where, sort, limit+1)
	} else {
		rows, page.Partial, err = s.foundCustomers(ctx, f, where, sort, limit+1)
	}
	if err != nil {
		return page, err
	}
	page.Rows, page.Next = trim(rows, limit, func(r models.CustomerRow) string {
		key := timeKey(r.LastOrderAt)
		if f.Sort == models.CustomersOrders {
			key = strconv.Itoa(r.Orders)
		}
		return cursor(name, key, r.ID)
	})
	return page, s.addCustomerSums(ctx, page.Rows)
}

// Customer reads a customer as the list shows it; ErrNotFound.
func (s *Store) Customer(ctx context.Context, id string) (models.CustomerRow, error) {
	if !isKey(id) {
		return models.CustomerRow{}, wrap("read the customer", ErrNotFound)
	}
	where := conditions{}
	where.add("c.id = ?", id)
	rows, err := s.customerRows(ctx, "customers c", where, customerSorts[models.CustomersLatest], 1)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return models.CustomerRow{}, wrap("read the customer", err)
	}
	err = s.addCustomerSums(ctx, rows)
	return rows[0], wrap("read the customer", err)
}

func (s *Store) customerRows(ctx context.Context, from string, where conditions, sort sorting, n int) ([]models.CustomerRow, error) {
	query := "SELECT c.id, c.email, c.name, c.orders, c.first_order_at, c.last_order_at FROM " + from + " WHERE " + where.sql() +
		" ORDER BY " + sort.by("c.") + " LIMIT ?"
	return collect(ctx, s, query, append(slices.Clone(where.args), n), func(rows *sql.Rows) (r models.CustomerRow, err error) {
		err = rows.Scan(&r.ID, &r.Email, &r.Name, &r.Orders, &r.FirstOrderAt, &r.LastOrderAt)
		return r, err
	})
}

// foundCustomers reads the customers whose e-mail and name fit a search: of the newest maxCandidates that may fit. partial reports that there
// are others.
func (s *Store) foundCustomers(ctx context.Context, f models.CustomerFilter, where conditions, sort sorting, n int) (
	rows []models.CustomerRow, partial bool, err error,
) {
	q := readPartSearch(f.Search)
	if len(q.patterns) == 0 || len(f.Search) > maxSearchBytes {
		return nil, false, nil
	}
	seqs, partial, err := s.candidates(ctx, spaceCustomers, q.grams, allRows, true, maxCandidates)
	if err != nil {
		return nil, false, err
	}
	if len(seqs) == 0 {
		return nil, false, nil
	}
	numbered, args := s.numbered(spaceCustomers, seqs)
	q.where(&where, "t.text")
	chosen := conditions{}
	chosen.add(numbered, args...)
	chosen.add(where.sql(), where.args...)
	rows, err = s.customerRows(ctx, "search_texts t JOIN customers c ON c.id = t.row_id", chosen, sort, n)
	return rows, partial, err
}

func (s *Store) addCustomerSums(ctx context.Context, rows []models.CustomerRow) error {
	ids, place := make([]string, len(rows)), map[string]int{}
	for i := range rows {
		ids[i], place[rows[i].ID] = rows[i].ID, i
	}
	err := inParts(ids, func(list string, args []any) error {
		return s.each(ctx, "SELECT customer, currency, count, amount FROM customer_sums WHERE customer IN "+list+" ORDER BY customer, currency", args,
			func(scanned *sql.Rows) error {
				var id string
				var sum models.CoinTotal
				err := scanned.Scan(&id, &sum.Symbol, &sum.Count, &sum.Amount)
				row := &rows[place[id]]
				row.Sums, row.Paid = append(row.Sums, sum), row.Paid+sum.Count
				return err
			})
	})
	if err != nil {
		return err
	}
	notes, err := readMapOf[int](ctx, s, "SELECT customer, COUNT(*) FROM customer_notes WHERE customer IN {keys} GROUP BY customer", ids)
	for i := range rows {
		rows[i].Notes = notes[rows[i].ID]
	}
	return err
}

// AddCustomerNote stores what staff wrote about a customer; the time is filled in if it is empty. ErrDuplicate: there is a note with that id.
func (s *Store) AddCustomerNote(ctx context.Context, n *models.CustomerNote) error {
	n.ID, n.CreatedAt = cmp.Or(n.ID, models.NewID()), orTime(n.CreatedAt, s.now())
	return wrap("store the note", s.create(ctx, n))
}

// maxCustomerNotes is the maximum number of notes that are shown with a customer.
const maxCustomerNotes = 100

// CustomerNotes reads the newest notes about a customer and on the customer's orders, newest first.
func (s *Store) CustomerNotes(ctx context.Context, id string) ([]models.CustomerNote, error) {
	if !isKey(id) {
		return nil, nil
	}
	query := "SELECT id, '', who, text, created_at FROM customer_notes WHERE customer = ? UNION ALL " +
		"SELECT n.id, n.order_id, n.who, n.text, n.created_at FROM orders o JOIN notes n ON n.order_id = o.id WHERE o.customer = ? " +
		"ORDER BY 5 DESC, 1 DESC LIMIT ?"
	list, err := collect(ctx, s, query, []any{id, id, maxCustomerNotes}, func(rows *sql.Rows) (n models.CustomerNote, err error) {
		err = rows.Scan(&n.ID, &n.OrderID, &n.Who, &n.Text, nullTime{&n.CreatedAt})
		n.Customer = id
		return n, err
	})
	return list, wrap("read a customer's notes", err)
}

// renameCustomer gives the notes about a customer to the same person under another key.
func (s *Store) renameCustomer(ctx context.Context, was, is string) error {
	if was == "" || was == is {
		return nil
	}
	_, err := s.exec(ctx, "UPDATE customer_notes SET customer = ? WHERE customer = ?", is, was)
	return err
}
