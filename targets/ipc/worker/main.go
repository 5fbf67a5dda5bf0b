// Package worker answers the harness for one batch (docs/worker-protocol.md) with calls of generated
// clients on a server of its own.
package worker

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"fficheck.local/batch/check"
)

// Main starts the server, the program that the arguments name with its own, and serves the wire on file
// descriptor 3 until its end.
func Main(schemas []check.Schema) {
	if len(os.Args) < 2 {
		fail("usage: worker SERVER ARGUMENT..., with the wire on file descriptor 3")
	}
	first, err := start(schemas, os.Args[1], os.Args[2:])
	if err != nil {
		fail(err.Error())
	}
	probe, err := schemas[0].Library.Attach(context.Background(), first)
	if err != nil {
		fail(err.Error())
	}
	answerAll(schemas, remote{probe})
}

// start runs the server until this process ends, and learns where it listens; the first address.
func start(schemas []check.Schema, program string, args []string) (string, error) {
	server := exec.Command(program, append(args, "--until-eof")...)
	server.Stderr = os.Stderr
	if _, err := server.StdinPipe(); err != nil {
		return "", err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := server.Start(); err != nil {
		return "", err
	}
	var first string
	lines := bufio.NewScanner(out)
	for i := range schemas {
		if !lines.Scan() {
			return "", fmt.Errorf("the server does not listen: %v", server.Wait())
		}
		address, ok := strings.CutPrefix(lines.Text(), "listening on ")
		if !ok {
			return "", fmt.Errorf("the server says %q", lines.Text())
		}
		addresses[schemas[i].Library] = address
		if i == 0 {
			first = address
		}
	}
	go func() {
		fail(fmt.Sprint("the server ended: ", server.Wait()))
	}()
	return first, nil
}
