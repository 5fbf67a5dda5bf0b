package worker

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fficheck.local/batch/check"
	"fficheck.local/batch/ffirt"
)

// remote is a server in another process.
type remote struct {
	probe *ffirt.Instance // a connection without context
}

func (r remote) counters(clients int) (map[string]int64, error) {
	connections := 1 + clients
	running := goroutines(2 + 2*connections)
	code, body, err := r.probe.Exchange(context.Background(), "ffi-counters", []byte(strconv.Itoa(connections)))
	if err != nil || code != 0 {
		return nil, fmt.Errorf("the server's counters: %s %v", body, err)
	}
	out := map[string]int64{"live_goroutines": running}
	for _, line := range strings.Split(strings.TrimSpace(string(body)), "\n") {
		name, number, _ := strings.Cut(line, " ")
		if out[name], err = strconv.ParseInt(number, 10, 64); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// witness asks the server.
func (remote) witness(i *ffirt.Instance) uint64 {
	code, body, err := i.Exchange(context.Background(), "ffi-witness", nil)
	if err != nil || code != 0 {
		return 0
	}
	n, _ := strconv.ParseUint(string(body), 10, 64)
	return n
}

// trim has nothing to do: a client holds no memory of its own.
func (remote) trim() {}

func (remote) destroy(i *ffirt.Instance) error { return i.Destroy() }

func (remote) replace(i *ffirt.Instance) error { return i.Close() }

func (remote) script(*check.Schema, request) (any, error) {
	return nil, errors.New("clients of a server run no scripts")
}
