// Package worker answers the harness for one batch: docs/worker-protocol.md.
package worker

import (
	"bufio"
	"fmt"
	"io"
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
	wire := os.NewFile(3, "wire")
	err := serve(newServer(schemas), bufio.NewReaderSize(wire, 1<<16), bufio.NewWriterSize(wire, 1<<16))
	if err != nil {
		fail(err.Error())
	}
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, "worker:", text)
	os.Exit(2)
}

func serve(s *server, in *bufio.Reader, out *bufio.Writer) error {
	for {
		method, payload, err := readRequest(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		answer, err := s.handle(method, payload)
		code, body := int32(0), []byte(nil)
		if err == nil {
			body, err = encoder.Marshal(answer)
		}
		if err != nil {
			code, body = 1, []byte(method+": "+err.Error())
		}
		if err := writeAnswer(out, code, body); err != nil {
			return nil // the harness is gone
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return nil
			}
		}
	}
}
