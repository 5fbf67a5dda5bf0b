// Package check holds what generated test code needs: the value stream and the witness of
// docs/value-stream.md, and the trials that compare both sides. It is no part of a binding.
package check

import (
	"math"
	"unicode/utf8"
)

// Next is the step from one state of a random stream to its word: section 1.
func next(state *uint64) uint64 {
	*state += 0x9E3779B97F4A7C15
	z := *state
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// ValueSeed is the seed of value i of a run: section 2.
func ValueSeed(seed, i uint64) uint64 {
	state := seed + i*0xD1B54A32D192ED03
	return next(&state)
}

// Stream makes the values of a seed: section 3.
type Stream struct {
	state  uint64
	budget uint64
	// NoNUL: the dialect's strings cannot hold NUL.
	NoNUL bool
}

// NewStream starts the stream of a value.
func NewStream(seed uint64) *Stream { return &Stream{state: seed, budget: 4096} }

func (g *Stream) next() uint64 { return next(&g.state) }

func (g *Stream) below(n uint64) uint64 { return ((g.next() >> 32) * n) >> 32 }

// Bool draws a bool.
func (g *Stream) Bool() bool { return g.next()&1 != 0 }

func (g *Stream) bits(width uint) uint64 {
	mask := ^uint64(0) >> (64 - width)
	r := g.next()
	switch r & 7 {
	case 0:
		top := uint64(1) << (width - 1)
		switch (r >> 3) % 10 {
		case 0:
			return 0
		case 1:
			return 1
		case 2:
			return 2 & mask
		case 3:
			return top - 1
		case 4:
			return top
		case 5:
			return (top + 1) & mask
		case 6:
			return mask
		case 7:
			return mask - 1
		case 8:
			return 0x5555555555555555 & mask
		default:
			return 0xAAAAAAAAAAAAAAAA & mask
		}
	case 1:
		return (r >> 3) & 0xff & mask
	case 2:
		return 1 << ((r >> 3) % uint64(width))
	default:
		return g.next() & mask
	}
}

// Int8 and its kin draw integers.
func (g *Stream) Int8() int8     { return int8(g.bits(8)) }
func (g *Stream) Uint8() uint8   { return uint8(g.bits(8)) }
func (g *Stream) Int16() int16   { return int16(g.bits(16)) }
func (g *Stream) Uint16() uint16 { return uint16(g.bits(16)) }
func (g *Stream) Int32() int32   { return int32(g.bits(32)) }
func (g *Stream) Uint32() uint32 { return uint32(g.bits(32)) }
func (g *Stream) Int64() int64   { return int64(g.bits(64)) }
func (g *Stream) Uint64() uint64 { return g.bits(64) }

const (
	nan32 = 0x7FC00000
	nan64 = 0x7FF8000000000000
)

var edges32 = [12]uint32{
	0, 1 << 31, 0x3F800000, 0xBF800000, 0x3FC00000, 1, 0x00800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000,
	nan32, 0xC0200000,
}

var edges64 = [12]uint64{
	0, 1 << 63, 0x3FF0000000000000, 0xBFF0000000000000, 0x3FF8000000000000, 1, 0x0010000000000000,
	0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, nan64, 0xC004000000000000,
}

// Float32 draws a float.
func (g *Stream) Float32() float32 {
	r := g.next()
	var f float32
	switch r & 3 {
	case 0:
		return math.Float32frombits(edges32[(r>>2)%12])
	case 1:
		return float32(int8(r >> 2))
	default:
		f = math.Float32frombits(uint32(g.next()))
	}
	if f != f {
		return math.Float32frombits(nan32)
	}
	return f
}

// Float64 draws a float.
func (g *Stream) Float64() float64 {
	r := g.next()
	var f float64
	switch r & 3 {
	case 0:
		return math.Float64frombits(edges64[(r>>2)%12])
	case 1:
		return float64(int8(r >> 2))
	default:
		f = math.Float64frombits(g.next())
	}
	if f != f {
		return math.Float64frombits(nan64)
	}
	return f
}

var edgeChars = [14]rune{
	0, 0x9, 0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF,
}

// Char draws a char.
func (g *Stream) Char() rune {
	r := g.next()
	switch r & 3 {
	case 0:
		return edgeChars[(r>>2)%14]
	case 1:
		return rune(0x20 + (r>>2)%95)
	}
	c := rune((r >> 2) % 0x10F800)
	if c >= 0xD800 {
		c += 0x800
	}
	return c
}

// String draws a string.
func (g *Stream) String(depth int) string {
	r := g.next()
	k, q := r&15, r>>4
	var n uint64
	switch {
	case k == 0:
		n = 0
	case k == 1:
		n = 1
	case k <= 9:
		n = q % 8
	case k <= 13:
		n = q % 32
	case k == 14:
		n = q % 256
	default:
		if q%256 == 0 && depth <= 1 && g.budget >= 2048 {
			g.budget -= 2048
			huge := make([]byte, 1<<20)
			for i := range huge {
				huge[i] = byte(0x61 + (uint64(i)+(r>>16))%26)
			}
			return string(huge)
		}
		n = q % 64
	}
	n = min(n, g.budget)
	g.budget -= n / 8
	class := g.next() & 3
	text := make([]byte, 0, n)
	for range n {
		var c rune
		switch class {
		case 0:
			c = rune(0x20 + g.below(95))
		case 1:
			c = g.Char()
		case 2:
			c = rune(g.below(32))
		default:
			c = rune(0xA0 + g.below(0x60))
		}
		if c == 0 && g.NoNUL {
			c = 1
		}
		text = utf8.AppendRune(text, c)
	}
	return string(text)
}

// Len draws the length of a list.
func (g *Stream) Len(depth int) int {
	r := g.next()
	k, q := r&15, r>>4
	var n uint64
	switch {
	case k == 0:
		n = 0
	case k == 1:
		n = 1
	case k <= 9:
		n = q % 5
	case k <= 13:
		n = q % 17
	case k == 14:
		n = q % 65
	case depth == 0:
		n = q % 1025
	default:
		n = q % 9
	}
	if depth >= 3 {
		n = min(n, 2)
	}
	n = min(n, g.budget)
	g.budget -= n
	return int(n)
}

// Maybe draws whether an option is some, or a result ok.
func (g *Stream) Maybe() bool { return g.next()&3 != 0 }

// Case draws the index of one of n cases.
func (g *Stream) Case(n uint32) uint32 {
	r := g.next()
	if r&7 == 0 {
		if r&8 != 0 {
			return n - 1
		}
		return 0
	}
	return uint32(g.below(uint64(n)))
}

// Flags draws n flags of at most 64.
func (g *Stream) Flags(n uint64) uint64 {
	var word [1]uint64
	g.FlagWords(word[:], n)
	return word[0]
}

// FlagWords draws n flags into words.
func (g *Stream) FlagWords(words []uint64, n uint64) {
	r := g.next()
	switch r & 3 {
	case 0:
		clear(words)
	case 1:
		for i := range words {
			words[i] = ^uint64(0)
		}
	case 2:
		clear(words)
		if n > 0 {
			i := (r >> 2) % n
			words[i/64] = 1 << (i % 64)
		}
	default:
		for i := uint64(0); i*64 < n; i++ {
			words[i] = g.next()
		}
	}
	for i := range words {
		if used := n - min(n, uint64(i)*64); used < 64 {
			words[i] &= 1<<used - 1
		}
	}
}
