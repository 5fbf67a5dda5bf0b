package worker

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// fewThreads is how many threads are not worth asking what they do: a process may have as many.
const fewThreads = 256

// manyThreads are too many to ask: that takes as many again where all are busy at the time, and a
// machine with thousands of them is of no use to anybody.
const manyThreads = 4_000

// threadsInUse is how many threads of the operating system the process has, without those that are
// at Go's disposal again, which it ends; 0 where that is not known, as with very many. Short calls
// into C that wait for a processor make Go start threads, on a machine with load as many as there
// are callers; it keeps them, and to ask what thousands do takes long.
// Those that are held up go on: what is asked again and again and stays is in use.
func threadsInUse(p *patience) uint64 {
	const first, last = 5 * time.Millisecond, 50 * time.Millisecond
	least := threads()
	if least > manyThreads {
		return 0
	}
	for pause := first; least > fewThreads && pause < last && p.left() > 0; pause *= 2 {
		all := threads()
		if all > manyThreads {
			break
		}
		if n := busyThreads(all, p); n < least {
			least, pause = n, first
		}
		time.Sleep(min(pause, p.left()))
	}
	return least
}

// busyThreads occupies as many threads as are too many, and ends them. As many as Go must start for
// that are in use; at least fewThreads are said to be.
func busyThreads(all uint64, p *patience) uint64 {
	if all <= fewThreads {
		return all
	}
	debug.SetMaxThreads(100_000) // what is in use is a finding, not the end
	defer debug.SetMaxThreads(10_000)
	idle := all - fewThreads
	leave := crowd(idle)
	now := max(threads(), all)
	leave(p)
	return now - idle
}

// crowd gives so many goroutines a thread each, and what ends the goroutines and, since they do not
// let go of them, the threads, which takes a moment.
func crowd(n uint64) (leave func(*patience)) {
	var there sync.WaitGroup
	end := make(chan struct{})
	ids := make([]int, n)
	for i := range ids {
		there.Add(1)
		go func() {
			runtime.LockOSThread()
			ids[i] = syscall.Gettid()
			there.Done()
			<-end
		}()
	}
	there.Wait()
	return func(p *patience) {
		close(end)
		p.until(func() bool {
			for len(ids) > 0 && !isThread(ids[len(ids)-1]) {
				ids = ids[:len(ids)-1]
			}
			return len(ids) == 0
		})
	}
}

// isThread is whether the process has that thread, which may end: Go keeps the first for ever.
func isThread(id int) bool {
	_, err := os.Stat("/proc/self/task/" + strconv.Itoa(id))
	return err == nil && id != os.Getpid()
}

// threads is how many threads of the operating system the process has; 0 where that is not known.
func threads() uint64 {
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0
	}
	return uint64(len(list))
}
