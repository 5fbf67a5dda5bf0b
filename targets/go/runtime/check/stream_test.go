package check

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The numbers of the shared vectors that need no schema, and the produce functions of its scalars.
func TestStreamFollowsTheVectors(t *testing.T) {
	file, err := os.Open("../../../../tests/vectors/value_stream.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	hex := func(s string) uint64 {
		n, err := strconv.ParseUint(s, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	draws := map[string]func(*Stream, *Witness){
		"produce-bool":   func(g *Stream, h *Witness) { h.Bool(g.Bool()) },
		"produce-s8":     func(g *Stream, h *Witness) { h.Int(int64(g.Int8())) },
		"produce-u8":     func(g *Stream, h *Witness) { h.Add(uint64(g.Uint8())) },
		"produce-s16":    func(g *Stream, h *Witness) { h.Int(int64(g.Int16())) },
		"produce-u16":    func(g *Stream, h *Witness) { h.Add(uint64(g.Uint16())) },
		"produce-s32":    func(g *Stream, h *Witness) { h.Int(int64(g.Int32())) },
		"produce-u32":    func(g *Stream, h *Witness) { h.Add(uint64(g.Uint32())) },
		"produce-s64":    func(g *Stream, h *Witness) { h.Int(g.Int64()) },
		"produce-u64":    func(g *Stream, h *Witness) { h.Add(g.Uint64()) },
		"produce-f32":    func(g *Stream, h *Witness) { h.Float32(g.Float32()) },
		"produce-f64":    func(g *Stream, h *Witness) { h.Float64(g.Float64()) },
		"produce-char":   func(g *Stream, h *Witness) { h.Char(g.Char()) },
		"produce-string": func(g *Stream, h *Witness) { h.String(g.String(0)) },
	}
	schema, compared := "", 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.SplitN(lines.Text(), " ", 5)
		switch f[0] {
		case "schema":
			schema = f[1]
		case "next":
			state := hex(f[1])
			n, _ := strconv.Atoi(f[2])
			for range n {
				next(&state)
			}
			if got, want := next(&state), hex(f[3]); got != want {
				t.Errorf("%s: %x", lines.Text(), got)
			}
			compared++
		case "seed":
			i, _ := strconv.ParseUint(f[2], 10, 64)
			if got, want := ValueSeed(hex(f[1]), i), hex(f[3]); got != want {
				t.Errorf("%s: %x", lines.Text(), got)
			}
			compared++
		case "value":
			draw := draws[f[1]]
			if schema != "scalars" || draw == nil {
				continue
			}
			h := NewWitness
			draw(NewStream(hex(f[2])), &h)
			if want := Witness(hex(f[3])); h != want {
				t.Errorf("%s: %x", lines.Text(), h)
			}
			compared++
		}
	}
	if compared < 100 {
		t.Errorf("only %d vectors compared", compared)
	}
}

func TestFlagsBeyondTheLastAreNeverSet(t *testing.T) {
	for n := uint64(1); n < 200; n++ {
		words := make([]uint64, (n+63)/64)
		for seed := range uint64(64) {
			NewStream(seed).FlagWords(words, n)
			if last := words[len(words)-1]; n%64 != 0 && last>>(n%64) != 0 {
				t.Fatalf("%d flags, seed %d: %x", n, seed, words)
			}
		}
	}
}
