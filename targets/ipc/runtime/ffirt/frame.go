package ffirt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	codeRefused = 4 // beside the library's own: 0 ok, 1 error

	maxMethod  = 512
	maxPayload = 64 << 20
)

// appendRequest appends the frame of a request.
func appendRequest(frame []byte, method string, payload []byte) ([]byte, error) {
	if len(method) > maxMethod || len(payload) > maxPayload {
		return nil, fmt.Errorf("%s: %d bytes of arguments, beyond the wire's limit", method, len(payload))
	}
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(method)))
	frame = append(frame, method...)
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(payload)))
	return append(frame, payload...), nil
}

// readAnswer reads one answer. Memory grows as bytes arrive, never to what a length claims.
func readAnswer(r io.Reader) (code int32, body []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := int64(binary.BigEndian.Uint32(head[4:]))
	if n > maxPayload {
		return 0, nil, fmt.Errorf("an answer of %d bytes, beyond the wire's limit", n)
	}
	var buffer bytes.Buffer
	got, err := buffer.ReadFrom(io.LimitReader(r, n))
	if err == nil && got < n {
		err = io.ErrUnexpectedEOF
	}
	return int32(binary.BigEndian.Uint32(head[:4])), buffer.Bytes(), err
}
