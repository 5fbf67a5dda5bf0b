package worker

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"time"

	"fficheck.local/batch/check"
	"fficheck.local/batch/ffirt"
)

type server struct {
	schemas []check.Schema
	opened  []opened
}

type opened struct {
	client    any  // nil before the first open
	closed    bool // calls go to the library all the same, which refuses them
	converter *check.Converter
}

func newServer(schemas []check.Schema) *server {
	return &server{schemas, make([]opened, len(schemas))}
}

type answer = map[string]any

func (s *server) handle(method string, r request) (any, error) {
	switch method {
	case "hello":
		return answer{"protocol": 1, "schemas": len(s.schemas)}, nil
	case "counters":
		return counters(), nil
	case "trim":
		ffirt.Trim()
		debug.FreeOSMemory()
		return answer{}, nil
	case "open", "close", "call", "bulk", "script":
	default:
		return nil, errors.New("unknown method")
	}
	index := r.natural("schema")
	if index >= uint64(len(s.schemas)) {
		return nil, fmt.Errorf("schema %d of %d", index, len(s.schemas))
	}
	schema, state := &s.schemas[index], &s.opened[index]
	switch method {
	case "open":
		if state.client != nil && !state.closed {
			return outcome(nil), nil
		}
		client, err := schema.Open(check.NewStream(index))
		if err == nil {
			state.client, state.closed = client, false
		}
		return outcome(err), nil
	case "close":
		if state.client == nil {
			return outcome(nil), nil
		}
		err := schema.Instance(state.client).Close()
		state.closed = true
		return outcome(err), nil
	case "script":
		return runScripts(schema, r)
	}
	f := r.natural("function")
	if f >= uint64(len(schema.Functions)) || schema.Functions[f].Method == nil {
		return nil, fmt.Errorf("function %d of %d", f, len(schema.Functions))
	}
	function := schema.Prepare(&schema.Functions[f])
	if state.client == nil {
		client, err := schema.Open(check.NewStream(index))
		if err != nil {
			return nil, fmt.Errorf("open: %w", err)
		}
		state.client = client
	}
	if method == "bulk" {
		return bulk(function, state.client, r)
	}
	if state.converter == nil {
		state.converter = check.NewConverter(schema.Types)
	}
	return call(schema, function, state, r)
}

func outcome(err error) answer {
	if err != nil {
		return answer{"ok": false, "text": err.Error()}
	}
	return answer{"ok": true, "text": ""}
}

// call sends the values of the wire through the method, by reflection.
func call(schema *check.Schema, f *check.Function, state *opened, r request) (any, error) {
	method := reflect.ValueOf(f.Method)
	values, _ := r["args"].([]any)
	if len(values) != method.Type().NumIn()-1 {
		return nil, fmt.Errorf("%d arguments for %s", len(values), f.Name)
	}
	args := []reflect.Value{reflect.ValueOf(state.client)}
	for i, wire := range values {
		v := reflect.New(method.Type().In(i + 1)).Elem()
		if err := state.converter.Read(v, wire); err != nil {
			return nil, fmt.Errorf("argument %d of %s: %w", i, f.Name, err)
		}
		args = append(args, v)
	}
	var results []reflect.Value
	for range max(r.natural("times"), 1) {
		results = method.Call(args)
	}
	err, _ := results[len(results)-1].Interface().(error)
	out := outcome(err)
	out["args_after"] = uint64(f.Witness(args[1:]))
	out["callee_witness"] = lastWitness(schema.Instance(state.client).Handle())
	var ok reflect.Value
	if len(results) == 2 {
		ok = results[0]
	}
	switch {
	case err == nil && f.Declares:
		out["result"] = state.converter.WriteOk(ok)
	case err == nil && ok.IsValid():
		out["result"] = state.converter.Write(ok)
	case err != nil && f.Declares:
		if wire, declared := state.converter.WriteErr(f, err); declared {
			out["ok"], out["text"], out["result"] = true, "", wire
		}
	}
	return out, nil
}

func counters() any {
	settle(2000)
	goroutines := runtime.NumGoroutine()
	for deadline := time.Now().Add(time.Second); goroutines > 1 && time.Now().Before(deadline); {
		runtime.Gosched()
		goroutines = runtime.NumGoroutine()
	}
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
		"live_goroutines":           int64(goroutines),
		"live_threads":              int64(library.live_threads),
		"live_descriptors":          descriptors(),
		"stray_completions":         stats.Stray,
		"total_library_allocations": int64(library.total_allocations),
		"total_calls":               int64(library.total_calls),
		"total_completions":         int64(library.total_completions),
	}
}

// descriptors counts what is open, without the one that counting needs.
func descriptors() int64 {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return int64(len(entries)) - 1
}
