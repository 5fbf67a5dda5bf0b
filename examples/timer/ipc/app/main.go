// Program timer calls the timer library in another process through its generated client. Usage: timer
// ADDRESS
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"mytimer"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: timer unix:PATH|tcp:ADDRESS:PORT")
	}
	if err := run(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, address string) error {
	timer, err := mytimer.NewClient(ctx, address, mytimer.TimerConfig{Name: "ipc-demo"})
	if err != nil {
		return err
	}
	defer timer.Close()
	fmt.Println("created timer")

	version, err := timer.Version(ctx)
	if err != nil {
		return err
	}
	fmt.Println("version:", version)

	echo, err := timer.Echo(ctx, mytimer.EchoRequest{Message: "hello over the wire", DelayMs: 50})
	if err != nil {
		return err
	}
	fmt.Printf("echo: echoed=%q timerName=%q\n", echo.Echoed, echo.TimerName)

	note, retries := "a note", int64(3)
	complex, err := timer.Complex(ctx, mytimer.ComplexRequest{
		Messages: []mytimer.EchoRequest{{Message: "one", DelayMs: 1}, {Message: "two", DelayMs: 2}},
		Tags:     []string{"x", "y"},
		Note:     &note,
		Retries:  &retries,
	})
	if err != nil {
		return err
	}
	fmt.Printf("complex: itemCount=%d hasNote=%t summary=%q\n", complex.ItemCount, complex.HasNote, complex.Summary)

	schedule, err := timer.Schedule(ctx,
		mytimer.JobSpec{Name: "nightly", Payload: []string{"a", "b"}, Priority: 10},
		mytimer.RetryPolicy{MaxAttempts: 3, BackoffMs: 250, RetryOn: []string{"timeout"}},
		mytimer.ScheduleConfig{StartAtMs: 1000, IntervalMs: 5000},
	)
	if err != nil {
		return err
	}
	fmt.Printf("schedule: jobId=%q willRunCount=%d\n", schedule.JobId, schedule.WillRunCount)

	if _, err = timer.Schedule(ctx, mytimer.JobSpec{}, mytimer.RetryPolicy{MaxAttempts: 3}, mytimer.ScheduleConfig{}); err == nil {
		return errors.New("a job without name was accepted")
	}
	fmt.Println("refused:", err)
	fmt.Println("done")
	return nil
}
