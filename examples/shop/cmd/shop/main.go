// Command shop serves the example shop:
//
//	SHOP_TOKEN=secret go run ./examples/shop/cmd/shop 127.0.0.1:8090
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"parley/examples/shop"
)

func main() {
	address, token := "127.0.0.1:8090", os.Getenv("SHOP_TOKEN")
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	if token == "" {
		fmt.Fprintln(os.Stderr, "set SHOP_TOKEN to the token that callers must send")
		os.Exit(2)
	}
	fmt.Fprintf(os.Stderr, "the example shop listens on http://%s; try /customers/grace/orders\n", address)
	server := &http.Server{Addr: address, Handler: shop.New(token, time.Now).Handler(), ReadHeaderTimeout: 10 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
