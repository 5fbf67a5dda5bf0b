package ffirt

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// item is a record of the library that the tests speak to.
type item struct {
	Name    string
	Numbers []uint64
	More    **string
}

func testLibrary() *Library {
	return NewLibrary(
		[]string{"string", "u64", "list 1", "option 0", "option 3", "record name:0 numbers:2 more:4", "list 5"},
		[]Method{
			{Name: "create"},
			{Name: "echo", Params: "items:6", Result: "6"},
			{Name: "text", Params: "text:0", Result: "0", DeclaresText: true},
		})
}

// serve accepts one connection and hands it to f.
func serve(t *testing.T, f func(conn net.Conn)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		defer group.Done()
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		f(conn)
	}()
	t.Cleanup(func() {
		listener.Close()
		group.Wait()
	})
	return "unix:" + path
}

// request reads one frame; false at the end.
func request(r io.Reader) (method string, payload []byte, ok bool) {
	block := func() []byte {
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil
		}
		b := make([]byte, binary.BigEndian.Uint32(head[:]))
		_, _ = io.ReadFull(r, b)
		return b
	}
	name := block()
	if name == nil {
		return "", nil, false
	}
	return string(name), block(), true
}

func reply(code int32, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(code))
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	return append(out, body...)
}

// answering serves each request with what f gives, until f gives nothing.
func answering(f func(method string, payload []byte) []byte) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			method, payload, ok := request(in)
			if !ok {
				return
			}
			out := f(method, payload)
			if out == nil {
				return
			}
			_, _ = conn.Write(out)
		}
	}
}

func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		stacks := make([]byte, 1<<16)
		t.Fatalf("it hangs\n%s", stacks[:runtime.Stack(stacks, true)])
	}
}

const patience = 20 * time.Second

func TestValuesComeBackAsTheyWent(t *testing.T) {
	address := serve(t, answering(func(method string, payload []byte) []byte {
		if method != "echo" {
			return reply(0, "")
		}
		return reply(0, string(payload[len("\xa1\x65items"):]))
	}))
	library := testLibrary()
	client, err := library.Open(context.Background(), address, 0)
	if err != nil {
		t.Fatal(err)
	}
	some, none := "some", (*string)(nil)
	wanted := &some
	sent := []item{
		{"a", []uint64{0, 1<<64 - 1}, nil},
		{"b\x00", []uint64{}, &none},
		{"", []uint64{24}, &wanted},
	}
	var seen []item
	if err := client.Call(context.Background(), 1, &seen, &sent); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 3 || seen[0].More != nil || seen[1].More == nil || *seen[1].More != nil ||
		**seen[2].More != "some" || seen[1].Name != "b\x00" || seen[0].Numbers[1] != 1<<64-1 {
		t.Errorf("%+v came back", seen)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if err := client.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("a second Close gives %v", err)
	}
	if err := client.Call(context.Background(), 1, &seen, &sent); !errors.Is(err, ErrClosed) {
		t.Errorf("a call after Close gives %v", err)
	}
}

