package ffirt

import (
	"errors"
	"fmt"
)

// ErrClosed is what the error of every call on a client after Close is, by errors.Is, and of those that
// were pending; its text is the library's own.
var ErrClosed = errors.New("client is closed")

// Origin says who an error text comes from.
type Origin uint8

const (
	// Failed: the library accepted the call and failed.
	Failed Origin = iota
	// Declared: the function's own error, of a result<T, string>. The ABI delivers it as it delivers
	// the library's failures, so a failure while such a function runs is Declared too.
	Declared
	// Refused: the library did not accept the call.
	Refused
)

// Error is an error that the library reported, with its text.
type Error struct {
	Text   string
	Origin Origin
	closed bool
}

func (e *Error) Error() string { return e.Text }

// Is says that the error of a call on a closed client is ErrClosed.
func (e *Error) Is(target error) bool { return target == ErrClosed && e.closed }

// ErrValue is the error of a function that declares result<T, E>, with the E that the library gave.
type ErrValue[E any] struct {
	Value E
}

func (e *ErrValue[E]) Error() string { return fmt.Sprintf("declared error: %+v", e.Value) }

// Result is a result<T, E> inside other types. A side without type is struct{}.
type Result[T, E any] struct {
	IsErr bool
	Ok    T // the zero value where IsErr
	Err   E // the zero value unless IsErr
}

// Declare makes the error of a host function that declares result<T, E>.
func Declare[E any](value E) error { return &ErrValue[E]{value} }
