package store

import (
	"reflect"
	"time"

	"github.com/coincart/coincart/models"
)

// The tables whose statements take their columns from the row type. Arguments of tableOf are fixed columns.
var (
	categoryTable        = tableOf[models.Category]()
	storedCategoryTable  = tableOf[storedCategory]()
	productTable         = tableOf[models.Product]("created_at")
	storedProductTable   = tableOf[storedProduct]("created_at")
	variantTable         = tableOf[models.Variant]("product_id", "on_hand", "reserved", "sold") // movements alone change the stock
	pictureTable         = tableOf[models.Picture]("product_id", "position")
	productCategoryTable = tableOf[productCategory]()
	productTagTable      = tableOf[productTag]()
	slugRedirectTable    = tableOf[slugRedirect]()
	searchTermTable      = tableOf[searchTerm]()
	fetchedPictureTable  = tableOf[models.FetchedPicture]()
	importChunkTable     = tableOf[models.ImportChunk]()
	importProblemTable   = tableOf[models.ImportProblem]()
	importPictureTable   = tableOf[models.ImportPicture]()

	searchTextTable  = tableOf[searchText]()
	searchGramTable  = tableOf[searchGram]()
	searchSpaceTable = tableOf[searchSpace]()
	customerTable    = tableOf[customer]()
	customerSumTable = tableOf[customerSum]()

	movementTable    = tableOf[models.StockMovement]()
	stockCountTable  = tableOf[models.StockCount]()
	countLineTable   = tableOf[stockCountLine]()
	reservationTable = tableOf[models.Reservation]()

	priceSourceTable = tableOf[models.PriceSource]("created_at")
	rateTable        = tableOf[models.Rate]()
	coinTable        = tableOf[models.Coin]("due_at", "lease", "version")
	couponTable      = tableOf[models.Coupon]("uses", "created_at")
	zoneTable        = tableOf[models.Zone]("position")
	zonePlaceTable   = tableOf[zonePlace]()
	methodTable      = tableOf[models.DeliveryMethod]("zone_id")

	sessionTable      = tableOf[models.Session]("created_at")
	cartTable         = tableOf[models.Cart]()
	orderTable        = tableOf[models.Order]()
	orderLineTable    = tableOf[models.OrderLine]()
	addressTable      = tableOf[orderAddress]()
	attemptTable      = tableOf[models.Attempt]()
	evidenceTable     = tableOf[models.Evidence]()
	transitionTable   = tableOf[models.Transition]()
	reviewTable       = tableOf[models.Review]()
	refundTable       = tableOf[models.Refund]()
	shipmentTable     = tableOf[models.Shipment]()
	shipmentLineTable = tableOf[models.ShipmentLine]()
	inboxTable        = tableOf[models.InboxMessage]()

	apiKeyTable   = tableOf[models.APIKey]("digest", "shown", "live", "created_by", "created_at", "used_at", "used_from")
	checkoutTable = tableOf[models.Checkout]()
	linkTable     = tableOf[models.PaymentLink]("slug", "key_id", "uses", "created_at")
	answerTable   = tableOf[models.Answer]()
	eventTable    = tableOf[models.Event]()

	endpointTable    = tableOf[models.WebhookEndpoint]("key_id", "created_at", "state", "reason", "state_since", "failing_since", "tried_at", "delivered_at")
	deliveryTable    = tableOf[models.Delivery]()
	deliveryTryTable = tableOf[models.DeliveryTry]()

	statementLineTable    = tableOf[models.StatementLine]()
	bookDayTable          = tableOf[models.BookDay]()
	discrepancyTable      = tableOf[models.Discrepancy]()
	discrepancyEventTable = tableOf[models.DiscrepancyEvent]()
	dayFigureTable        = tableOf[dayFigure]()
	daySumTable           = tableOf[daySum]()

	settingTable       = tableOf[setting]()
	settingGroupTable  = tableOf[settingGroup]()
	retentionMarkTable = tableOf[retentionMark]()
	mailSlotTable      = tableOf[mailSlot]()
	staffAlertTable    = tableOf[models.StaffAlert]("told_until", "mailed_at") // Tell alone changes them
	staffTable         = tableOf[models.Staff]()
	staffSessionTable  = tableOf[models.StaffSession]()
)

