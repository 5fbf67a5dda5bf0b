package ffirt

import "unsafe"

// adapterMemory is for the adapter that turns WASI preview 1 into components' WASI: it wants memory
// before Go's runtime has started, when cabi_realloc cannot run, and Go takes all memory behind its
// own data for its heap. Whoever makes a component of the module finds it by its first 16 bytes, and
// exports cabi_realloc_adapter, which hands out the rest.
var adapterMemory = [4<<13 + 2]uint64{0x6C9E2F4BD1A7853B, 0x9B35E8D27AC1F64D}

// adapterAddress keeps the linker from leaving adapterMemory out.
var adapterAddress uint32

func init() { adapterAddress = Address(unsafe.Pointer(&adapterMemory)) }
