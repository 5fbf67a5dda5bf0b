package main

import (
	"context"
	"errors"
	"fmt"
	"mytimer"
	"mytimer/ffirt"
	"sync"
	"testing"
	"time"
)

func create(t *testing.T) *mytimer.Client {
	t.Helper()
	timer, err := mytimer.NewClient(mytimer.TimerConfig{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { timer.Close() })
	return timer
}

// The echoes start in the order of `delays`; a shorter one that starts later ends earlier.
func TestOverlappingEchoesFinishInOrderOfDelay(t *testing.T) {
	timer := create(t)
	delays := []int64{300, 150, 0}
	finished := make(chan int64, len(delays))
	var group sync.WaitGroup
	start := time.Now()
	for _, delay := range delays {
		group.Add(1)
		go func() {
			defer group.Done()
			if _, err := timer.Echo(mytimer.EchoRequest{Message: "m", DelayMs: delay}); err != nil {
				t.Error(err)
			}
			finished <- delay
		}()
	}
	group.Wait()
	if took := time.Since(start); took < 300*time.Millisecond {
		t.Errorf("all were back after %v, before the longest delay", took)
	}
	for _, want := range []int64{0, 150, 300} {
		if got := <-finished; got != want {
			t.Errorf("the echo of %d ms came when that of %d ms was due", got, want)
		}
	}
}

func TestTheLibrarysErrorTextArrives(t *testing.T) {
	timer := create(t)
	retry := mytimer.RetryPolicy{MaxAttempts: 1}
	for _, c := range []struct {
		job   mytimer.JobSpec
		retry mytimer.RetryPolicy
		want  string
	}{
		{mytimer.JobSpec{}, retry, "job name must not be empty"},
		{mytimer.JobSpec{Name: "j"}, mytimer.RetryPolicy{}, "retry.maxAttempts must be positive"},
	} {
		_, err := timer.Schedule(c.job, c.retry, mytimer.ScheduleConfig{})
		if err == nil || err.Error() != c.want {
			t.Errorf("Schedule(%v, %v): error %v, want %q", c.job, c.retry, err, c.want)
		}
	}
}

func TestAbsentAndEmptyAreDifferent(t *testing.T) {
	timer := create(t)
	empty := ""
	for want, note := range map[string]*string{
		"received 0 messages, note=<none>, retries=0": nil,
		"received 0 messages, note=, retries=0":       &empty,
	} {
		got, err := timer.Complex(mytimer.ComplexRequest{Note: note})
		if err != nil || got.Summary != want || got.HasNote != (note != nil) {
			t.Errorf("Complex: %+v, %v, want %q", got, err, want)
		}
	}
}

func TestAClosedTimerRefuses(t *testing.T) {
	timer := create(t)
	pending := make(chan error)
	go func() {
		_, err := timer.Echo(mytimer.EchoRequest{Message: "late", DelayMs: 60000})
		pending <- err
	}()
	if err := timer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-pending; err == nil {
		t.Error("an echo of a minute answered at once")
	}
	if _, err := timer.Version(); !errors.Is(err, ffirt.ErrClosed) {
		t.Errorf("a closed timer's version: %v", err)
	}
	if err := timer.Close(); !errors.Is(err, ffirt.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
}

// The event comes before the echo's answer; another timer's listeners do not hear it.
func TestEveryListenerHearsEveryEcho(t *testing.T) {
	timer, other := create(t), create(t)
	if _, err := other.OnEchoFired(func(e mytimer.EchoEvent) { t.Errorf("heard elsewhere: %+v", e) }); err != nil {
		t.Fatal(err)
	}
	heard := make(chan mytimer.EchoEvent, 10)
	first, err := timer.OnEchoFired(func(e mytimer.EchoEvent) { heard <- e })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := timer.OnEchoFired(func(e mytimer.EchoEvent) { heard <- e }); err != nil {
		t.Fatal(err)
	}
	listeners := 2
	for i := range int64(4) {
		if i == 2 {
			first()
			listeners = 1
		}
		want := mytimer.EchoEvent{Message: fmt.Sprint("echo ", i), EchoCount: i + 1}
		if _, err := timer.Echo(mytimer.EchoRequest{Message: want.Message}); err != nil {
			t.Fatal(err)
		}
		for range listeners {
			if got := <-heard; got != want {
				t.Errorf("heard %+v, want %+v", got, want)
			}
		}
	}
	if len(heard) != 0 {
		t.Errorf("%d events too many", len(heard))
	}
}

func TestAnEchoIsGivenUpAtItsDeadline(t *testing.T) {
	timer := create(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := timer.EchoContext(ctx, mytimer.EchoRequest{Message: "late", DelayMs: 60000}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
