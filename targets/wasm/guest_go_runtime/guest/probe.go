package guest

import (
	"bytes"
	"runtime"

	"fficheck.local/batch/ffirt"
)

var newest = tally{failed: 1<<64 - 1}

//go:wasmexport fficheck:probe/probe#last-witness
func probeLastWitness() uint64 { return uint64(lastWitness) }

//go:wasmexport fficheck:probe/probe#counter
func probeCounter(which uint32) int64 {
	switch which {
	case 0:
		return int64(ffirt.LiveBlocks())
	case 1:
		return ffirt.Count.LiveBytes
	case 2:
		return ffirt.Count.BadFrees
	case 3:
		return ffirt.Count.Allocations
	case 4:
		return ffirt.Count.Reallocs
	case 5:
		return ffirt.Count.PostReturns
	case 6:
		return int64(ffirt.LiveReps())
	case 7:
		return ffirt.Count.Destructors
	default:
		return -1
	}
}

// litter keeps the newest litter reachable, so that it is written at all; dirt is what is written: a
// copy of it is one instruction, a loop over bytes takes longer than the collection.
var (
	litter []byte
	dirt   = bytes.Repeat([]byte{0xDB}, 1024)
)

// collect collects, and writes over what was collected.
func collect() {
	runtime.GC()
	for size := 8; size <= 1024; size *= 2 {
		for range 32 {
			litter = append([]byte(nil), dirt[:size]...)
		}
	}
}

//go:wasmexport fficheck:probe/probe#collect
func probeCollect() { collect() }

//go:wasmexport fficheck:probe/probe#collect-in-realloc
func probeCollectInRealloc(on uint32) {
	if uncollected {
		collect()
	}
	reallocs, uncollected, ffirt.OnRealloc = 0, false, nil
	if on != 0 {
		ffirt.OnRealloc = collectSometimes
	}
}

// reallocs counts those since the host asked for collections, uncollected tells that none followed the
// newest.
var (
	reallocs    uint
	uncollected bool
)

// collectSometimes collects in the first few and then ever fewer: what the host was given must be held
// until it is lifted, so one collection is as good as many in a row.
func collectSometimes() {
	reallocs++
	uncollected = reallocs > 4 && reallocs&(reallocs-1) != 0
	if !uncollected {
		collect()
	}
}

//go:wasmexport fficheck:probe/probe#run-import
func probeRunImport(schema, function, law uint32, seed, first, count uint64) uint64 {
	newest = Schemas[schema].run(int(function), law, seed, first, count)
	return newest.held
}

//go:wasmexport fficheck:probe/probe#failed
func probeFailed() uint64 { return newest.failed }

//go:wasmexport fficheck:probe/probe#digest
func probeDigest() uint64 { return newest.digest }

//go:wasmexport fficheck:probe/probe#errs
func probeErrs() uint64 { return newest.errs }
