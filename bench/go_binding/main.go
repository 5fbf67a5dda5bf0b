// Program go_binding compares bulk calls through the generated binding with the same through a
// binding written by hand (package hand), both against one library, in alternating blocks.
package main

import (
	"flag"
	"fmt"
	"gobinding/hand"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"shapes"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// value makes the parts that every shape is made of from an index.
type value struct{ r *rand.Rand }

func newValue(i uint64) value { return value{rand.New(rand.NewPCG(1, i))} }

func (v value) text() string {
	b := make([]byte, v.r.IntN(24))
	for i := range b {
		b[i] = byte('a' + v.r.IntN(26))
	}
	return string(b)
}

func (v value) numbers() []uint64 {
	n := make([]uint64, v.r.IntN(16))
	for i := range n {
		n[i] = v.r.Uint64()
	}
	return n
}

// law is one side of one shape: makes value i, sends it, tells whether it came back the same.
type law func(i uint64) (bool, error)

func echo[T any](make func(value) T, call func(T) (T, error), equal func(a, b T) bool) law {
	return func(i uint64) (bool, error) {
		sent := make(newValue(i))
		back, err := call(sent)
		return err == nil && equal(sent, back), err
	}
}

func same[T comparable](a, b T) bool { return a == b }

func sameNote(a, b *string) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// run tries n values with `flight` calls at a time and answers how long it took.
func run(l law, first, n uint64, flight int) time.Duration {
	var next atomic.Uint64
	var group sync.WaitGroup
	start := time.Now()
	for range flight {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := next.Add(1); i <= n; i = next.Add(1) {
				if held, err := l(first + i); !held {
					log.Fatalf("value %d did not come back: %v", first+i, err)
				}
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

func main() {
	flight := flag.Int("flight", 64, "calls in flight")
	block := flag.Uint64("block", 20000, "values in a block")
	rounds := flag.Int("rounds", 15, "blocks of each side")
	flag.Parse()

	generated, err := shapes.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	defer generated.Close()
	written, err := hand.New()
	if err != nil {
		log.Fatal(err)
	}
	defer written.Close()

	number := func(v value) uint64 { return v.r.Uint64() }
	generatedPoint := func(v value) shapes.Point {
		return shapes.Point{X: v.r.Float64(), Y: v.r.Float64(), Id: v.r.Uint32()}
	}
	writtenPoint := func(v value) hand.Point {
		return hand.Point{X: v.r.Float64(), Y: v.r.Float64(), ID: v.r.Uint32()}
	}
	generatedItem := func(v value) (item shapes.Item) {
		item.Name = v.text()
		item.Points = make([]shapes.Point, v.r.IntN(8))
		for i := range item.Points {
			item.Points[i] = generatedPoint(v)
		}
		if v.r.IntN(4) > 0 {
			note := v.text()
			item.Note = &note
		}
		return item
	}
	writtenItem := func(v value) (item hand.Item) {
		item.Name = v.text()
		item.Points = make([]hand.Point, v.r.IntN(8))
		for i := range item.Points {
			item.Points[i] = writtenPoint(v)
		}
		if v.r.IntN(4) > 0 {
			note := v.text()
			item.Note = &note
		}
		return item
	}
	sameGenerated := func(a, b shapes.Item) bool {
		return a.Name == b.Name && slices.Equal(a.Points, b.Points) && sameNote(a.Note, b.Note)
	}
	sameWritten := func(a, b hand.Item) bool {
		return a.Name == b.Name && slices.Equal(a.Points, b.Points) && sameNote(a.Note, b.Note)
	}

	sides := []struct {
		name               string
		generated, written law
	}{
		{"number", echo(number, generated.EchoNumber, same), echo(number, written.EchoNumber, same)},
		{"point", echo(generatedPoint, generated.EchoPoint, same), echo(writtenPoint, written.EchoPoint, same)},
		{"text", echo(value.text, generated.EchoText, same), echo(value.text, written.EchoText, same)},
		{"numbers", echo(value.numbers, generated.EchoNumbers, slices.Equal), echo(value.numbers, written.EchoNumbers, slices.Equal)},
		{"item", echo(generatedItem, generated.EchoItem, sameGenerated), echo(writtenItem, written.EchoItem, sameWritten)},
	}

	fmt.Printf("%-10s%14s%14s%8s   (values/s, %d in flight)\n", "shape", "generated", "by hand", "ratio", *flight)
	product := 1.0
	for _, side := range sides {
		run(side.generated, 0, *block, *flight)
		run(side.written, 0, *block, *flight)
		var ratios, a, b []float64
		for round := range *rounds {
			first := uint64(round) * *block
			var g, w time.Duration
			if rand.IntN(2) == 0 {
				g = run(side.generated, first, *block, *flight)
				w = run(side.written, first, *block, *flight)
			} else {
				w = run(side.written, first, *block, *flight)
				g = run(side.generated, first, *block, *flight)
			}
			ratios = append(ratios, w.Seconds()/g.Seconds())
			a = append(a, float64(*block)/g.Seconds())
			b = append(b, float64(*block)/w.Seconds())
		}
		ratio := median(ratios)
		product *= ratio
		fmt.Printf("%-10s%14.0f%14.0f%8.2f\n", side.name, median(a), median(b), ratio)
	}
	mean := math.Pow(product, 1/float64(len(sides)))
	fmt.Printf("geometric mean of the ratios: %.2f; wanted: 0.8\n", mean)
	if mean < 0.8 {
		os.Exit(1)
	}
}
