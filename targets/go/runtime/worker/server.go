package worker

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"time"

	"fficheck.local/batch/check"
	"fficheck.local/batch/ffirt"
)

// callee is what the clients call: a library in this process, or a server in another.
type callee interface {
	// counters reads what is alive; so many schemas have a client.
	counters(clients int) (map[string]int64, error)
	// trim gives unused memory of the callee's bindings back.
	trim()
	// destroy ends the context, but not what calls after that need to be refused.
	destroy(i *ffirt.Instance) error
	// replace ends what destroy left; another client comes.
	replace(i *ffirt.Instance) error
	// witness is that of the last arguments; 0 where the callee cannot say.
	witness(i *ffirt.Instance) uint64
	script(schema *check.Schema, r request) (any, error)
}

type server struct {
	schemas []check.Schema
	opened  []opened
	callee  callee
}

type opened struct {
	client    any  // nil before the first open
	closed    bool // calls go to the library all the same, which refuses them
	converter *check.Converter
}

func newServer(schemas []check.Schema, c callee) *server {
	return &server{schemas, make([]opened, len(schemas)), c}
}

type answer = map[string]any

func (s *server) handle(method string, r request) (any, error) {
	switch method {
	case "hello":
		return answer{"protocol": 1, "schemas": len(s.schemas)}, nil
	case "counters":
		return s.counters()
	case "trim":
		s.callee.trim() // nothing that is counted waits for the collector
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
		if state.client != nil {
			if err := s.callee.replace(schema.Instance(state.client)); err != nil {
				return nil, err
			}
			state.client = nil
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
		var err error
		if !state.closed {
			err = s.callee.destroy(schema.Instance(state.client))
		}
		state.closed = true
		return outcome(err), nil
	case "script":
		return s.callee.script(schema, r)
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
	return s.call(schema, function, state, r)
}

func outcome(err error) answer {
	if err != nil {
		return answer{"ok": false, "text": err.Error()}
	}
	return answer{"ok": true, "text": ""}
}

// call sends the values of the wire through the method, by reflection.
func (s *server) call(schema *check.Schema, f *check.Function, state *opened, r request) (any, error) {
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
	out["callee_witness"] = s.callee.witness(schema.Instance(state.client))
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

func (s *server) counters() (any, error) {
	clients := 0
	for _, state := range s.opened {
		if state.client != nil {
			clients++
		}
	}
	out, err := s.callee.counters(clients)
	if err != nil {
		return nil, err
	}
	out["live_descriptors"] = descriptors()
	return out, nil
}

// goroutines counts them when no more than so many are left, or after a second.
func goroutines(rest int) int64 {
	// Those that end wait for a processor, which this one had better leave.
	newPatience(time.Second, nil).until(func() bool { return runtime.NumGoroutine() <= rest })
	return int64(runtime.NumGoroutine())
}

// descriptors counts what is open, without the one that counting needs.
func descriptors() int64 {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return int64(len(entries)) - 1
}
