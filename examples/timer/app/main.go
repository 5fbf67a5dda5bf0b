// Program timer calls the timer library through its generated Go package. With -events it also tells
// what it hears from the library.
package main

import (
	"flag"
	"fmt"
	"log"
	"mytimer"
)

var events = flag.Bool("events", false, "listen to the timer's event")

func main() {
	flag.Parse()
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	timer, err := mytimer.NewClient(mytimer.TimerConfig{Name: "go-native-demo"})
	if err != nil {
		return err
	}
	defer timer.Close()
	fmt.Println("created timer")

	heard := make(chan mytimer.EchoEvent, 1)
	if *events {
		remove, err := timer.OnEchoFired(func(event mytimer.EchoEvent) { heard <- event })
		if err != nil {
			return err
		}
		defer remove()
	}

	version, err := timer.Version()
	if err != nil {
		return err
	}
	fmt.Println("version:", version)

	echo, err := timer.Echo(mytimer.EchoRequest{Message: "hello from Go", DelayMs: 50})
	if err != nil {
		return err
	}
	fmt.Printf("echo: echoed=%q timerName=%q\n", echo.Echoed, echo.TimerName)

	if *events {
		event := <-heard
		fmt.Printf("event: message=%q echoCount=%d\n", event.Message, event.EchoCount)
	}

	note, retries := "a note", int64(3)
	complex, err := timer.Complex(mytimer.ComplexRequest{
		Messages: []mytimer.EchoRequest{{Message: "one", DelayMs: 1}, {Message: "two", DelayMs: 2}},
		Tags:     []string{"x", "y"},
		Note:     &note,
		Retries:  &retries,
	})
	if err != nil {
		return err
	}
	fmt.Printf("complex: itemCount=%d hasNote=%t summary=%q\n", complex.ItemCount, complex.HasNote, complex.Summary)

	schedule, err := timer.Schedule(
		mytimer.JobSpec{Name: "nightly", Payload: []string{"a", "b"}, Priority: 10},
		mytimer.RetryPolicy{MaxAttempts: 3, BackoffMs: 250, RetryOn: []string{"timeout"}},
		mytimer.ScheduleConfig{StartAtMs: 1000, IntervalMs: 5000},
	)
	if err != nil {
		return err
	}
	fmt.Printf("schedule: jobId=%q willRunCount=%d\n", schedule.JobId, schedule.WillRunCount)
	fmt.Println("done")
	return nil
}
