package flow

import (
	"embed"
	"io/fs"
)

//go:embed shop
var shopFiles embed.FS

// Shop are the flows that ship with the program: order tracking, return and delivery
// change, in English and French. They call the tools order_status, return_start and
// delivery_change.
func Shop() fs.FS {
	sub, err := fs.Sub(shopFiles, "shop")
	if err != nil {
		panic("flow: embedded flows: " + err.Error())
	}
	return sub
}
