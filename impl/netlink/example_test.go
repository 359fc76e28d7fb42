package netlink_test

import (
	"context"
	"fmt"
	"net"
	"time"

	"fairloss/impl"
	"fairloss/impl/netlink"
	"fairloss/spec"
)

// Two processes on this machine: process 0 sends three messages, and ends when
// it knows that all were delivered.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	var conns [2]net.PacketConn
	peers := make(map[spec.Process]net.Addr)
	for p := range conns {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			fmt.Println(err)
			return
		}
		conns[p] = conn
		peers[spec.Process(p)] = conn.LocalAddr()
	}

	var links [2]*netlink.Link
	for p, conn := range conns {
		link, err := netlink.Open(conn, spec.Process(p), peers, impl.FactoryOf(impl.SelectiveRepeat{Window: 8}))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer link.Close()
		links[p] = link
	}

	for _, m := range []spec.Message{"to", "be", "or"} {
		if _, err := links[0].Send(ctx, 1, m); err != nil {
			fmt.Println(err)
		}
	}
	for range 3 {
		from, m, err := links[1].Recv(ctx)
		fmt.Println(from, m, err)
	}
	fmt.Println("drained:", links[0].Drain(ctx))
	// Output:
	// 0 to <nil>
	// 0 be <nil>
	// 0 or <nil>
	// drained: <nil>
}