func TestAnAnswerThatIsCutOffIsAnError(t *testing.T) {
	whole := reply(0, "\x80")
	for cut := range whole {
		address := serve(t, answering(func(method string, _ []byte) []byte {
			if method == "create" {
				return reply(0, "")
			}
			return nil
		}))
		if cut > 0 {
			address = serve(t, func(conn net.Conn) {
				in := bufio.NewReader(conn)
				_, _, _ = request(in)
				_, _ = conn.Write(reply(0, ""))
				_, _, _ = request(in)
				_, _ = conn.Write(whole[:cut])
			})
		}
		within(t, patience, func() {
			client, err := testLibrary().Open(context.Background(), address, 0)
			if err != nil {
				t.Errorf("cut at %d: %v", cut, err)
				return
			}
			var seen []item
			if err := client.Call(context.Background(), 1, &seen, &[]item{}); !errors.Is(err, ErrLost) {
				t.Errorf("cut at %d: %v", cut, err)
			}
			if err := client.Close(); err != nil {
				t.Errorf("cut at %d: Close: %v", cut, err)
			}
		})
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestAClaimedLengthTakesNoMemory(t *testing.T) {
	for _, claim := range []uint32{maxPayload, maxPayload + 1, 1<<32 - 1} {
		head := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0}, claim)
		n := allocated(func() {
			if _, _, err := readAnswer(strings.NewReader(string(head) + "ten bytes.")); err == nil {
				t.Errorf("%d bytes claimed, ten there, no error", claim)
			}
		})
		if n > 64<<10 {
			t.Errorf("%d bytes were claimed and %d allocated", claim, n)
		}
	}
	m := &testLibrary().methods[1]
	for _, body := range []string{
		"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "\x9a\x03\xff\xff\xff", "\x9f\xff", strings.Repeat("\x81", 100000),
		"\x81\xa3\x64name\x7b\x00\x00\x00\x01\x00\x00\x00\x00", "\xbb\x00\x00\x00\x01\x00\x00\x00\x00", "", "\x80\x00",
	} {
		var seen []item
		n := allocated(func() {
			if err := m.decode([]byte(body), &seen); err == nil {
				t.Errorf("%.20q is taken for a value", body)
			}
		})
		if n > 256<<10 {
			t.Errorf("%d bytes allocated for %.20q", n, body)
		}
	}
}

func TestReadersAreStrict(t *testing.T) {
	library := NewLibrary(
		[]string{
			"u8", "s16", "f32", "char", "bool", "flags 3", "enum a b", "record x:0", "variant p:0 q:-", "result 0 -",
			"tuple 0 0", "option 0", "list 0",
		}, nil, Variant((*choice)(nil), choiceP{}, choiceQ{}))
	targets := []func() any{
		func() any { return new(uint8) }, func() any { return new(int16) }, func() any { return new(float32) },
		func() any { return new(rune) }, func() any { return new(bool) }, func() any { return new(uint8) },
		func() any { return new(uint8) }, func() any { return new(struct{ X uint8 }) }, func() any { return new(choice) },
		func() any { return new(Result[uint8, struct{}]) }, func() any { return new(struct{ F0, F1 uint8 }) },
		func() any { return new(*uint8) }, func() any { return new([]uint8) },
	}
	refused := [][]string{
		{"\x19\x01\x00", "\x20", "\xf5", "\xfa\x3f\x80\x00\x00", "\xc2\x41\x01", "\xf6"},
		{"\x19\x80\x00", "\x39\x80\x00", "\xf9\x00\x00"},
		{"\xfb\x3f\xf0\x00\x00\x00\x00\x00\x01", "\x01"},
		{"\x19\xd8\x00", "\x1a\x00\x11\x00\x00", "\x20", "\x61a"},
		{"\x01", "\xf6", "\xf7"},
		{"\x08", "\x80"},
		{"\x61c", "\x00", "\x41a"},
		{"\xa0", "\xa1\x61y\x01", "\xa2\x61x\x01\x61x\x01", "\xa2\x61x\x01\x61y\x01", "\xa1\x41x\x01", "\x81\x01", "\xbf\x61x\x01\xff"},
		{"\xa1\x61q\x01", "\xa1\x61p\xf6", "\x61q", "\xa0", "\xa2\x61p\x01\x61q\xf6"},
		{"\xa1\x63err\x01", "\xa1\x62ok\xf6", "\xf6"},
		{"\x81\x01", "\x83\x01\x01\x01", "\x42ab"},
		{"\xf7", "\x81\x01", "\x61a"},
		{"\x81\x01", "\x61a", "\xf6"},
	}
	taken := []string{
		"\x18\x07", "\x39\x7f\xff", "\xf9\x7e\x00", "\x1a\x00\x10\xff\xff", "\xf4", "\x07", "\x61b", "\xa1\x61x\x01",
		"\xa1\x61q\xf6", "\xa1\x63err\xf6", "\x82\x01\x02", "\xf6", "\x42ab",
	}
	for i, target := range targets {
		library.methods = append(library.methods, Method{Name: "m", Result: string("0123456789"[i%10])})
		m := &library.methods[i]
		if i >= 10 {
			m.Result = "1" + m.Result
		}
		m.prepare(library)
		if err := m.decode([]byte(taken[i]), target()); err != nil {
			t.Errorf("row %d: %q: %v", i, taken[i], err)
		}
		for _, body := range refused[i] {
			if err := m.decode([]byte(body), target()); err == nil {
				t.Errorf("row %d takes %q", i, body)
			}
		}
	}
}

