package worker

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"fficheck.local/batch/check"
)

// answerAll serves the wire on file descriptor 3 until its end.
func answerAll(schemas []check.Schema, c callee) {
	wire := os.NewFile(3, "wire")
	err := serve(newServer(schemas, c), bufio.NewReaderSize(wire, 1<<16), bufio.NewWriterSize(wire, 1<<16))
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
