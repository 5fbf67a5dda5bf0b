package hosts

import (
	"testing"
	"time"

	"api"
	"api/ffirt"
)

func open(t testing.TB) *api.Client {
	t.Helper()
	c, err := api.NewClient("test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// must is for what has to succeed before a law can be asked.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what comes soon, and fails where it does not.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not so; %+v", what, ffirt.ReadStats())
		}
		time.Sleep(100 * time.Microsecond)
	}
}

func atRest(t testing.TB) {
	t.Helper()
	eventually(t, "nothing is left", func() bool {
		s := ffirt.ReadStats()
		return s.LiveSlots+s.LiveArenas+s.LiveHosts+s.LiveHostCalls+s.LiveListeners == 0 && s.Stray == 0 && s.Malformed == 0
	})
}