// Rows that are of no use outside this package.
type (
	// storedCategory is a category with what finds all that is below it.
	storedCategory struct {
		models.Category
		Path string `ascii:"190"` // see pathOf
	}
	// storedProduct is a product with what lists and searches read of it, which follows from the rest.
	storedProduct struct {
		models.Product
		models.CardPrices
		CardTexts     models.Texts `text:"medium"` // titles and summaries of Product.Texts
		SearchText    string       `text:"medium"` // all words (see productTerms)
		SearchVersion int
	}
	productCategory struct {
		ProductID  string `ascii:"36"`
		CategoryID string `ascii:"36"`
		Position   int
	}
	productTag struct {
		Tag       string `text:"100"`
		ProductID string `ascii:"36"`
		Position  int
	}
	// slugRedirect is an address that a product or a category had once.
	slugRedirect struct {
		Kind      string `gorm:"primaryKey" ascii:"16"`
		Slug      string `gorm:"primaryKey" text:"190"`
		TargetID  string `ascii:"36"`
		CreatedAt time.Time
	}
	searchTerm struct {
		Term      string `text:"64"`
		ProductID string `ascii:"36"`
		Weight    int
	}
	stockCountLine struct {
		CountID   string `ascii:"36"`
		VariantID string `ascii:"36"`
		Position  int
		Expected  int
		Counted   *int
		CountedAt time.Time `gorm:"default:null"`
	}
	setting struct {
		Name   string `gorm:"primaryKey" text:"100"`
		Value  string `text:"medium"`
		Sealed []byte
	}
	settingGroup struct {
		Name      string `gorm:"primaryKey" ascii:"32"`
		Version   int
		ChangedAt time.Time
		Who       string `text:"254"`
	}
	retentionMark struct {
		Name      string `gorm:"primaryKey" ascii:"64"`
		DoneUntil time.Time
	}
	counter struct {
		Day   string `ascii:"10"`
		Name  string `text:"100"`
		Value int64
	}
	couponShopper struct {
		CouponID string `ascii:"36"`
		Shopper  string `ascii:"64"`
		Uses     int
	}
	zonePlace struct {
		Country string `ascii:"2"`
		Region  string `ascii:"16"`
		ZoneID  string `ascii:"36"`
	}
	orderAddress struct {
		OrderID string `ascii:"36"`
		models.Address
		CreatedAt time.Time
	}
	throttle struct {
		ID           string `ascii:"64"`
		Failures     int
		FailedAt     time.Time
		BlockedUntil time.Time `gorm:"default:null"`
	}
	requestCount struct {
		ID      string `ascii:"64"`
		Used    int
		BeganAt time.Time
	}
	sequence struct {
		Name string `gorm:"primaryKey" ascii:"32"`
		Last int
	}
	// mailSlot is one of the places that a mailbox has for mails about unpaid orders.
	mailSlot struct {
		ID       string `ascii:"64"`
		OutboxID string `ascii:"36"`
		TakenAt  time.Time
	}
	alert struct {
		Kind    models.AlertKind `gorm:"primaryKey" ascii:"16"`
		Subject string           `gorm:"primaryKey" ascii:"36"`
		Since   time.Time
	}
	dayFigure struct {
		Zone      string `gorm:"primaryKey" ascii:"64"`
		Day       string `gorm:"primaryKey" ascii:"10"`
		Orders    int
		Converted int
		Paid      int
		Uncalled  int
		Waits     models.Histogram `text:"medium"`
		Lags      models.Histogram `text:"medium"`
		UpdatedAt time.Time
	}
	daySum struct {
		Zone   string `ascii:"64"`
		Day    string `ascii:"10"`
		Kind   string `ascii:"16"`
		Symbol string `text:"32"`
		Count  int
		Amount models.Amount
	}
)

// rowTypes are the tables of all types whose values are rows.
var rowTypes = describe(
	storedCategory{}, models.Category{}, storedProduct{}, models.Product{}, models.Variant{}, models.Picture{}, productCategory{}, productTag{},
	slugRedirect{}, searchTerm{}, models.Media{}, models.MediaFile{}, models.FetchedPicture{},
	models.Import{}, models.ImportChunk{}, models.ImportProblem{}, models.ImportPicture{},
	models.StockMovement{}, models.StockCount{}, stockCountLine{}, models.Reservation{},
	models.PriceSource{}, models.Coin{}, models.Rate{}, models.Coupon{}, models.CouponUse{}, couponShopper{},
	models.Zone{}, zonePlace{}, models.DeliveryMethod{}, models.Session{}, models.Cart{}, models.CartLine{},
	models.Order{}, models.OrderLine{}, orderAddress{}, unpaidHolder{}, models.Attempt{}, models.Evidence{}, models.Transition{}, models.Review{},
	models.InboxMessage{}, models.OutboxMessage{}, models.Refund{}, models.RefundLine{}, models.Shipment{}, models.ShipmentLine{}, models.Note{},
	models.Statement{}, models.StatementPage{}, models.StatementLine{}, models.BookDay{}, models.Discrepancy{}, models.DiscrepancyEvent{}, dayFigure{}, daySum{},
	searchText{}, searchGram{}, searchSpace{}, unindexedOrder{}, customer{}, customerSum{}, models.CustomerNote{},
	models.Task{}, models.TaskRow{}, models.TaskChunk{}, setting{}, settingGroup{}, retentionMark{}, counter{}, sequence{},
	models.Staff{}, models.StaffSession{}, models.StaffDevice{}, models.Invitation{}, throttle{}, requestCount{}, models.SecurityCount{}, models.AuditEntry{},
	mailSlot{}, alert{}, models.StaffAlert{},
	models.APIKey{}, models.Pairing{}, models.Checkout{}, models.PaymentLink{}, models.Answer{}, models.Event{},
	models.WebhookEndpoint{}, models.Delivery{}, models.DeliveryTry{},
)

// rowType is what all rows of a type have in common.
type rowType struct {
	table   string
	columns []column
}

func describe(rows ...any) map[reflect.Type]rowType {
	types := make(map[reflect.Type]rowType, len(rows))
	for _, row := range rows {
		t := reflect.TypeOf(row)
		types[t] = rowType{naming().TableName(t.Name()), readColumns(t)}
	}
	return types
}

// widths are the text columns of all tables, by table and name.
var widths = func() map[string]map[string]width {
	all := map[string]map[string]width{}
	for _, row := range rowTypes {
		if all[row.table] == nil {
			all[row.table] = map[string]width{}
		}
		for _, c := range row.columns {
			if c.width.max > 0 {
				all[row.table][c.name] = c.width
			}
		}
	}
	return all
}()
