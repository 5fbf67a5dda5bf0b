package testlib

import (
	"errors"
	"testing"
	"unsafe"

	"fficheck.local/batch/ffirt"
)

// host sets a closure as generated code does.
func host(t *testing.T, i *ffirt.Instance, f func(uint64) (uint64, error)) {
	t.Helper()
	err := i.SetHost(0, func(call ffirt.HostCall, req unsafe.Pointer, n uintptr) {
		arg := *(*uint64)(ffirt.Sized(req, n, 8))
		go func() {
			answer := call.Answer()
			defer answer.End()
			if !answer.Wanted() {
				return
			}
			if result, err := f(arg); answer.Ok(err) {
				*(*uint64)(answer.Place(8)) = result
			}
		}()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheHostIsAskedAndItsSecondAnswerDropped(t *testing.T) {
	i := open(t)
	host(t, i, func(n uint64) (uint64, error) { return n + 1, nil })
	before := ffirt.ReadStats().Dropped
	for n := range uint64(50) {
		for _, method := range []uint32{Ask, AskTwice, AskStranger} {
			if got, err := number(i, method, n); got != n+1 || err != nil {
				t.Fatalf("%d: %d, %v", n, got, err)
			}
		}
	}
	// One of two answers to the same call, and one request for a stranger.
	settled(t, "dropped", before+100, func(s ffirt.Stats) int64 { return s.Dropped })
	settled(t, "host calls", 0, func(s ffirt.Stats) int64 { return s.LiveHostCalls })
}

func TestAMalformedRequestFailsItsCallOnly(t *testing.T) {
	i := open(t)
	host(t, i, func(n uint64) (uint64, error) { return n, nil })
	before := ffirt.ReadStats().Malformed
	if _, err := number(i, AskNull, 1); err == nil || err.Error() != "the host failed" {
		t.Error(err)
	}
	if got, err := number(i, Ask, 5); got != 5 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	settled(t, "malformed", before+1, func(s ffirt.Stats) int64 { return s.Malformed })
	settled(t, "host calls", 0, func(s ffirt.Stats) int64 { return s.LiveHostCalls })
}

// The library has taken the function before it was cleared, and calls it after.
func TestAClearedHostFunctionAnswersThatItIsNotThere(t *testing.T) {
	i := open(t)
	host(t, i, func(n uint64) (uint64, error) { return n, nil })
	late := Keep()
	if err := i.SetHost(0, nil); err != nil {
		t.Fatal(err)
	}
	late()
	if _, err := number(i, Ask, 1); err == nil || err.Error() != "the host failed" {
		t.Error(err)
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	settled(t, "host functions", 0, func(s ffirt.Stats) int64 { return s.LiveHosts })
	if err := i.SetHost(0, func(ffirt.HostCall, unsafe.Pointer, uintptr) {}); !errors.Is(err, ffirt.ErrClosed) {
		t.Error(err)
	}
	settled(t, "host functions", 0, func(s ffirt.Stats) int64 { return s.LiveHosts })
}

func TestARemovedListenerHearsNothingThoughTheLibraryTells(t *testing.T) {
	i := open(t)
	heard := make(chan uint64, 10)
	remove, err := i.Listen(0, func(msg unsafe.Pointer, n uintptr) func() {
		event := *(*uint64)(ffirt.Sized(msg, n, 8))
		return func() { heard <- event }
	})
	if err != nil {
		t.Fatal(err)
	}
	before := ffirt.ReadStats().Malformed
	for _, method := range []uint32{Tell, TellBadly} {
		if _, err := number(i, method, 7); err != nil {
			t.Fatal(err)
		}
		if event := <-heard; event != 7 {
			t.Errorf("heard %d", event)
		}
	}
	settled(t, "malformed", before+1, func(s ffirt.Stats) int64 { return s.Malformed })
	remove()
	if _, err := number(i, Tell, 8); err != nil {
		t.Fatal(err)
	}
	select {
	case event := <-heard:
		t.Errorf("heard %d after remove", event)
	default:
	}
	settled(t, "listeners", 0, func(s ffirt.Stats) int64 { return s.LiveListeners })
}
