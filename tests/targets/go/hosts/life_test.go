package hosts

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"api"
	"api/ffirt"
)

func TestACancelledCallReturnsAtOnceAndItsCompletionIsDropped(t *testing.T) {
	c := open(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	start := time.Now()
	if got, err := c.WaitContext(ctx, 500); !errors.Is(err, context.DeadlineExceeded) || got != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if took := time.Since(start); took > 400*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	if _, err := c.WaitContext(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a context that had ended: %v", err)
	}
	if s := ffirt.ReadStats(); s.LiveSlots != 1 {
		t.Errorf("%+v", s)
	}
	before := ffirt.ReadStats().Late
	atRestBut := func() bool { s := ffirt.ReadStats(); return s.LiveSlots == 0 && s.Late == before+1 && s.Stray == 0 }
	eventually(t, "the late completion came", atRestBut)
	var group sync.WaitGroup
	for i := range 200 {
		group.Add(1)
		go func() {
			defer group.Done()
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i%7)*300*time.Microsecond)
			defer cancel()
			want := uint32(i % 3)
			if got, err := c.WaitContext(ctx, want); err == nil && got != want || err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%d: %d, %v", i, got, err)
			}
		}()
	}
	group.Wait()
	c.Close()
	atRest(t)
}

func TestListenersHearEventsInOrderUntilTheyAreRemoved(t *testing.T) {
	c, other := open(t), open(t)
	var heard [3][]uint64
	var mutex sync.Mutex
	count := func(i int) int { mutex.Lock(); defer mutex.Unlock(); return len(heard[i]) }
	shape := api.ShapeBoth{Value: api.TupleU8U64{F0: 3, F1: 4}}
	var removes [3]func()
	for i := range removes {
		remove, err := c.OnTick(func(event api.Tick) {
			if event.Label != "la\x00bel" || event.Shape != shape {
				t.Errorf("%+v", event)
			}
			mutex.Lock()
			defer mutex.Unlock()
			heard[i] = append(heard[i], event.N)
			if i == 2 && len(heard[2]) == 3 {
				removes[2]() // while it is being told
			}
		})
		must(t, err)
		removes[i] = remove
	}
	for _, listen := range []func(func(api.Tick)) (func(), error){other.OnTick, c.OnOther} {
		_, err := listen(func(e api.Tick) { t.Errorf("%+v heard elsewhere", e) })
		must(t, err)
	}
	must(t, c.Fire(100, "la\x00bel", shape))
	eventually(t, "both heard all", func() bool { return count(0) == 100 && count(1) == 100 })
	removes[0]()
	removes[0]()
	must(t, c.Fire(5, "la\x00bel", shape))
	eventually(t, "one heard more", func() bool { return count(1) == 105 })
	if count(0) != 100 || count(2) != 3 {
		t.Errorf("%d and %d after removal", count(0), count(2))
	}
	for i, n := range heard[0] {
		if n != uint64(i) {
			t.Fatalf("event %d came as number %d", n, i)
		}
	}
	if _, err := c.OnTick(nil); err == nil {
		t.Error("a nil listener was added")
	}
	c.Close()
	other.Close()
	atRest(t)
}

func TestAListenerMayBlockPanicAndCallTheLibrary(t *testing.T) {
	c := open(t)
	wake, called := make(chan struct{}), make(chan error, 3)
	_, err := c.OnTick(func(api.Tick) { <-wake })
	must(t, err)
	_, err = c.OnTick(func(e api.Tick) {
		_, err := c.Wait(0)
		called <- err
		if e.N == 0 {
			panic("listener")
		}
		if e.N == 1 {
			runtime.Goexit()
		}
	})
	must(t, err)
	must(t, c.Fire(3, "", api.ShapeDot{}))
	for range 3 {
		must(t, <-called)
	}
	close(wake)
	c.Close()
	atRest(t)
}

