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
	"syscall"
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
	fmt.Printf("%-56s %6.2f   %s %.2f%s\n", what, figure, sign, limit, verdict)
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

// processor is the time that the process has had of its processors.
func processor() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// compare is the median of the blocks' ratios, time of a through time of b, and the same of processor
// time, which a loaded machine disturbs less.
// Each block has a context of its own and the floor a thread: where threads run decides what a hop costs.
func compare(a, b func(uint64), n uint64, callers, rounds int) (ratio, processors float64, each time.Duration) {
	var ratios, cpu, times []float64
	for range rounds {
		sides := []func(uint64){a, b}
		var took, used [2]float64
		first := rand.IntN(2)
		for _, i := range []int{first, 1 - first} {
			renew()
			run(sides[i], n/10+1, callers)
			before := processor()
			took[i] = run(sides[i], n, callers).Seconds()
			used[i] = (processor() - before).Seconds()
		}
		ratios = append(ratios, took[0]/took[1])
		cpu = append(cpu, used[0]/used[1])
		times = append(times, took[0]/float64(n))
	}
	return median(ratios), median(cpu), time.Duration(median(times) * 1e9)
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

// c is the context of the library, and of this block.
var c *calls.Client

func renew() {
	if c != nil {
		must(c.Close())
	}
	var err error
	c, err = calls.NewClient()
	must(err)
	must(c.SetHostNumber(func(v uint64) (uint64, error) { return v + 1, nil }))
	must(c.SetHostText(func(v string) (string, error) { return v, nil }))
	floor.Stop()
	floor.Start()
}

func main() {
	block := flag.Uint64("block", 1000, "calls in a block of one caller; 64 callers make ten times as many")
	rounds := flag.Int("rounds", 25, "blocks of each side")
	only := flag.String("only", "", "call this one only, 100 blocks, for a profiler")
	callers := flag.Int("callers", 64, "with -only")
	flag.Parse()

	floor.Start()
	renew()
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
		call, ok := generated[*only]
		if !ok {
			call = byHand[strings.TrimPrefix(*only, "floor ")]
		}
		for range 3 {
			fmt.Println(run(call, *block*100, *callers) / time.Duration(*block*100))
		}
		return
	}
	// The values: a text is one on each side that gets it.
	values := map[string]float64{"number": 0, "text": 1, "ask number": 0, "ask text": 2}
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
			ratio, cpu, each := compare(generated[name], byHand[name], n, callers, *rounds)
			wanted(fmt.Sprintf("%s, %d callers, %v each (processor %.2f)", name, callers, each.Round(10*time.Nanosecond), cpu), ratio, limit, false)
		}
	}
	for _, name := range names {
		wanted("allocations beyond the values, "+name, allocations(generated[name])-values[name], 2, false)
	}

	before := threads()
	crowd(generated, byHand, *rounds/4+1)
	fmt.Printf("threads: %d before, at most %d with 10,000 callers\n", before, most.Load())
	pending()
	if failed {
		os.Exit(1)
	}
}

var most atomic.Int64 // threads seen

// watched runs with an eye on the threads.
func watched(call func(uint64), n uint64, callers int) time.Duration {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), int64(threads())))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	defer func() { close(stop); <-stopped }()
	return run(call, n, callers)
}

// crowd compares 10,000 callers with 100. First every call asks the host, which takes a millisecond for its
// answer, as is so of calls that are worth waiting for. Then a call in four asks it and nothing takes
// any time, which shows what so many goroutines cost a processor's caches, by hand too.
func crowd(generated, byHand map[string]func(uint64), rounds int) {
	mix := func(side map[string]func(uint64)) func(uint64) {
		return func(i uint64) {
			if i%4 == 0 {
				side["ask number"](i)
			} else {
				side["number"](i)
			}
		}
	}
	ask := generated["ask number"]
	var slow, fast, floors []float64
	for range rounds {
		must(c.SetHostNumber(func(v uint64) (uint64, error) {
			time.Sleep(time.Millisecond)
			return v + 1, nil
		}))
		few, many := run(ask, 50000, 100), watched(ask, 100000, 10000)
		slow = append(slow, 2*few.Seconds()/many.Seconds())
		must(c.SetHostNumber(func(v uint64) (uint64, error) { return v + 1, nil }))
		few, many = run(mix(generated), 100000, 100), watched(mix(generated), 100000, 10000)
		fast = append(fast, few.Seconds()/many.Seconds())
		few, many = run(mix(byHand), 100000, 100), run(mix(byHand), 100000, 10000)
		floors = append(floors, few.Seconds()/many.Seconds())
	}
	wanted("throughput of 10,000 callers by that of 100", median(slow), 1, true)
	fmt.Printf("the same where nothing takes time: %.2f; by hand: %.2f\n", median(fast), median(floors))
}

// pending tells what a call takes that waits, the host's answer outstanding.
func pending() {
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
