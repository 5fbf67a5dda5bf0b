package guest

import (
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

// litter keeps the newest litter reachable, so that it is written at all.
var litter []byte

// collect collects, and writes over what was collected.
func collect() {
	runtime.GC()
	for size := 8; size <= 1024; size *= 2 {
		for range 32 {
			litter = make([]byte, size)
			for i := range litter {
				litter[i] = 0xDB
			}
		}
	}
}

//go:wasmexport fficheck:probe/probe#collect
func probeCollect() { collect() }

//go:wasmexport fficheck:probe/probe#collect-in-realloc
func probeCollectInRealloc(on uint32) {
	ffirt.OnRealloc = nil
	if on != 0 {
		ffirt.OnRealloc = collect
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
