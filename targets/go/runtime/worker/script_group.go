package worker

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"fficheck.local/batch/check"
)

// group is the calls of one start.
type group struct {
	*script
	number, plan, seed, calls uint64
	function                  *check.Function
	contexts                  []*scriptContext
	late                      bool
	tally                     *stepTally
	ctx                       context.Context
	cancel                    context.CancelFunc
	unfinished                atomic.Int64 // calls
	callers                   sync.WaitGroup

	mutex sync.Mutex
	kept  []keptCall
}

type keptCall struct {
	args, results []reflect.Value
}

func (s *script) start(n numbers, t *stepTally) error {
	if n[3] >= uint64(len(s.schema.Functions)) || s.schema.Functions[n[3]].Method == nil {
		return fmt.Errorf("function %d", n[3])
	}
	g := &group{
		script: s, number: n[0], function: &s.schema.Functions[n[3]], plan: n[4], seed: n[5],
		calls: n[7], late: n[8] != 0, tally: t,
	}
	for i := range n[2] {
		c := s.contexts[n[1]+i]
		if c == nil {
			return errNoSuchNumber
		}
		g.contexts = append(g.contexts, c)
	}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	s.groups[g.number] = g
	g.unfinished.Store(int64(n[6] * g.calls))
	for caller := range n[6] {
		g.callers.Add(1)
		go g.call(caller)
	}
	return nil
}

// call makes one caller's calls, one after the other.
func (g *group) call(caller uint64) {
	defer g.callers.Done()
	c := g.contexts[caller%uint64(len(g.contexts))]
	for j := range g.calls {
		i := caller*g.calls + j
		g.disturb(g.number, i)
		at, plan := check.ValueSeed(g.seed, i), g.plan
		if i > 0 {
			plan = check.DelayedPlan(plan, at)
		}
		args := g.function.Args(at, plan)
		g.tally.add("digest", uint64(g.function.Witness(args)))
		if c.client == nil {
			g.tally.end(check.Destroyed, "")
			g.unfinished.Add(-1)
			g.ended.Add(1)
			continue
		}
		ctx := g.ctx
		if g.function.Context == nil || i%4 == 3 && !g.cancelled() {
			ctx = nil // the other form
		}
		results := g.function.Call(ctx, c.client, args)
		if g.late {
			g.mutex.Lock()
			g.kept = append(g.kept, keptCall{args, results})
			g.mutex.Unlock()
		} else {
			g.judge(args, results)
		}
		g.unfinished.Add(-1)
		g.ended.Add(1)
	}
}

func (g *group) cancelled() bool { return g.ctx.Err() != nil }

func (g *group) judge(args, results []reflect.Value) {
	g.tally.end(g.function.Judge(g.schema.Expect(g.function, args), results))
}

func (g *group) giveUp() {
	g.mutex.Lock()
	kept := g.kept
	g.kept = nil
	g.mutex.Unlock()
	for _, call := range kept {
		g.judge(call.args, call.results)
	}
	g.tally.add("pending", uint64(max(g.unfinished.Load(), 0)))
	g.cancel()
}

// callInner makes a call of the schema's inner function and says whether it ended rightly.
func (s *script) callInner(c *scriptContext, seed, i uint64, t *stepTally) bool {
	f := s.schema.Inner()
	if f == nil {
		return true
	}
	args := f.Args(check.ValueSeed(seed, i), 0)
	end, detail := f.Judge(s.schema.Expect(f, args), f.Call(nil, c.client, args))
	t.end(end, detail)
	s.ended.Add(1)
	return end == check.Right
}
