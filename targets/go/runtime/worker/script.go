package worker

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fficheck.local/batch/check"
	"fficheck.local/batch/ffirt"
)

// A script is one completion script that runs: docs/completion.md.
type script struct {
	schema    *check.Schema
	limit     time.Duration
	contexts  map[uint64]*scriptContext
	groups    map[uint64]*group
	listeners map[uint64]*scriptListener
	perturb   atomic.Uint64
	answers   atomic.Uint64
	threads   uint64        // in use, as last seen
	stuck     bool          // something waited in vain: no further step is run
	inner     atomic.Int64  // calls that closures and listeners make and that have not ended
	ended     atomic.Uint64 // what has come forward: calls, answers, events
}

// tally is what is counted of a step, from any goroutine.
type stepTally struct {
	sync.Mutex
	counts map[string]uint64
	detail string
}

func (t *stepTally) add(key string, n uint64) {
	if n == 0 {
		return
	}
	t.Lock()
	defer t.Unlock()
	if t.counts == nil {
		t.counts = map[string]uint64{}
	}
	t.counts[key] += n
}

func (t *stepTally) end(end, detail string) {
	t.add(end, 1)
	if detail == "" {
		return
	}
	t.Lock()
	defer t.Unlock()
	if t.detail == "" {
		t.detail = detail
	}
}

func (t *stepTally) answer() answer {
	t.Lock()
	defer t.Unlock()
	out := answer{}
	for key, n := range t.counts {
		out[key] = n
	}
	if t.detail != "" {
		out["detail"] = t.detail
	}
	return out
}

// scriptContext is a context of a script; client is nil where none was made.
type scriptContext struct {
	client any
	ended  atomic.Bool
	sync.Mutex
	held  []chan struct{} // closures that wait for a release
	holds []*atomic.Bool  // of each registration that holds back: whether a release has come
}

// numbers are what follows a step's name.
type numbers []uint64

func readStep(wire any) (string, numbers, error) {
	parts, _ := wire.([]any)
	if len(parts) == 0 {
		return "", nil, errors.New("a step is an array that begins with its name")
	}
	name, _ := parts[0].(string)
	if want, ok := stepLengths[name]; !ok || want != len(parts)-1 {
		return "", nil, fmt.Errorf("step %v with %d numbers", parts[0], len(parts)-1)
	}
	n := make(numbers, len(parts)-1)
	for i, p := range parts[1:] {
		x, ok := p.(uint64)
		if !ok {
			return "", nil, fmt.Errorf("%T in a step", p)
		}
		n[i] = x
	}
	return name, n, nil
}

var stepLengths = map[string]int{
	"create": 3, "destroy": 1, "start": 9, "await": 1, "cancel": 1, "host": 4, "release": 2,
	"listen": 4, "unlisten": 1, "churn": 4, "perturb": 1, "pause": 1,
}

// runScripts answers the wire's method.
func runScripts(schema *check.Schema, r request) (any, error) {
	schema.PrepareScripts()
	limit := time.Duration(r.natural("limit_ms")) * time.Millisecond
	scripts, _ := r["scripts"].([]any)
	out := make([]any, 0, len(scripts))
	stuck := false
	for _, steps := range scripts {
		list, _ := steps.([]any)
		if stuck {
			out = append(out, notRun(list))
			continue
		}
		var seen []answer
		var err error
		if seen, stuck, err = runScript(schema, limit, list); err != nil {
			return nil, err
		}
		out = append(out, seen)
	}
	return answer{"scripts": out}, nil
}

// notRun is what was seen of steps that were not run.
func notRun(steps []any) []answer {
	out := make([]answer, len(steps))
	for i := range out {
		out[i] = answer{}
	}
	return out
}

// runScript gives what it saw of each step, and whether something did not end.
func runScript(schema *check.Schema, limit time.Duration, steps []any) ([]answer, bool, error) {
	s := &script{
		schema: schema, limit: limit, contexts: map[uint64]*scriptContext{},
		groups: map[uint64]*group{}, listeners: map[uint64]*scriptListener{},
	}
	before := ffirt.ReadStats().Stray
	tallies := make([]stepTally, len(steps))
	var first *stepTally // of a start
	var failed error
	for i, wire := range steps {
		name, n, err := readStep(wire)
		if err == nil {
			err = s.step(name, n, &tallies[i])
		}
		if err != nil {
			failed = fmt.Errorf("step %d: %w", i, err)
			break
		}
		if name == "start" && first == nil {
			first = &tallies[i]
		}
		if s.stuck {
			break
		}
	}
	s.finish()
	if failed != nil {
		return nil, false, failed
	}
	// The binding drops them for all calls alike.
	if first != nil {
		first.add("again", uint64(ffirt.ReadStats().Stray-before))
	}
	out := make([]answer, len(tallies))
	for i := range tallies {
		out[i] = tallies[i].answer()
	}
	return out, s.stuck, nil
}

var errNoSuchNumber = errors.New("a number that no step made")

