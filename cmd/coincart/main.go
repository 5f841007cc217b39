// Command coincart runs and maintains a shop. One program serves the shop, prepares its database and keys, and emulates the exchange for
// trials and tests. Without arguments and settings it runs the demo.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/templates/i18n"
)

func main() {
	gin.DebugPrintFunc = func(string, ...any) {} // of the whole process: gin would print its routes
	os.Exit(run(signalContext(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// signalContext returns a context that the first signal ends, which asks for an orderly end. A second signal ends the process at once, with the
// exit code that a shell gives to a process killed by that signal.
func signalContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		code := 128
		if number, ok := (<-signals).(syscall.Signal); ok {
			code += int(number)
		}
		os.Exit(code)
	}()
	return ctx
}

// Exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1 // the command failed, or found what it looks for
	exitUsage  = 2 // the command line is invalid

	exitNotDone = 2 // a command that looks for faults could not look
)

// commands is the command line.
type commands struct {
	Serve       serveCmd       `cmd:"" default:"withargs" help:"Run the shop. Without COINCART_PLATFORM_URL, run the demo."`
	Sandbox     sandboxCmd     `cmd:"" help:"Run the sandbox exchange: the same API, without real coins."`
	Migrate     migrateCmd     `cmd:"" help:"Migrate the database: up, down or status."`
	Keygen      keygenCmd      `cmd:"" help:"Create a key pair and print the public key to register at the exchange."`
	Doctor      doctorCmd      `cmd:"" help:"Check everything the shop needs and say how to fix problems. Exit code 0: the shop can take payments, 1: it cannot."`
	Seed        seedCmd        `cmd:"" help:"Load the demo catalogue into the database. Existing entries are updated, stock is kept."`
	Products    productsCmd    `cmd:"" help:"Import and export products as CSV."`
	Staff       staffCmd       `cmd:"" help:"Manage back office accounts: list, add, invite, disable, change roles, reset."`
	Link        linkCmd        `cmd:"" help:"Manage payment links: list, create, end."`
	Key         keyCmd         `cmd:"" help:"Manage the keys with which other programs use the API: list, create, end."`
	Webhook     webhookCmd     `cmd:"" help:"Look at webhooks and their deliveries: list, show."`
	Reconcile   reconcileCmd   `cmd:"" help:"Compare one day of the exchange's statement with the shop's records. Exit code 0: balanced or explained, 1: open discrepancies, 2: could not run."`
	Audit       auditCmd       `cmd:"" help:"Verify the audit log."`
	Envelope    envelopeCmd    `cmd:"" help:"Encrypt or decrypt messages of the exchange's API, to debug an integration."`
	Conform     conformCmd     `cmd:"" help:"Compare an exchange, or a merchant, with what the payment API needs."`
	Invariants  invariantsCmd  `cmd:"" help:"Check the database against the rules for money and stock. Exit code 0: all hold, 1: some do not, or could not be checked."`
	Healthcheck healthcheckCmd `cmd:"" help:"Check whether a running shop is ready (for containers). Exit code 0: ready, 1: not ready."`
}

// console is the input and output of a command.
type console struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // logs and errors
}

// run runs the program with the given arguments until the command is done or ctx ends, and returns the exit code. Settings that the
// arguments leave open come from getenv.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	return execute(ctx, args, getenv, console{in: os.Stdin, out: stdout, err: stderr})
}

func execute(ctx context.Context, args []string, getenv func(string) string, con console) int {
	var cli commands
	exited, code := false, exitOK
	parser, err := newParser(&cli, getenv,
		kong.Writers(con.out, con.err),
		kong.Exit(func(c int) { exited, code = true, c }),
	)
	if err != nil {
		fmt.Fprintln(con.err, "coincart: "+err.Error())
		return exitFailed
	}
	selected, err := parser.Parse(args)
	if exited { // --help was printed
		return code
	}
	if err != nil {
		fmt.Fprintf(con.err, "coincart: %s\nTry: coincart --help\n", err)
		return exitUsage
	}
	selected.BindTo(ctx, (*context.Context)(nil))
	err = selected.Run(con)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	}
	fmt.Fprintln(con.err, "coincart: "+err.Error())
	if errors.Is(err, errNotDone) {
		return exitNotDone
	}
	return exitFailed
}

// errReported is returned by a command that has already printed what is wrong.
var errReported = errors.New("reported")

// errNotDone marks the failure of a command that looks for faults and could not look, so that scripts do not take it for a fault.
var errNotDone = errors.New("not done")

// notDoneError wraps an error as errNotDone without changing its text.
type notDoneError struct{ error }

func (e notDoneError) Unwrap() error        { return e.error }
func (e notDoneError) Is(target error) bool { return target == errNotDone }

// notDone marks an error with errNotDone.
func notDone(err error) error {
	if err == nil || errors.Is(err, errReported) {
		return err
	}
	return notDoneError{err}
}

// newParser returns the parser of the command line. It takes the environment from getenv only, so that tests need not change the process's.
// An empty variable counts as not set.
func newParser(cli *commands, getenv func(string) string, options ...kong.Option) (*kong.Kong, error) {
	environment := kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if value := getenv(name); value != "" {
				return value, nil
			}
		}
		return nil, nil //nolint:nilnil // for kong this means that the source has no value
	})
	parser, err := kong.New(cli, append([]kong.Option{
		kong.Name("coincart"),
		kong.Description("A storefront and checkout that takes payments through an exchange's Open Platform."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(describeFlag),
		kong.Resolvers(environment),
		kong.Vars{"languages": languageTags()},
	}, options...)...)
	if err != nil {
		return nil, fmt.Errorf("build the command line: %w", err)
	}
	// kong itself would read the process's environment; the help shows the names in flag.Envs.
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			flag.Tag.Envs = nil
		}
		return next(nil)
	})
	if err != nil {
		return nil, fmt.Errorf("build the command line: %w", err)
	}
	return parser, nil
}

// counted returns a number with the singular or plural of what it counts.
func counted[N int | int64](n N, one, other string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, other)
}

// languageTags returns the languages of the shop, for flags that take one.
func languageTags() string {
	var tags []string
	for _, language := range i18n.Languages() {
		tags = append(tags, language.Tag)
	}
	return strings.Join(tags, ", ")
}

// describeFlag returns a flag's line in the help: its meaning, default and variable.
func describeFlag(value *kong.Value) string {
	text := value.Help
	if value.HasDefault && value.Default != "" {
		text += " Default: " + value.Default + "."
	}
	if value.Flag != nil && len(value.Flag.Envs) > 0 {
		text += " ($" + strings.Join(value.Flag.Envs, ", $") + ")"
	}
	return text
}