type choice interface{ isChoice() }

type choiceP struct{ Value uint8 }

type choiceQ struct{}

func (choiceP) isChoice() {}
func (choiceQ) isChoice() {}

func TestAServerThatDiesFailsEveryPendingCall(t *testing.T) {
	const calls = 100
	var pending sync.WaitGroup
	pending.Add(calls)
	address := serve(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		_, _, _ = request(in)
		_, _ = conn.Write(reply(0, ""))
		for range calls {
			_, _, _ = request(in)
			pending.Done()
		}
	})
	goroutines := runtime.NumGoroutine()
	client, err := testLibrary().Open(context.Background(), address, 0)
	if err != nil {
		t.Fatal(err)
	}
	within(t, patience, func() {
		var group sync.WaitGroup
		for range calls {
			group.Add(1)
			go func() {
				defer group.Done()
				text := "x"
				if err := client.Call(context.Background(), 2, &text, &text); !errors.Is(err, ErrLost) {
					t.Errorf("%v", err)
				}
			}()
		}
		pending.Wait()
		group.Wait()
		text := "x"
		if err := client.Call(context.Background(), 2, &text, &text); !errors.Is(err, ErrLost) {
			t.Errorf("a later call: %v", err)
		}
		_ = client.Close()
	})
	for deadline := time.Now().Add(patience); runtime.NumGoroutine() > goroutines && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, there were %d", n, goroutines)
	}
}

func TestACallIsGivenUpWhenItsContextEnds(t *testing.T) {
	release := make(chan struct{})
	address := serve(t, answering(func(method string, _ []byte) []byte {
		if method == "text" {
			<-release
			return reply(1, "late")
		}
		return reply(0, "")
	}))
	client, err := testLibrary().Open(context.Background(), address, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	within(t, patience, func() {
		text := "x"
		if err := client.Call(ctx, 2, &text, &text); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		close(release)
		var declared *Error
		if err := client.Call(context.Background(), 2, &text, &text); !errors.As(err, &declared) || declared.Origin != Declared {
			t.Errorf("the next call: %v", err)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAnswerThatNobodyWaitsForEndsTheConnection(t *testing.T) {
	address := serve(t, answering(func(method string, _ []byte) []byte {
		return append(reply(0, ""), reply(0, "more")...)
	}))
	within(t, patience, func() {
		client, err := testLibrary().Open(context.Background(), address, 0)
		if err != nil {
			return // the end may come before the first answer is seen
		}
		<-client.ended
		text := "x"
		if err := client.Call(context.Background(), 2, &text, &text); !errors.Is(err, ErrLost) {
			t.Errorf("%v", err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	m := &testLibrary().methods[1]
	some := "some"
	wanted := &some
	values := []item{{"a", []uint64{1, 1 << 40}, &wanted}}
	payload, err := m.encode([]any{&values})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload[len("\xa1\x65items"):])
	f.Fuzz(func(t *testing.T, body []byte) {
		var seen []item
		if m.decode(body, &seen) != nil {
			return
		}
		again, err := m.encode([]any{&seen})
		if err != nil {
			t.Fatal(err)
		}
		var twice []item
		if err := m.decode(again[len("\xa1\x65items"):], &twice); err != nil {
			t.Fatal(err)
		}
	})
}
