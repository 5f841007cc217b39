package models

import "time"

// Task is work of the back office that takes longer than a page: it is stored, done by a worker of any replica, shows its progress and
// survives a reload.
type Task struct {
	ID        string    `ascii:"36"`
	Kind      TaskKind  `ascii:"16"`
	State     TaskState `ascii:"16"`
	Params    string    `text:"medium"` // JSON, see the kind's code
	Done      int
	Total     int    // 0: not known yet
	Problem   string `text:"500"` // a Remark: why it failed
	StaffID   string `ascii:"36"`
	Who       string `text:"254"`
	FormToken string `ascii:"64"` // the form that asked for it; unique: a second click is the same task
	FileName  string `text:"255"` // of an export, when it is done
	FileType  string `text:"100"`
	FileSize  int64
	CreatedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time `gorm:"default:null"`
	DueAt     time.Time `gorm:"default:null"`
	Lease     string    `ascii:"64"`
	Tries     int
}

// TaskKind names what is done.
type TaskKind string

// The kinds of tasks.
const (
	TaskCancel    TaskKind = "cancel"    // cancel attempts at the platform
	TaskFulfil    TaskKind = "fulfil"    // mark orders as handed over
	TaskStatement TaskKind = "statement" // fetch and reconcile one day
	TaskExport    TaskKind = "export"    // write a file

	TaskImportCheck    TaskKind = "import_check"    // check a file of products
	TaskImport         TaskKind = "import"          // import it
	TaskImportPictures TaskKind = "import_pictures" // fetch its pictures
	TaskExportProducts TaskKind = "export_products" // write a file of products
)

// TaskState is how far a task has come.
type TaskState string

// The states of a task.
const (
	TaskWaiting TaskState = "waiting"
	TaskRunning TaskState = "running"
	TaskDone    TaskState = "done"
	TaskFailed  TaskState = "failed"
	TaskStopped TaskState = "stopped"
)

// TaskRow is the result of one item of a task.
type TaskRow struct {
	TaskID   string `ascii:"36"`
	Position int    // from 1
	Subject  string `text:"190"` // an order's number, an attempt's id
	OrderID  string `ascii:"36"`
	Outcome  string `ascii:"32"` // cancelled, paid, unknown, failed
	Note     string `text:"1000"`
}

// TaskChunk is a piece of an export's file, so that any replica can give it out.
type TaskChunk struct {
	TaskID string `ascii:"36"`
	Number int    // from 1
	Data   []byte
}

// Note is what staff wrote on an order.
type Note struct {
	ID        string `ascii:"36"`
	OrderID   string `ascii:"36"`
	StaffID   string `ascii:"36"`
	Who       string `text:"254"`
	Text      string `text:"medium"`
	CreatedAt time.Time
}
