package hosts

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"api"
	"api/ffirt"
)

func TestRawStringsGoToTheHostAndBack(t *testing.T) {
	c := open(t)
	must(t, c.SetToken(func(key string) (string, error) { return "TOK-" + key, nil }))
	for _, key := range []string{"session", "", "a\x00b", strings.Repeat("é", 1<<18)} {
		if got, err := c.UseToken(key); got != "TOK-"+key || err != nil {
			t.Errorf("%d bytes: %d bytes, %v", len(key), len(got), err)
		}
	}
	must(t, c.SetToken(func(string) (string, error) { return "", nil }))
	if got, err := c.UseToken("k"); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTypedArgumentsAndResultsOfEveryKindArrive(t *testing.T) {
	c := open(t)
	note, eight, snow := "a\x00note", uint8(8), '☃'
	point := api.Point{X: 1.5, Tag: "tag", Note: &note, Xs: []uint16{1, 65535}}
	moved := api.Point{X: -2, Tag: "", Xs: []uint16{}}
	list := []string{"", "l\x00", "third"}
	result := ffirt.Result[uint8, string]{IsErr: true, Err: "bad"}
	must(t, c.SetMove(func(p api.Point, o *uint8, l []string, r ffirt.Result[uint8, string]) (api.Point, error) {
		if !reflect.DeepEqual(p, point) || o == nil || *o != 8 || !slices.Equal(l, list) || r != result {
			t.Errorf("the host got %+v, %v, %q, %+v", p, o, l, r)
		}
		return moved, nil
	}))
	if got, err := c.UseMove(point, &eight, list, result); !reflect.DeepEqual(got, moved) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	shapes := []api.Shape{api.ShapeDot{}, api.ShapeNamed{Value: "n"}, api.ShapeAt{Value: point}, api.ShapeBoth{Value: api.TupleU8U64{F0: 1, F1: 1 << 60}}}
	must(t, c.SetShapes(func(s []api.Shape) ([]api.Shape, error) {
		if !reflect.DeepEqual(s, shapes) {
			t.Errorf("the host got %+v", s)
		}
		s = slices.Clone(s)
		slices.Reverse(s)
		return s, nil
	}))
	got, err := c.UseShapes(shapes)
	slices.Reverse(got)
	if !reflect.DeepEqual(got, shapes) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, c.SetChars(func(chars []rune, host uint8) (*rune, error) {
		if !slices.Equal(chars, []rune{'a', snow}) {
			t.Errorf("the host got %q", chars)
		}
		if host == 0 {
			return nil, nil
		}
		return &chars[host], nil
	}))
	if got, err := c.UseChars([]rune{'a', snow}, 1); err != nil || got == nil || *got != snow {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.UseChars([]rune{'a', snow}, 0); err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	called := false
	must(t, c.SetNothing(func() error { called = true; return nil }))
	if err := c.UseNothing(); err != nil || !called {
		t.Errorf("%v, called %v", err, called)
	}
}

func TestErrorsOfClosuresArriveAsWhatTheyAre(t *testing.T) {
	c := open(t)
	must(t, c.SetPick(func(v api.Color, o api.Opts) (api.Color, error) {
		if o != api.OptsA|api.OptsC {
			t.Errorf("flags %b", o)
		}
		if v == api.ColorRed {
			return 0, fmt.Errorf("wrapped: %w", &ffirt.ErrValue[uint32]{Value: 77})
		}
		return v, nil
	}))
	if got, err := c.UsePick(api.ColorGreen, api.OptsA|api.OptsC); got != api.ColorGreen || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	var declared *ffirt.ErrValue[uint32]
	if _, err := c.UsePick(api.ColorRed, api.OptsA|api.OptsC); !errors.As(err, &declared) || declared.Value != 77 {
		t.Errorf("%v", err)
	}
	must(t, c.SetJudge(func(v api.Color) error { return &ffirt.ErrValue[api.Color]{Value: v} }))
	var judged *ffirt.ErrValue[api.Color]
	if err := c.UseJudge(api.ColorGreen); !errors.As(err, &judged) || judged.Value != api.ColorGreen {
		t.Errorf("%v", err)
	}
	must(t, c.SetJudge(func(api.Color) error { return errors.New("plain") }))
	if err := c.UseJudge(0); err == nil || err.Error() != "plain" {
		t.Errorf("%v", err)
	}
	must(t, c.SetNothing(func() error { return errors.New("no\x00thing") }))
	if err := c.UseNothing(); err == nil || err.Error() != "no\x00thing" {
		t.Errorf("%v", err)
	}
	must(t, c.SetShapes(func([]api.Shape) ([]api.Shape, error) { return []api.Shape{nil}, nil }))
	if _, err := c.UseShapes(nil); err == nil || !strings.Contains(err.Error(), "no case") {
		t.Errorf("a nil variant: %v", err)
	}
}

func TestAPanicOrTheEndOfTheGoroutineFailsTheCallAndNoOther(t *testing.T) {
	c := open(t)
	for _, end := range []struct {
		how  func(string) (string, error)
		want string
	}{
		{func(string) (string, error) { panic("boom") }, "panic: boom"},
		{func(string) (string, error) { panic(fmt.Errorf("error %d", 5)) }, "panic: error 5"},
		{func(string) (string, error) { var m map[string]int; m["x"] = 1; return "", nil }, "assignment to entry in nil map"},
		{func(string) (string, error) { runtime.Goexit(); return "", nil }, "ended its goroutine"},
	} {
		must(t, c.SetToken(end.how))
		if _, err := c.UseToken("k"); err == nil || !strings.Contains(err.Error(), end.want) {
			t.Errorf("%v, want %s", err, end.want)
		}
	}
	if got, err := c.Wait(0); got != 0 || err != nil {
		t.Errorf("the next call: %v, %v", got, err)
	}
	c.Close()
	atRest(t)
}

func TestHostFunctionsAreReplacedAndClearedAtAnyTimeAndNothingLeaks(t *testing.T) {
	c := open(t)
	if _, err := c.UseToken("k"); err == nil || err.Error() != "host function not registered" {
		t.Errorf("%v", err)
	}
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				select {
				case <-done:
					return
				default:
				}
				got, err := c.UseToken("k")
				if err != nil && err.Error() != "host function not registered" || err == nil && !strings.HasPrefix(got, "k") {
					t.Errorf("%q, %v", got, err)
					return
				}
			}
		}()
	}
	for i := range 2000 {
		if i%3 == 2 {
			must(t, c.SetToken(nil))
		} else {
			must(t, c.SetToken(func(key string) (string, error) { return fmt.Sprint(key, i), nil }))
		}
	}
	close(done)
	group.Wait()
	if s := ffirt.ReadStats(); s.LiveHosts != 1 {
		t.Errorf("%+v", s)
	}
	c.Close()
	atRest(t)
}

func TestAClosureMayCallTheLibraryAndBlocksNoOtherCall(t *testing.T) {
	c := open(t)
	asleep, wake := make(chan struct{}), make(chan struct{})
	must(t, c.SetToken(func(key string) (string, error) {
		if key == "sleep" {
			close(asleep)
			<-wake
			return key, nil
		}
		if len(key) > 5 {
			return key, nil
		}
		return c.UseToken(key + "x") // deeper and deeper
	}))
	slept := make(chan error)
	go func() {
		_, err := c.UseToken("sleep")
		slept <- err
	}()
	<-asleep
	if got, err := c.UseToken("a"); got != "axxxxx" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := c.Wait(1); err != nil {
		t.Error(err)
	}
	close(wake)
	if err := <-slept; err != nil {
		t.Error(err)
	}
}
