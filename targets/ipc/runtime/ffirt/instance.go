package ffirt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// pipelined is how many requests of a connection may wait for their answers at once.
const pipelined = 256

// closePatience is how long Close waits for the server to destroy the context.
const closePatience = 5 * time.Second

// Instance is one context of a library in another process, with a connection of its own. Calls of it
// are pipelined: the server answers them in their order.
type Instance struct {
	library  *Library
	owner    bool // of the context
	conn     net.Conn
	requests chan *pending
	ended    chan struct{} // closed when no more answers come
	cause    error         // why, set before
	stop     context.CancelFunc
	stopped  context.Context
	threads  sync.WaitGroup
	closing  sync.Once
	closed   chan struct{} // closed when Close was called
}

// pending is a request that waits for its answer.
type pending struct {
	frame  []byte
	answer chan answer // capacity 1
}

type answer struct {
	code int32
	body []byte
}

// Open connects to a server at "unix:PATH" or "tcp:HOST:PORT" and makes a context there, with a method
// of the library and pointers to its arguments.
func (l *Library) Open(ctx context.Context, address string, method int, args ...any) (*Instance, error) {
	i, err := l.Attach(ctx, address)
	if err != nil {
		return nil, err
	}
	if err := i.Call(ctx, method, nil, args...); err != nil {
		_ = i.Close()
		return nil, err
	}
	i.owner = true
	return i, nil
}

// Attach connects to a server that has its context already.
func (l *Library) Attach(ctx context.Context, address string) (*Instance, error) {
	network, where, ok := strings.Cut(address, ":")
	if !ok || (network != "unix" && network != "tcp") {
		return nil, fmt.Errorf("the address %q is neither unix:PATH nor tcp:HOST:PORT", address)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, where)
	if err != nil {
		return nil, err
	}
	return newInstance(l, conn), nil
}

func newInstance(l *Library, conn net.Conn) *Instance {
	i := &Instance{
		library: l, conn: conn, requests: make(chan *pending), ended: make(chan struct{}), closed: make(chan struct{}),
	}
	i.stopped, i.stop = context.WithCancel(context.Background())
	sent := make(chan *pending, pipelined)
	i.threads.Add(2)
	go i.write(sent)
	go i.read(sent)
	return i
}

// write sends requests, and hands them over to read in the same order.
func (i *Instance) write(sent chan<- *pending) {
	defer i.threads.Done()
	for {
		select {
		case p := <-i.requests:
			select {
			case sent <- p:
			case <-i.stopped.Done():
				return
			}
			if _, err := i.conn.Write(p.frame); err != nil {
				_ = i.conn.Close() // the reader says why
				return
			}
			p.frame = nil
		case <-i.stopped.Done():
			return
		}
	}
}

// read gives each request its answer, until the connection breaks.
func (i *Instance) read(sent <-chan *pending) {
	defer i.threads.Done()
	defer i.conn.Close()
	in := bufio.NewReaderSize(i.conn, 1<<14)
	for {
		code, body, err := readAnswer(in)
		if err == nil {
			select {
			case p := <-sent:
				p.answer <- answer{code, body}
				continue
			default:
				err = errors.New("an answer that nobody waits for")
			}
		}
		i.cause = fmt.Errorf("%w: %w", ErrLost, err)
		close(i.ended)
		i.stop()
		return
	}
}

// exchange sends a request and waits for its answer.
func (i *Instance) exchange(ctx context.Context, method string, payload []byte) (answer, error) {
	frame, err := appendRequest(make([]byte, 0, 8+len(method)+len(payload)), method, payload)
	if err != nil {
		return answer{}, err
	}
	p := &pending{frame, make(chan answer, 1)}
	select {
	case i.requests <- p:
	case <-ctx.Done():
		return answer{}, ctx.Err()
	case <-i.ended:
		return answer{}, i.lost()
	}
	select {
	case a := <-p.answer:
		return a, nil
	case <-ctx.Done(): // its answer, when it comes, is nobody's
		return answer{}, ctx.Err()
	case <-i.ended:
	}
	select {
	case a := <-p.answer: // it came just before the end
		return a, nil
	default:
		return answer{}, i.lost()
	}
}

func (i *Instance) lost() error {
	if i.isClosed() {
		return ErrClosed
	}
	return i.cause
}

func (i *Instance) isClosed() bool {
	select {
	case <-i.closed:
		return true
	default:
		return false
	}
}

// Call calls a method with pointers to its arguments; result points to where its result goes, nil where
// it has none. A call whose ctx ends is given up here; the library still finishes it.
func (i *Instance) Call(ctx context.Context, method int, result any, args ...any) error {
	m := &i.library.methods[method]
	if i.isClosed() {
		return ErrClosed
	}
	payload, err := m.encode(args)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	a, err := i.exchange(ctx, m.Name, payload)
	if err != nil {
		return err
	}
	if a.code != 0 {
		origin := Failed
		switch {
		case a.code == codeRefused:
			origin = Refused
		case m.DeclaresText:
			origin = Declared
		}
		return &Error{string(a.body), origin}
	}
	if err := m.decode(a.body, result); err != nil {
		return fmt.Errorf("%s: the answer: %w", m.Name, err)
	}
	return nil
}

// Close destroys the context, where this made it, and ends the connection. Calls that are pending fail, later ones give
// ErrClosed, Close too.
func (i *Instance) Close() error {
	err := ErrClosed
	i.closing.Do(func() {
		err = nil
		close(i.closed)
		if i.owner {
			err = i.Destroy()
		}
		_ = i.conn.Close()
		i.stop()
		i.threads.Wait()
	})
	return err
}

// Destroy destroys the context and keeps the connection, whose calls the library refuses from then on.
func (i *Instance) Destroy() error {
	i.owner = false
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	switch a, err := i.exchange(ctx, "destroy", nil); {
	case errors.Is(err, ErrClosed):
		return nil // the server was gone before
	case err == nil && a.code != 0:
		return &Error{string(a.body), Refused}
	default:
		return err
	}
}

// Exchange sends a request that no schema knows, for tests.
func (i *Instance) Exchange(ctx context.Context, method string, payload []byte) (code int32, body []byte, err error) {
	a, err := i.exchange(ctx, method, payload)
	return a.code, a.body, err
}
