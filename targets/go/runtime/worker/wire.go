package worker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"
)

const (
	maxMethod  = 64
	maxPayload = 64 << 20
)

// errTooLong: the peer broke the limits of the wire.
var errTooLong = errors.New("a length beyond the wire's limits")

var decoder = must(cbor.DecOptions{
	MaxArrayElements: 1 << 26, MaxNestedLevels: 1000, UTF8: cbor.UTF8DecodeInvalid,
}.DecMode())

var encoder = must(cbor.EncOptions{NaNConvert: cbor.NaNConvertNone}.EncMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type request map[string]any

// natural is a number of the request, or 0 where it is absent.
func (r request) natural(key string) uint64 {
	n, _ := r[key].(uint64)
	return n
}

func readRequest(r *bufio.Reader) (method string, payload request, err error) {
	name, err := readBlock(r, maxMethod)
	if err != nil {
		return "", nil, err
	}
	body, err := readBlock(r, maxPayload)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", nil, err
	}
	if len(body) > 0 {
		if err := decoder.Unmarshal(body, &payload); err != nil {
			return "", nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return string(name), payload, nil
}

func readBlock(r *bufio.Reader, limit uint32) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > limit {
		return nil, errTooLong
	}
	block := make([]byte, n)
	if _, err := io.ReadFull(r, block); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return block, nil
}

func writeAnswer(w io.Writer, code int32, body []byte) error {
	var head [8]byte
	binary.BigEndian.PutUint32(head[:4], uint32(code))
	binary.BigEndian.PutUint32(head[4:], uint32(len(body)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}
