// Package worker answers the harness for one batch: docs/worker-protocol.md.
package worker

import (
	"os"

	"fficheck.local/batch/check"
)

// Main serves the wire on file descriptor 3 until its end. The batch's C library is the file named by
// the first argument.
func Main(schemas []check.Schema) {
	if len(os.Args) != 2 {
		fail("usage: worker LIBRARY, with the wire on file descriptor 3")
	}
	if err := load(os.Args[1]); err != nil {
		fail(err.Error())
	}
	for i := range schemas {
		schemas[i].Library.Bind(libraryTable(i))
	}
	answerAll(schemas, library{})
}
