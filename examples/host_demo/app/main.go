// Program host_demo lets a C library ask Go for a token.
package main

import (
	"fmt"
	"hostdemo"
	"log"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	demo, err := hostdemo.NewClient()
	if err != nil {
		return err
	}
	defer demo.Close()

	err = demo.SetFetchToken(func(key string) (string, error) {
		return "TOK-" + key, nil
	})
	if err != nil {
		return err
	}
	result, err := demo.UseToken("session")
	if err != nil {
		return err
	}
	fmt.Println("result:", result)
	return nil
}
