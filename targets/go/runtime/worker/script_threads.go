package worker

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// fewThreads is how many threads are not worth asking what they do: a process may have as many.
const fewThreads = 256

// Asking adds threads where all are busy at the time, and a machine with thousands of them is of no
// use to anybody: so many are too many to ask, and so many may be added by that.
const (
	manyThreads = 4_000
	mostAdded   = 1_000
)

// addedThreads is what asking has added so far.
var addedThreads uint64

// threadsInUse is how many threads of the operating system the process has, without those that are
// at Go's disposal again; 0 where that is not known, as with very many. Short calls into C that wait for a processor
// make Go start threads, on a machine with load as many as there are callers; it keeps them.
// Those that are held up go on: what is asked again and again and stays is in use.
func threadsInUse(p *patience) uint64 {
	const first, last = 5 * time.Millisecond, 50 * time.Millisecond
	least := threads()
	if least > fewThreads && (least > manyThreads || addedThreads > mostAdded) {
		return 0
	}
	for pause := first; least > fewThreads && pause < last && p.left() > 0; pause *= 2 {
		all := threads()
		if all > manyThreads || addedThreads > mostAdded {
			break
		}
		if n := busyThreads(all); n < least {
			least, pause = n, first
		}
		time.Sleep(min(pause, p.left()))
	}
	return least
}

// busyThreads occupies as many threads as are too many. As many as Go must start for that are in
// use; at least fewThreads are said to be.
func busyThreads(all uint64) uint64 {
	if all <= fewThreads {
		return all
	}
	debug.SetMaxThreads(100_000) // what is in use is a finding, not the end
	defer debug.SetMaxThreads(10_000)
	idle := all - fewThreads
	leave := crowd(idle)
	now := max(threads(), all)
	leave()
	addedThreads += now - all
	return now - idle
}

// crowd gives so many goroutines a thread each, and what ends them.
func crowd(n uint64) (leave func()) {
	var there, gone sync.WaitGroup
	end := make(chan struct{})
	for range n {
		there.Add(1)
		gone.Add(1)
		go func() {
			defer gone.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			there.Done()
			<-end
		}()
	}
	there.Wait()
	return func() {
		close(end)
		gone.Wait()
	}
}

// threads is how many threads of the operating system the process has; 0 where that is not known.
func threads() uint64 {
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0
	}
	return uint64(len(list))
}
