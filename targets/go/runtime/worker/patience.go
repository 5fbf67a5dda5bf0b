package worker

import (
	"syscall"
	"time"
)

// A patience bounds a wait. Its limit is wall time in which nothing happens: on a machine with load
// work takes long, and that is no hang. So where something came forward meanwhile, or the process
// had a little of the processor, though not a whole limit of it, the limit begins again.
type patience struct {
	limit       time.Duration
	progress    func() uint64 // grows where something comes forward; nil: is not known
	due         time.Time
	begun, last time.Duration // processor time: at the beginning, and when the limit last began
	seen        uint64
	renewals    int // that are left to processor time alone
}

// Of its limit, what a process that works has of the processor however many others want it, and
// one that hangs has not.
const workingShare = 500

func newPatience(limit time.Duration, progress func() uint64) *patience {
	p := &patience{limit: limit, progress: progress, due: time.Now().Add(limit), begun: processorTime(), renewals: 9}
	p.last = p.begun
	if progress != nil {
		p.seen = progress()
	}
	return p
}

// onlyOnce is a patience that is not renewed.
func onlyOnce(limit time.Duration) *patience { return &patience{limit: 0, due: time.Now().Add(limit)} }

// left is what is left of the limit, which may have begun again; 0 where it is over.
func (p *patience) left() time.Duration {
	if left := time.Until(p.due); left > 0 {
		return left
	}
	if p.limit == 0 || !p.works() {
		return 0
	}
	p.due = time.Now().Add(p.limit)
	return p.limit
}

func (p *patience) works() bool {
	now := processorTime()
	used := now - p.last
	p.last = now
	if p.progress != nil {
		before := p.seen
		if p.seen = p.progress(); p.seen != before {
			return true
		}
	}
	if p.renewals == 0 || now-p.begun >= p.limit || used < p.limit/workingShare {
		return false
	}
	p.renewals--
	return true
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// until waits for what holds soon; it says whether it holds.
func (p *patience) until(holds func() bool) bool {
	const longest = 20 * time.Millisecond // so that waiting is no work
	for pause := 50 * time.Microsecond; !holds(); pause = min(pause*5/4, longest) {
		left := p.left()
		if left == 0 {
			return holds()
		}
		time.Sleep(min(pause, left))
	}
	return true
}

// within is whether the function returns in time.
func (p *patience) within(f func()) bool {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	for {
		timer := time.NewTimer(p.left())
		select {
		case <-done:
			timer.Stop()
			return true
		case <-timer.C:
		}
		if p.left() > 0 {
			continue
		}
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
}
