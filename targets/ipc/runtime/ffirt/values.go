// Package ffirt is what generated clients need at run time: the connection to a server, and values as
// CBOR. It knows no schema.
package ffirt

import (
	"errors"
	"fmt"
	"strconv"
)

// ErrClosed is the error of every call on a client after Close.
var ErrClosed = errors.New("client is closed")

// ErrLost is what the error of every call on a connection that broke is, by errors.Is.
var ErrLost = errors.New("connection lost")

// Origin says who an error text comes from.
type Origin uint8

const (
	// Failed: the library accepted the call and failed.
	Failed Origin = iota
	// Declared: the function's own error, of a result<T, string>. The wire delivers it as it delivers
	// failures, so a failure while such a function runs is Declared too.
	Declared
	// Refused: the server or the library did not accept the call.
	Refused
)

// Error is an error that the server reported, with its text.
type Error struct {
	Text   string
	Origin Origin
}

func (e *Error) Error() string { return e.Text }

// ErrValue is the error of a function that declares result<T, E>, with the E that the library gave.
type ErrValue[E any] struct {
	Value E
}

func (e *ErrValue[E]) Error() string { return fmt.Sprintf("declared error: %+v", e.Value) }

// Result is a result<T, E>. A side without type is struct{}.
type Result[T, E any] struct {
	IsErr bool
	Ok    T // the zero value where IsErr
	Err   E // the zero value unless IsErr
}

// Outcome is the result as functions of Go give it.
func (r Result[T, E]) Outcome() (T, error) {
	if r.IsErr {
		return r.Ok, &ErrValue[E]{r.Err}
	}
	return r.Ok, nil
}

// CaseName is the name of an enum's case.
func CaseName(names []string, index uint32) string {
	if int(index) < len(names) {
		return names[index]
	}
	return "case " + strconv.Itoa(int(index))
}
