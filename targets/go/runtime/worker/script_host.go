package worker

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"fficheck.local/batch/check"
)

// What a host function does: section 2 of docs/completion.md. The binding hides call ids, so answers
// by id are no behaviour of this target.
const (
	hostNone = iota
	hostAnswer
	hostLater
	hostError
	hostHold
	hostCall
	hostPanic
)

func (s *script) host(c *scriptContext, n numbers, t *stepTally) error {
	index, way, us := n[1], n[2], n[3]
	if index >= uint64(len(s.schema.Imports)) || s.schema.Imports[index].Event || way > hostPanic {
		return fmt.Errorf("import %d, behaviour %d", index, way)
	}
	if c.client == nil {
		t.add("code", 1)
		return nil
	}
	i := &s.schema.Imports[index]
	closure := reflect.Zero(i.Closure)
	open := new(atomic.Bool)
	if way == hostHold {
		c.Lock()
		c.holds = append(c.holds, open)
		c.Unlock()
	}
	if way != hostNone {
		var requests atomic.Uint64
		closure = reflect.MakeFunc(i.Closure, func(in []reflect.Value) []reflect.Value {
			ctx, args := in[0].Interface().(context.Context), in[1:]
			t.add("asked", 1)
			defer s.ended.Add(1)
			return s.behave(c, i, way, us, requests.Add(1)-1, open, ctx, args, t)
		})
	}
	if err := i.Set.Call([]reflect.Value{reflect.ValueOf(c.client), closure})[0]; !err.IsNil() {
		t.add("code", 1)
	}
	return nil
}

// behave runs on the closure's own goroutine.
func (s *script) behave(c *scriptContext, i *check.Import, way, us, request uint64, open *atomic.Bool, ctx context.Context, args []reflect.Value, t *stepTally) []reflect.Value {
	switch way {
	case hostLater:
		time.Sleep(time.Duration(us) * time.Microsecond)
		s.disturb(answerGroup, s.answers.Add(1))
	case hostError:
		return i.Refuse("refused")
	case hostHold:
		released := make(chan struct{})
		c.Lock()
		if open.Load() {
			c.Unlock()
			break
		}
		c.held = append(c.held, released)
		c.Unlock()
		if request%2 == 0 {
			<-released // whatever becomes of the context: too late then
			break
		}
		select {
		case <-released:
		case <-ctx.Done():
			return i.Refuse("the context has ended")
		}
	case hostCall:
		s.inner.Add(1)
		defer s.inner.Add(-1)
		if !s.callInner(c, us, request, t) {
			return i.Refuse("the inner call")
		}
	case hostPanic:
		panic("as the script says")
	}
	return i.Answer(args)
}

// What a listener does.
const (
	listenStay = iota
	listenOnce
	listenGrow
	listenCall
)

const everyEvent = 0xFFFFFFFF

// scriptListener listens to one event, or to each of them.
type scriptListener struct {
	*script
	context *scriptContext
	way     uint64
	single  bool
	grown   bool
	tally   *stepTally
	added   chan struct{} // closed when remove is complete

	sync.Mutex
	remove  []func()
	seen    uint64
	firstOf *check.Import // whose event came first
	removed bool          // remove has returned
	late    uint64
}

func (s *script) listen(n numbers, t *stepTally) error {
	c := s.contexts[n[1]]
	if c == nil {
		return errNoSuchNumber
	}
	l := &scriptListener{script: s, context: c, way: n[3], single: n[2] != everyEvent, tally: t, added: make(chan struct{})}
	s.listeners[n[0]] = l
	if c.client != nil && l.add(n[2]) {
		t.add("ok", 1)
	}
	return nil
}

// add listens to the event of that index, or to every one.
func (l *scriptListener) add(index uint64) bool {
	defer close(l.added)
	for at := range l.schema.Imports {
		i := &l.schema.Imports[at]
		if !i.Event || l.single && uint64(at) != index {
			continue
		}
		closure := reflect.MakeFunc(i.Closure, func(in []reflect.Value) []reflect.Value {
			l.event(i, index, in)
			return nil
		})
		results := i.Set.Call([]reflect.Value{reflect.ValueOf(l.context.client), closure})
		if !results[1].IsNil() {
			return false
		}
		l.Lock()
		l.remove = append(l.remove, results[0].Interface().(func()))
		l.Unlock()
	}
	return true
}

// event runs on a goroutine of the binding's. One that the binding began to tell before remove was
// called may still come after that, one for each event that is listened to; more may not. While the first
// removes a listener to several, those of the others may come; another of its own may not.
func (l *scriptListener) event(i *check.Import, index uint64, in []reflect.Value) {
	defer l.ended.Add(1)
	l.Lock()
	first := l.seen == 0
	l.seen++
	if first {
		l.firstOf = i
	}
	if l.removed {
		if l.late++; l.late > uint64(len(l.remove)) {
			l.tally.add("after", 1)
		}
	}
	ignored := l.way == listenOnce && !first && (l.removed || i != l.firstOf)
	l.Unlock()
	if ignored {
		return
	}
	if l.grown {
		l.tally.add("grown", 1)
		return
	}
	l.tally.add("seen", 1)
	if l.single {
		l.tally.add("digest", uint64(i.Witness(in)))
	}
	if first {
		l.firstEvent(index)
	}
}

func (l *scriptListener) firstEvent(index uint64) {
	switch l.way {
	case listenOnce:
		<-l.added
		l.unlisten()
	case listenGrow:
		grown := &scriptListener{script: l.script, context: l.context, single: l.single, grown: true, tally: l.tally, added: make(chan struct{})}
		grown.add(index)
	case listenCall:
		l.inner.Add(1)
		go func() {
			defer l.inner.Add(-1)
			l.callInner(l.context, 0, 0, l.tally)
		}()
	}
}

// unlisten removes the listener; false where it was none.
func (l *scriptListener) unlisten() bool {
	l.Lock()
	remove, was := l.remove, !l.removed && len(l.remove) > 0
	l.Unlock()
	for _, one := range remove {
		one()
	}
	l.Lock()
	l.removed = true
	l.Unlock()
	return was && !l.context.ended.Load()
}