func TestCloseFailsEverythingInFlightOnceAndThenNothingRuns(t *testing.T) {
	for round := range 30 {
		c := open(t)
		entered := make(chan struct{}, 8)
		var closed atomic.Bool
		must(t, c.SetTokenContext(func(ctx context.Context, key string) (string, error) {
			entered <- struct{}{}
			<-ctx.Done()
			return "too late", nil
		}))
		_, err := c.OnTick(func(api.Tick) {
			if closed.Load() {
				t.Error("an event after Close")
			}
			time.Sleep(10 * time.Microsecond)
		})
		must(t, err)
		ends := make(chan error, 24)
		for range 8 {
			go func() { _, err := c.UseToken("k"); ends <- err }()
			go func() { _, err := c.Wait(60000); ends <- err }()
			go func() {
				var err error
				for err == nil {
					err = c.Fire(20, "", api.ShapeDot{})
				}
				ends <- err
			}()
		}
		for range 8 {
			<-entered
		}
		must(t, c.Close())
		time.Sleep(time.Duration(round%4) * 50 * time.Microsecond)
		for range 24 {
			if err := <-ends; err == nil {
				t.Error("a call in flight was answered")
			} else if err.Error() != "cancelled" && !errors.Is(err, ffirt.ErrClosed) {
				t.Errorf("%v is not ErrClosed", err)
			}
		}
		eventually(t, "no listener runs", func() bool { return ffirt.ReadStats().LiveListeners == 0 })
		if err := c.Close(); !errors.Is(err, ffirt.ErrClosed) {
			t.Errorf("the second Close: %v", err)
		}
		if err := c.SetToken(func(string) (string, error) { return "", nil }); !errors.Is(err, ffirt.ErrClosed) {
			t.Errorf("Set after Close: %v", err)
		}
		if _, err := c.OnTick(func(api.Tick) {}); !errors.Is(err, ffirt.ErrClosed) {
			t.Errorf("On after Close: %v", err)
		}
		if _, err := c.Wait(0); !errors.Is(err, ffirt.ErrClosed) {
			t.Errorf("a call after Close: %v", err)
		}
		atRest(t)
	}
}

// A new context in the old slot is never reached through the old client.
func TestAStaleClientReachesNoNewContext(t *testing.T) {
	var stale []*api.Client
	for range 50 {
		c := open(t)
		must(t, c.Close())
		stale = append(stale, c)
	}
	fresh := open(t)
	must(t, fresh.SetToken(func(string) (string, error) { return "fresh", nil }))
	for _, c := range stale {
		if err := c.Close(); !errors.Is(err, ffirt.ErrClosed) {
			t.Error(err)
		}
		if err := c.SetToken(nil); !errors.Is(err, ffirt.ErrClosed) {
			t.Error(err)
		}
	}
	if got, err := fresh.UseToken(""); got != "fresh" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestThousandsOfCallsAndHostCallsAtOnceComeBackEachToItsOwn(t *testing.T) {
	const n = 5000
	c := open(t)
	gate := make(chan struct{})
	var waiting atomic.Int64
	must(t, c.SetToken(func(key string) (string, error) {
		waiting.Add(1)
		<-gate
		return "T" + key, nil
	}))
	var group sync.WaitGroup
	for i := range n {
		group.Add(1)
		go func() {
			defer group.Done()
			key := fmt.Sprint(i)
			if got, err := c.UseToken(key); got != "T"+key || err != nil {
				t.Errorf("%s: %q, %v", key, got, err)
			}
		}()
	}
	eventually(t, "all closures wait", func() bool { return waiting.Load() == n })
	if live := ffirt.ReadStats().LiveHostCalls; live != n {
		t.Errorf("%d host calls", live)
	}
	close(gate)
	group.Wait()
	c.Close()
	atRest(t)
}

func TestCreatingAndClosingLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 300 {
		if c, err := api.NewClient("fail"); err == nil || c != nil || err.Error() != "fail" {
			t.Fatalf("%v, %v", c, err)
		}
		c, err := api.NewClient("")
		must(t, err)
		must(t, c.SetTokenContext(func(context.Context, string) (string, error) { return "", nil }))
		remove, err := c.OnTick(func(api.Tick) {})
		must(t, err)
		must(t, c.Close())
		if i%2 == 0 {
			remove()
		}
	}
	atRest(t)
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestAHostRoundTripAllocatesItsValuesAndTwoMore(t *testing.T) {
	c := open(t)
	must(t, c.SetToken(func(key string) (string, error) { return key, nil }))
	call := func() {
		if _, err := c.UseToken("0123456789"); err != nil {
			t.Fatal(err)
		}
	}
	call()
	// The values: the closure's argument, the call's result and where that goes.
	if n := testing.AllocsPerRun(500, call); n > 5 {
		t.Errorf("%v allocations", n)
	} else {
		t.Logf("%v allocations", n)
	}
}
