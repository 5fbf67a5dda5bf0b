package check

import (
	"encoding/binary"
	"math"
)

// Witness is the digest of what one side holds: section 4 of docs/value-stream.md.
type Witness uint64

// NewWitness is the witness of nothing.
const NewWitness Witness = 0x6A09E667F3BCC908

// Add absorbs a word.
func (h *Witness) Add(x uint64) {
	z := (uint64(*h) ^ x) * 0x9FB21C651E98DF25
	*h = Witness(z ^ z>>32)
}

// Bool absorbs a bool.
func (h *Witness) Bool(b bool) {
	if b {
		h.Add(1)
	} else {
		h.Add(0)
	}
}

// Int absorbs a signed integer.
func (h *Witness) Int(x int64) { h.Add(uint64(x)) }

// Float32 absorbs a float.
func (h *Witness) Float32(f float32) {
	if f != f {
		h.Add(nan32)
	} else {
		h.Add(uint64(math.Float32bits(f)))
	}
}

// Float64 absorbs a float.
func (h *Witness) Float64(f float64) {
	if f != f {
		h.Add(nan64)
	} else {
		h.Add(math.Float64bits(f))
	}
}

// Char absorbs a char.
func (h *Witness) Char(c rune) { h.Add(uint64(uint32(c))) }

// String absorbs a string.
func (h *Witness) String(s string) {
	h.Add(uint64(len(s)))
	var word [8]byte
	for len(s) >= 8 {
		copy(word[:], s)
		h.Add(binary.LittleEndian.Uint64(word[:]))
		s = s[8:]
	}
	if len(s) > 0 {
		word = [8]byte{}
		copy(word[:], s)
		h.Add(binary.LittleEndian.Uint64(word[:]))
	}
}
