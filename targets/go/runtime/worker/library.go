package worker

import (
	"time"

	"fficheck.local/batch/check"
	"fficheck.local/batch/ffirt"
)

// library is a callee in this process.
type library struct{}

func (library) counters(int) (map[string]int64, error) {
	newPatience(2*time.Second, nil).settles()
	running := goroutines(1)
	library, stats := libraryCounters(), ffirt.ReadStats()
	return map[string]int64{
		"live_library_allocations":  int64(library.live_allocations),
		"live_library_bytes":        int64(library.live_bytes),
		"live_contexts":             int64(library.live_contexts),
		"bad_frees":                 int64(library.bad_frees),
		"live_caller_allocations":   stats.LiveArenas,
		"live_slots":                stats.LiveSlots,
		"live_host_functions":       stats.LiveHosts,
		"live_host_calls":           stats.LiveHostCalls,
		"live_listeners":            stats.LiveListeners,
		"live_goroutines":           running,
		"live_threads":              int64(library.live_threads),
		"stray_completions":         stats.Stray,
		"total_library_allocations": int64(library.total_allocations),
		"total_calls":               int64(library.total_calls),
		"total_completions":         int64(library.total_completions),
	}, nil
}

func (library) trim() { ffirt.Trim() }

func (library) destroy(i *ffirt.Instance) error { return i.Close() }

// replace has nothing to do: a closed context holds nothing.
func (library) replace(*ffirt.Instance) error { return nil }

func (library) witness(i *ffirt.Instance) uint64 { return lastWitness(i.Handle()) }

func (library) script(schema *check.Schema, r request) (any, error) { return runScripts(schema, r) }

// settles waits for the library: no call pending, destroyed contexts at their end.
func (p *patience) settles() {
	for {
		left := p.left()
		if settle(max(left.Milliseconds(), 1)) || left == 0 {
			return
		}
	}
}
