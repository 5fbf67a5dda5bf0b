package worker

import (
	"fmt"
	"sync"
	"sync/atomic"

	"fficheck.local/batch/check"
)

// inFlight is how many calls of a bulk run are pending at once.
const inFlight = 16

// tally is what one goroutine of a bulk run counts.
type tally struct {
	held, digest, errs uint64
	failed             uint64 // smallest index that failed, where detail is set
	detail             string
}

func bulk(f *check.Function, client any, r request) (any, error) {
	law, err := lawOf(r)
	if err != nil {
		return nil, err
	}
	seed, first, count := r.natural("seed"), r.natural("first"), r.natural("count")
	var next atomic.Uint64
	var failures atomic.Bool
	tallies := make([]tally, min(count, inFlight))
	var group sync.WaitGroup
	for i := range tallies {
		group.Add(1)
		go func() {
			defer group.Done()
			t := &tallies[i]
			// Indices are given out in order, so when one fails all smaller ones have been tried.
			for !failures.Load() {
				index := next.Add(1) - 1
				if index >= count {
					return
				}
				t.add(first+index, f.Run(client, law, check.ValueSeed(seed, first+index)))
				if t.detail != "" {
					failures.Store(true)
				}
			}
		}()
	}
	group.Wait()
	var all tally
	for _, t := range tallies {
		all.held += t.held
		all.digest += t.digest
		all.errs += t.errs
		if t.detail != "" && (all.detail == "" || t.failed < all.failed) {
			all.failed, all.detail = t.failed, t.detail
		}
	}
	out := answer{"held": all.held, "detail": all.detail, "digest": all.digest, "errs": all.errs}
	if all.detail != "" {
		out["failed"] = all.failed
	}
	return out, nil
}

func (t *tally) add(index uint64, out check.Outcome) {
	t.digest += out.Digest
	if out.IsErr {
		t.errs++
	}
	if out.Failure == "" {
		t.held++
		return
	}
	if t.detail == "" {
		t.failed, t.detail = index, out.Failure
	}
}

func lawOf(r request) (check.Law, error) {
	switch law := r["law"]; law {
	case "consume", "echo", "call", "errors":
		return check.Law{}, nil
	case "produce":
		return check.Law{Produce: true}, nil
	case "repeat":
		return check.Law{Repeat: true}, nil
	default:
		return check.Law{}, fmt.Errorf("unknown law %v", law)
	}
}
