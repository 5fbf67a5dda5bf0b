package worker

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAWaitInVainEndsAtItsLimit(t *testing.T) {
	var none sync.Mutex
	none.Lock()
	defer none.Unlock()
	for name, wait := range map[string]func(*patience) bool{
		"within": func(p *patience) bool { return p.within(func() { none.Lock(); none.Unlock() }) },
		"until":  func(p *patience) bool { return p.until(func() bool { return false }) },
	} {
		begun := time.Now()
		if wait(onlyOnce(30 * time.Millisecond)) {
			t.Errorf("%s: what never happens happened", name)
		}
		if took := time.Since(begun); took < 30*time.Millisecond {
			t.Errorf("%s gave up after %v", name, took)
		}
	}
}

func TestWhatComesForwardIsWaitedFor(t *testing.T) {
	const limit = 10 * time.Millisecond
	var steps atomic.Uint64
	p := newPatience(limit, steps.Load)
	p.renewals = 0 // processor time is none of this
	for range 50 {
		steps.Add(1)
		p.due = time.Now()
		if p.left() == 0 {
			t.Fatal("a limit ended although something came forward")
		}
	}
	p.due = time.Now()
	if p.left() != 0 {
		t.Fatal("nothing came forward")
	}
}

func TestAProcessThatWorksIsWaitedForButNotForEver(t *testing.T) {
	const limit = time.Hour // of processor time: never used up here
	p := newPatience(limit, nil)
	for range 9 {
		p.due = time.Now()
		p.last -= limit / workingShare
		if p.left() == 0 {
			t.Fatal("a process that works was given up")
		}
	}
	p.due = time.Now()
	p.last -= limit / workingShare
	if p.left() != 0 {
		t.Fatal("a process that works was waited for once more")
	}
}

func TestThreadsAtGosDisposalAreNotInUse(t *testing.T) {
	const n = 600
	leave := crowd(n)
	held := threadsInUse(onlyOnce(10 * time.Second))
	if held < n {
		t.Errorf("%d goroutines hold a thread each, %d are said to be in use", n, held)
	}
	leave(onlyOnce(10 * time.Second))
	if all := threads(); all >= fewThreads {
		t.Errorf("%d threads are left of a crowd that has gone", all)
	}
	keepIdle(n)
	if all := threads(); all < n {
		t.Fatalf("Go kept %d threads only", all)
	}
	if left := threadsInUse(onlyOnce(10 * time.Second)); left > fewThreads+20 {
		t.Errorf("no goroutine holds a thread, %d are said to be in use", left)
	}
	if all := threads(); all > fewThreads+20 {
		t.Errorf("%d threads are left that nothing holds", all)
	}
}

// keepIdle leaves Go so many threads that nothing holds.
func keepIdle(n int) {
	var there, gone sync.WaitGroup
	there.Add(n)
	gone.Add(n)
	for range n {
		go func() {
			defer gone.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			there.Done()
			there.Wait()
		}()
	}
	gone.Wait()
}
