package check

import (
	"errors"
	"fmt"

	"fficheck.local/batch/ffirt"
)

// Role is what the callee does for a function: section 5 of docs/value-stream.md.
type Role uint8

const (
	RoleConsume Role = iota
	RoleProduce
	RoleEcho
	RoleCall
)

// Schema is one schema of a batch as generated code describes it.
type Schema struct {
	Library *ffirt.Library
	// Open makes a client; a constructor's arguments come from the stream.
	Open      func(g *Stream) (any, error)
	Close     func(client any) error
	Instance  func(client any) *ffirt.Instance
	Functions []Function
	// Types: enums, flags and variants, which reflection alone does not know.
	Types []Type
}

// Function is one function of a schema.
type Function struct {
	Name string
	Role Role
	// Method is the method as a function of the client and the arguments; nil for a constructor.
	Method any
	// Trial draws arguments and sends them, by the protocol of Trial.
	Trial func(client any, t *Trial)
	// Expect draws the function's result; nil where it has none.
	Expect func(g *Stream, h *Witness) (isErr bool)
	// Declares: the result is a result<T, E>, so an error of the method may be a value.
	Declares bool
}

// Fn describes a function.
func Fn(name string, role Role, declares bool, method any, trial func(any, *Trial), expect func(*Stream, *Witness) bool) Function {
	return Function{name, role, method, trial, expect, declares}
}

// Trial is one value sent through one function. Generated code draws the arguments from Stream, calls
// Sent with their witness, the method as long as More says, Held after each call, and After with the
// witness of the arguments it then has.
type Trial struct {
	Stream *Stream
	// IsErr: the argument of an echo is an err.
	IsErr bool

	function *Function
	seed     uint64 // of the value
	produce  bool   // the law is produce: the argument is the seed
	repeat   bool   // the law is repeat: twice, and the arguments must not change
	sends    int

	word     uint64 // argument of a produce function
	args     Witness
	expected Witness
	results  bool
	failure  string
}

// Law says how a trial draws its arguments and how often it sends them.
type Law struct {
	Produce bool
	Repeat  bool
}

// Run tries the value of that seed. It gives an empty string where the law held.
func (t *Trial) Run(f *Function, client any, law Law, seed uint64) (failure string) {
	*t = Trial{Stream: NewStream(seed), function: f, seed: seed, produce: law.Produce, repeat: law.Repeat, sends: 1}
	if law.Repeat {
		t.sends = 2
	}
	defer func() {
		if r := recover(); r != nil {
			failure = fmt.Sprintf("panic: %v", r)
		}
	}()
	f.Trial(client, t)
	return t.failure
}

// Digest is what the value adds to the digest of a run.
func (t *Trial) Digest() uint64 {
	if t.produce {
		return uint64(t.expected)
	}
	return uint64(t.args)
}

// Word draws the argument of a produce function.
func (t *Trial) Word() uint64 {
	t.word = t.seed
	if !t.produce {
		t.word = t.Stream.Uint64()
	}
	return t.word
}

// Sent says what the arguments are.
func (t *Trial) Sent(args Witness) {
	t.args = args
	t.expected = NewWitness
	switch t.function.Role {
	case RoleConsume:
		t.expected.Add(uint64(args))
		t.results = true
	case RoleEcho:
		t.expected = args
		t.results = true
	case RoleProduce:
		t.expect(t.word)
	case RoleCall:
		t.expect(uint64(args))
	}
}

func (t *Trial) expect(seed uint64) {
	if t.function.Expect != nil {
		t.IsErr = t.function.Expect(NewStream(seed), &t.expected)
		t.results = true
	}
}

// More says whether to send the arguments (again).
func (t *Trial) More() bool {
	t.sends--
	return t.sends >= 0
}

// OK is whether a call without declared error succeeded.
func (t *Trial) OK(err error) bool {
	if err != nil {
		t.fail("the call failed: " + err.Error())
	}
	return err == nil
}

// Held compares the witness of a result.
func (t *Trial) Held(seen Witness) {
	if t.results && seen != t.expected {
		t.fail(fmt.Sprintf("witness of the result %#016x, expected %#016x", uint64(seen), uint64(t.expected)))
	}
}

// After compares the arguments with what they were.
func (t *Trial) After(args Witness) {
	if args != t.args {
		t.fail(fmt.Sprintf("the call changed its caller's arguments: witness %#016x, was %#016x", uint64(args), uint64(t.args)))
	}
}

func (t *Trial) fail(text string) {
	if t.failure == "" {
		t.failure = text
	}
}

// DeclaredText is the text of an err of result<T, string>.
func DeclaredText(err error) (string, bool) {
	var e *ffirt.Error
	if errors.As(err, &e) && e.Origin == ffirt.Declared {
		return e.Text, true
	}
	return "", false
}

// Declared is the value of an err of result<T, E>.
func Declared[E any](err error) (value E, ok bool) {
	var e *ffirt.ErrValue[E]
	if errors.As(err, &e) {
		return e.Value, true
	}
	return value, false
}