func (s *script) step(name string, n numbers, t *stepTally) error {
	c := s.contexts[n[0]]
	switch name {
	case "create":
		client, end, detail := s.create(0, n[1], n[2])
		s.contexts[n[0]] = &scriptContext{client: client}
		t.end(end, detail)
	case "churn":
		s.churn(n, t)
	case "destroy":
		if c == nil {
			return errNoSuchNumber
		}
		if s.destroy(c) != nil {
			t.add("code", 1)
		}
	case "start":
		return s.start(n, t)
	case "await":
		g := s.groups[n[0]]
		if g == nil {
			return errNoSuchNumber
		}
		// Listeners hear on goroutines of their own, perhaps after the call has ended.
		p := s.patience()
		if !p.within(g.callers.Wait) || !p.until(func() bool { return ffirt.ReadStats().UntoldEvents == 0 }) {
			t.add("stuck", 1)
			s.stuck = true
		}
		if s.threads <= fewThreads { // one answer about too many is enough
			s.threads = threadsInUse(onlyOnce(s.limit))
		}
		t.add("threads", s.threads)
	case "cancel":
		g := s.groups[n[0]]
		if g == nil {
			return errNoSuchNumber
		}
		g.cancel()
	case "host":
		if c == nil {
			return errNoSuchNumber
		}
		return s.host(c, n, t)
	case "release":
		if c == nil {
			return errNoSuchNumber
		}
		came := "accepted"
		if c.client == nil || c.ended.Load() {
			came = "dropped" // too late
		}
		t.add(came, s.release(c, n[1] == 1))
	case "listen":
		return s.listen(n, t)
	case "unlisten":
		l := s.listeners[n[0]]
		if l == nil {
			return errNoSuchNumber
		}
		if !l.unlisten() {
			t.add("code", 1)
		}
	case "perturb":
		s.perturb.Store(n[0])
	case "pause":
		time.Sleep(time.Duration(n[0]) * time.Microsecond)
	}
	return nil
}

// create makes a client with the arguments of call i.
func (s *script) create(i, plan, seed uint64) (client any, end, detail string) {
	f := &s.schema.Constructor
	at := check.ValueSeed(seed, i)
	if i > 0 {
		plan = check.DelayedPlan(plan, at)
	}
	args := f.Args(at, plan)
	fails := f.Task && check.PlanFails(args[0].Uint())
	results := f.Make(args)
	err, _ := results[1].Interface().(error)
	switch {
	case err == nil && !fails:
		return results[0].Interface(), "ok", ""
	case err != nil && fails && err.Error() == "task failed" && results[0].IsNil():
		return nil, "failed", ""
	case err != nil:
		return nil, check.Wrong, "create: " + err.Error()
	}
	return results[0].Interface(), check.Wrong, "create: expected the error \"task failed\", seen success"
}

// mostChurners make contexts at once: a context has a thread, whose first call into Go waits for Go
// to prepare for it, with sleeps of a microsecond. Of 500 such threads two processors do little else
// for many seconds; of 256 they do not.
const mostChurners = 256

// churn makes and destroys contexts, callers at once, which begin together.
func (s *script) churn(n numbers, t *stepTally) {
	times, plan, seed, callers := n[0], n[1], n[2], n[3]
	var next atomic.Uint64
	var together sync.WaitGroup
	begin := make(chan struct{})
	for range min(callers, mostChurners) {
		together.Add(1)
		go func() {
			defer together.Done()
			<-begin
			for i := next.Add(1) - 1; i < times; i = next.Add(1) - 1 {
				s.cycle(i, plan, seed, t)
			}
		}()
	}
	close(begin)
	together.Wait()
}

func (s *script) cycle(i, plan, seed uint64, t *stepTally) {
	client, end, detail := s.create(i, plan, seed)
	t.end(end, detail)
	if client != nil {
		if err := s.schema.Instance(client).Close(); err != nil {
			t.end(check.Wrong, "destroy: "+err.Error())
		}
	}
	if i%64 == 63 {
		settle(1000) // so that it is no crowd
		s.ended.Add(1)
	}
}

var errNotMade = errors.New("the context was never made")

func (s *script) destroy(c *scriptContext) error {
	if c.client == nil {
		return errNotMade
	}
	defer c.ended.Store(true)
	return s.schema.Instance(c.client).Close()
}

// release lets the closures go on that are held back; it gives their number.
func (s *script) release(c *scriptContext, backwards bool) uint64 {
	c.Lock()
	held := c.held
	c.held = nil
	for _, open := range c.holds {
		open.Store(true)
	}
	c.Unlock()
	if backwards {
		slices.Reverse(held)
	}
	for _, one := range held {
		s.disturb(answerGroup, s.answers.Add(1))
		close(one)
	}
	return uint64(len(held))
}

// answerGroup is the group number of answers where they are perturbed.
const answerGroup = 0xFFFF

// disturb sleeps or yields as the script's perturbation has it.
func (s *script) disturb(group, i uint64) {
	switch us := check.Perturbation(s.perturb.Load(), group, i); {
	case us > 0:
		time.Sleep(time.Duration(us) * time.Microsecond)
	case us == check.Collect:
		runtime.GC()
	case us < 0:
		runtime.Gosched()
	}
}

// leftover is how long a script that is stuck waits for the rest.
const leftover = 200 * time.Millisecond

// finish ends everything that began; what does not end within the limit counts as pending.
func (s *script) finish() {
	for _, c := range s.contexts {
		s.release(c, true)
	}
	for _, c := range s.contexts {
		_ = s.destroy(c)
	}
	p := s.patience()
	for _, g := range s.groups {
		s.stuck = !p.within(g.callers.Wait) || s.stuck
	}
	s.stuck = !p.until(func() bool { return s.inner.Load() == 0 }) || s.stuck
	p.settles()
	for _, g := range s.groups {
		g.giveUp() // late results outlive their contexts
	}
	p.until(func() bool { return ffirt.ReadStats().LiveHostCalls == 0 })
}

// patience is that of one wait of the script.
func (s *script) patience() *patience {
	if s.stuck {
		return onlyOnce(min(s.limit, leftover))
	}
	return newPatience(s.limit, s.ended.Load)
}
