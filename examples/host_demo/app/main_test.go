package main

import (
	"errors"
	"fmt"
	"hostdemo"
	"hostdemo/ffirt"
	"sync"
	"testing"
	"time"
)

func create(t *testing.T, fetch func(string) (string, error)) *hostdemo.Client {
	t.Helper()
	demo, err := hostdemo.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { demo.Close() })
	if err := demo.SetFetchToken(fetch); err != nil {
		t.Fatal(err)
	}
	return demo
}

func TestTheHostsErrorArrivesWithItsText(t *testing.T) {
	demo := create(t, func(key string) (string, error) { return "", errors.New("no token for " + key) })
	if _, err := demo.UseToken("k"); err == nil || err.Error() != "host error: no token for k" {
		t.Error(err)
	}
	if err := demo.SetFetchToken(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.UseToken("k"); err == nil || err.Error() != "host error: host function not registered" {
		t.Error(err)
	}
	if err := demo.SetFetchToken(func(string) (string, error) { panic("out of tokens") }); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.UseToken("k"); err == nil || err.Error() != "host error: panic: out of tokens" {
		t.Error(err)
	}
}

// The closure that was asked first answers last, and each call gets its own token.
func TestASlowHostHoldsUpNobodyElse(t *testing.T) {
	slow := make(chan struct{})
	demo := create(t, func(key string) (string, error) {
		if key == "slow" {
			<-slow
		}
		return key, nil
	})
	var group sync.WaitGroup
	call := func(key string) {
		defer group.Done()
		if got, err := demo.UseToken(key); got != "token["+key+"]" || err != nil {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
	group.Add(1)
	go call("slow")
	var fast sync.WaitGroup
	for i := range 100 {
		fast.Add(1)
		group.Add(1)
		go func() { defer fast.Done(); call(fmt.Sprint(i)) }()
	}
	fast.Wait()
	close(slow)
	group.Wait()
}

func TestCloseFailsAPendingCall(t *testing.T) {
	asked, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	demo := create(t, func(string) (string, error) {
		close(asked)
		<-never
		return "", nil
	})
	ended := make(chan error)
	go func() {
		_, err := demo.UseToken("k")
		ended <- err
	}()
	<-asked
	if err := demo.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil || err.Error() != "host error: context destroyed" {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the call is still pending")
	}
	if err := demo.Close(); !errors.Is(err, ffirt.ErrClosed) {
		t.Error(err)
	}
}
