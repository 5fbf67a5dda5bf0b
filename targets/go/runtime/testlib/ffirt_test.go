package testlib

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"fficheck.local/batch/ffirt"
)

func open(t testing.TB) *ffirt.Instance {
	t.Helper()
	call := ffirt.Bind(Table()).Begin()
	instance, err := call.Create(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { instance.Close() })
	return instance
}

func number(i *ffirt.Instance, method uint32, n uint64) (uint64, error) {
	call := i.Begin(method)
	args := (*uint64)(call.Alloc(8))
	*args = n
	return call.DoUint64(context.Background(), unsafe.Pointer(args))
}

func text(i *ffirt.Instance, s string) (string, error) {
	call := i.Begin(Text)
	args := (*ffirt.Slice)(call.Alloc(16))
	*args = call.String(s)
	return call.DoText(context.Background(), unsafe.Pointer(args))
}

// settled waits until a counter has the value that it must reach.
func settled(t *testing.T, what string, want int64, read func(ffirt.Stats) int64) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for read(ffirt.ReadStats()) != want {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %d, want %d", what, read(ffirt.ReadStats()), want)
		}
		runtime.Gosched()
	}
}

func TestManyCallersGetTheirOwnAnswers(t *testing.T) {
	i := open(t)
	var group sync.WaitGroup
	for g := range uint64(64) {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := range uint64(50) {
				n := g<<32 | k
				if got, err := number(i, Echo, n); got != n || err != nil {
					t.Errorf("%d: %d, %v", n, got, err)
				}
			}
		}()
	}
	group.Wait()
	if s := ffirt.ReadStats(); s.LiveSlots != 0 || s.LiveArenas != 0 {
		t.Errorf("%+v", s)
	}
}

func TestSecondCompletionsAndThoseOfStrangersAreDropped(t *testing.T) {
	i := open(t)
	before := ffirt.ReadStats().Stray
	for n := range uint64(50) {
		for _, method := range []uint32{Twice, Stranger} {
			if got, err := number(i, method, n); got != n || err != nil {
				t.Fatalf("%d: %d, %v", n, got, err)
			}
		}
	}
	settled(t, "stray completions", before+100, func(s ffirt.Stats) int64 { return s.Stray })
}

func TestProgressCompletesNothing(t *testing.T) {
	before := ffirt.ReadStats().Progress
	if got, err := number(open(t), Progress, 5); got != 5 || err != nil {
		t.Fatalf("%d, %v", got, err)
	}
	if after := ffirt.ReadStats().Progress; after != before+2 {
		t.Errorf("%d reports", after-before)
	}
}

func TestErrorsKeepTextAndOrigin(t *testing.T) {
	i := open(t)
	for _, c := range []struct {
		method uint32
		text   string
		origin ffirt.Origin
	}{
		{RefuseText, "context destroyed", ffirt.Refused},
		{RefuseMute, "the library refused the call (code 2)", ffirt.Refused},
		{Fail, "no\x00way", ffirt.Failed},
	} {
		_, err := number(i, c.method, 1)
		var e *ffirt.Error
		if !errors.As(err, &e) || e.Text != c.text || e.Origin != c.origin {
			t.Errorf("%+v: %#v", c, err)
		}
	}
	if s := ffirt.ReadStats(); s.LiveSlots != 0 || s.LiveArenas != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAMalformedResultIsAnError(t *testing.T) {
	i := open(t)
	number(i, Echo, 7) // in the same slot
	n, err := number(i, Short, 1)
	if n != 0 || err == nil || !strings.Contains(err.Error(), "malformed") {
		t.Error(n, err)
	}
}

func TestTextArrivesWholeWhateverItsSize(t *testing.T) {
	i := open(t)
	for _, s := range []string{"", "a\x00b", strings.Repeat("x", 4095), strings.Repeat("é", 1<<20)} {
		if got, err := text(i, s); got != s || err != nil {
			t.Errorf("%d bytes: %d bytes, %v", len(s), len(got), err)
		}
	}
}

func TestAClosedInstanceRefusesAndClosesOnce(t *testing.T) {
	before := Live()
	i := open(t)
	if err := i.Close(); err != nil {
		t.Error(err)
	}
	if err := i.Close(); !errors.Is(err, ffirt.ErrClosed) {
		t.Errorf("the second Close: %v", err)
	}
	if _, err := number(i, Echo, 1); !errors.Is(err, ffirt.ErrClosed) || err.Error() != "context destroyed" {
		t.Error(err)
	}
	if Live() != before {
		t.Errorf("%d contexts, had %d", Live(), before)
	}
}

func TestAFailedConstructorLeavesNoContext(t *testing.T) {
	before := Live()
	for _, how := range []uint64{1, 2} {
		call := ffirt.Bind(Table()).Begin()
		args := (*uint64)(call.Alloc(8))
		*args = how
		i, err := call.Create(unsafe.Pointer(args))
		if i != nil || err == nil || err.Error() != "no luck" {
			t.Errorf("%v, %v", i, err)
		}
	}
	if Live() != before {
		t.Errorf("%d contexts, had %d", Live(), before)
	}
}

func TestArgumentsThatNoTypeHasAreRefused(t *testing.T) {
	i := open(t)
	for name, lower := range map[string]func(a *ffirt.Arena){
		"surrogate": func(a *ffirt.Arena) { a.Char(0xD800) },
		"case":      func(a *ffirt.Arena) { a.Case(3, 3) },
		"NUL":       func(a *ffirt.Arena) { a.CString("a\x00b") },
	} {
		call := i.Begin(Echo)
		lower(call.Arena)
		if err := call.Do(context.Background(), nil, nil, ffirt.ReceiveNothing); err == nil {
			t.Error(name)
		}
	}
	if s := ffirt.ReadStats(); s.LiveArenas != 0 {
		t.Errorf("%+v", s)
	}
}

func TestACallAllocatesNothingForANumber(t *testing.T) {
	i := open(t)
	number(i, Echo, 1)
	if n := testing.AllocsPerRun(200, func() { number(i, Echo, 7) }); n > 0 {
		t.Errorf("%v allocations for a call", n)
	}
}

func BenchmarkNumber(b *testing.B) {
	i := open(b)
	b.ReportAllocs()
	for b.Loop() {
		number(i, Echo, 1)
	}
}
