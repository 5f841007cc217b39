package models

import "time"

// Task is work of the back office that takes longer than a page: it is stored, done by a worker of any replica, shows its progress and
// survives a reload.
type Task struct {
	ID        string
	Kind      TaskKind
	State     TaskState
	Params    string // JSON, see the kind's code
	Done      int
	Total     int    // 0: not known yet
	Problem   string // a Remark: why it failed
	StaffID   string
	Who       string
	FormToken string // the form that asked for it; unique: a second click is the same task
	FileName  string // of an export, when it is done
	FileType  string
	FileSize  int64
	CreatedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time `gorm:"default:null"`
	DueAt     time.Time `gorm:"default:null"`
	Lease     string
	Tries     int
}

// TaskKind names what is done.
type TaskKind string

// The kinds of tasks.
const (
	TaskCancel    TaskKind = "cancel"    // cancel attempts at the platform
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
	TaskID   string
	Position int    // from 1
	Subject  string // an order's ref, an attempt's id
	OrderID  string
	Outcome  string // cancelled, paid, unknown, failed
	Note     string
}

// TaskChunk is a piece of an export's file, so that any replica can give it out.
type TaskChunk struct {
	TaskID string
	Number int // from 1
	Data   []byte
}

// Note is what staff wrote on an order.
type Note struct {
	ID        string
	OrderID   string
	StaffID   string
	Who       string
	Text      string
	CreatedAt time.Time
}
