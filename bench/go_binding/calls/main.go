// Program calls compares calls and host functions through the generated binding and library with a
// library and a binding by hand (package floor), in alternating blocks of one process.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"calls"
	"gocalls/floor"
)

var failed bool

// wanted prints a figure with its limit.
func wanted(what string, figure, limit float64, atLeast bool) {
	verdict := ""
	if atLeast && figure < limit || !atLeast && figure > limit {
		verdict, failed = "   NOT REACHED", true
	}
	sign := "at most"
	if atLeast {
		sign = "at least"
	}
	fmt.Printf("%-44s %8.2f   %s %.2f%s\n", what, figure, sign, limit, verdict)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// run makes n calls by so many callers and answers how long that took.
func run(call func(i uint64), n uint64, callers int) time.Duration {
	var next atomic.Uint64
	var group sync.WaitGroup
	start := time.Now()
	for range callers {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := next.Add(1); i <= n; i = next.Add(1) {
				call(i)
			}
		}()
	}
	group.Wait()
	return time.Since(start)
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// compare is the median of the blocks' ratios: time of a through time of b.
func compare(a, b func(uint64), n uint64, callers, rounds int) (ratio float64, each time.Duration) {
	run(a, n, callers)
	run(b, n, callers)
	var ratios, times []float64
	for range rounds {
		var ta, tb time.Duration
		if rand.IntN(2) == 0 {
			ta, tb = run(a, n, callers), run(b, n, callers)
		} else {
			tb, ta = run(b, n, callers), run(a, n, callers)
		}
		ratios = append(ratios, ta.Seconds()/tb.Seconds())
		times = append(times, ta.Seconds()/float64(n))
	}
	return median(ratios), time.Duration(median(times) * 1e9)
}

// allocations is how many a call makes.
func allocations(call func(uint64)) float64 {
	call(0)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const n = 20000
	for i := range uint64(n) {
		call(i)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n
}

func threads() int {
	tasks, err := os.ReadDir("/proc/self/task")
	must(err)
	return len(tasks)
}

func main() {
	block := flag.Uint64("block", 4000, "calls in a block of one caller; 64 callers make ten times as many")
	rounds := flag.Int("rounds", 21, "blocks of each side")
	only := flag.String("only", "", "just this many times over: 64 callers of this function, for a profiler")
	flag.Parse()

	c, err := calls.NewClient()
	must(err)
	must(c.SetHostNumber(func(v uint64) (uint64, error) { return v + 1, nil }))
	must(c.SetHostText(func(v string) (string, error) { return v, nil }))
	floor.HostNumber = func(v uint64) uint64 { return v + 1 }
	floor.HostText = func(v string) string { return v }
	const sent = "a text of thirty-one characters"
	wrong := func(ok bool, err error) {
		if !ok || err != nil {
			log.Fatal("a wrong answer: ", err)
		}
	}
	generated := map[string]func(uint64){
		"number":     func(i uint64) { v, err := c.Number(i); wrong(v == i, err) },
		"text":       func(uint64) { v, err := c.Text(sent); wrong(v == sent, err) },
		"ask number": func(i uint64) { v, err := c.AskNumber(i); wrong(v == i+1, err) },
		"ask text":   func(uint64) { v, err := c.AskText(sent); wrong(v == sent, err) },
	}
	byHand := map[string]func(uint64){
		"number":     func(i uint64) { wrong(floor.Number(i) == i, nil) },
		"text":       func(uint64) { wrong(floor.Text(sent) == sent, nil) },
		"ask number": func(i uint64) { wrong(floor.AskNumber(i) == i+1, nil) },
		"ask text":   func(uint64) { wrong(floor.AskText(sent) == sent, nil) },
	}
	if *only != "" {
		fmt.Println(run(generated[*only], *block*100, 64) / time.Duration(*block*100))
		return
	}
	// The values: a result is one where the caller keeps it, a text one more on each side.
	values := map[string]float64{"number": 1, "text": 2, "ask number": 1, "ask text": 3}
	names := []string{"number", "text", "ask number", "ask text"}

	fmt.Printf("%d processors\n", runtime.GOMAXPROCS(0))
	for _, callers := range []int{1, 64} {
		for _, name := range names {
			limit := 1.3
			if strings.HasPrefix(name, "ask") || callers > 1 {
				limit = 1.5
			}
			n := *block
			if callers > 1 {
				n *= 10
			}
			ratio, each := compare(generated[name], byHand[name], n, callers, *rounds)
			wanted(fmt.Sprintf("%s, %d callers, %v each", name, callers, each.Round(10*time.Nanosecond)), ratio, limit, false)
		}
	}
	for _, name := range names {
		wanted("allocations beyond the values, "+name, allocations(generated[name])-values[name], 2, false)
	}

	// A call in four asks the host.
	mixed := func(i uint64) {
		if i%4 == 0 {
			generated["ask text"](i)
		} else {
			generated["number"](i)
		}
	}
	before := threads()
	var ratios []float64
	most := 0
	for range max(*rounds/2, 3) {
		few := run(mixed, 20*10000, 100)
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				most = max(most, threads())
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		}()
		many := run(mixed, 20*10000, 10000)
		close(stop)
		<-stopped
		ratios = append(ratios, few.Seconds()/many.Seconds())
	}
	wanted("throughput of 10,000 callers by that of 100", median(ratios), 1, true)
	fmt.Printf("threads: %d before, at most %d with 10,000 callers\n", before, most)
	pending(c)
	must(c.Close())
	if failed {
		os.Exit(1)
	}
}

// pending tells what a call takes that waits, the host's answer outstanding.
func pending(c *calls.Client) {
	const n = 10000
	gate := make(chan struct{})
	var asked atomic.Int64
	must(c.SetHostNumber(func(v uint64) (uint64, error) {
		asked.Add(1)
		<-gate
		return v, nil
	}))
	memory := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	before := memory()
	var group sync.WaitGroup
	for i := range uint64(n) {
		group.Add(1)
		go func() {
			defer group.Done()
			_, err := c.AskNumber(i)
			must(err)
		}()
	}
	for asked.Load() < n {
		time.Sleep(time.Millisecond)
	}
	fmt.Printf("memory of a call that waits for its host function: %.0f bytes of Go (both goroutines), %d threads\n", (memory()-before)/n, threads())
	close(gate)
	group.Wait()
}
