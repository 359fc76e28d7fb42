// Package tcp is the TCP of the kernel as a transport, on loopback, with
// Shopify's toxiproxy in process between both ends. It runs by the clock of the
// machine, and only toxiproxy's faults can be had: they are its toxics, in its
// own words (https://github.com/Shopify/toxiproxy#toxics).
//
// What TCP claims: a reliable, in-order stream of bytes
// (https://www.rfc-editor.org/rfc/rfc9293, section 2.2), as long as the connection
// lasts. A write that returns has put its bytes into a buffer of the sender:
// whether they arrive, it does not say (section 3.9.1.2).
//
// Use it to see what a reset does to messages that were taken. Runs of it are
// few, take some hundred milliseconds each, and are not repeatable packet by
// packet; what they are judged by does not depend on time. Where a toxic ends a
// connection, toxiproxy may leave goroutines behind.
package tcp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"fairloss/checker"
	"fairloss/impl/external/frame"
	"fairloss/spec"
)

// Limit is how long a run may take. One that takes longer is inconclusive.
const Limit = time.Minute

// Run sends messages from process 0 to process 1 through the toxics, each the
// JSON of one as toxiproxy's API takes it, closes, and judges FIFO delivery by
// what has arrived when the other end sees that the connection has ended. The
// error says that a toxic could not be read, or that the machine has no loopback.
func Run(messages []spec.Message, toxics ...string) ([]spec.Event, []checker.Judgement, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()),
		"tcp", "127.0.0.1:0", listener.Addr().String())
	for _, toxic := range toxics {
		if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			return nil, nil, fmt.Errorf("toxic %s: %w", toxic, err)
		}
	}
	if err := proxy.Start(); err != nil {
		return nil, nil, err
	}
	defer proxy.Stop()
	conn, err := net.Dial("tcp", proxy.Listen)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()

	var r run
	deadline := time.Now().Add(Limit)
	conn.SetDeadline(deadline)
	listener.(*net.TCPListener).SetDeadline(deadline)
	received := make(chan error, 1)
	go func() { received <- r.receive(listener, deadline) }()
	r.send(conn.(*net.TCPConn), messages)
	if !errors.Is(<-received, os.ErrDeadlineExceeded) {
		r.add(spec.Event{Kind: spec.Forever})
	}
	return r.events, r.judge(), nil
}

// run is the history of one run.
type run struct {
	mu     sync.Mutex
	events []spec.Event
}

func (r *run) add(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *run) send(conn *net.TCPConn, messages []spec.Message) {
	for i, m := range messages {
		e := spec.Event{Kind: spec.Send, Process: 0, Peer: 1, Message: m, Op: i + 1}
		r.add(e)
		if e.Kind = spec.Accept; frame.Write(conn, m) != nil {
			e.Kind = spec.Reject
		}
		r.add(e)
	}
	conn.CloseWrite()
}

// receive returns why there is no more.
func (r *run) receive(listener net.Listener, deadline time.Time) error {
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(deadline)
	for {
		m, err := frame.Read(conn)
		if err != nil {
			return err
		}
		r.add(spec.Event{Kind: spec.Deliver, Process: 1, Peer: 0, Message: m})
	}
}

func (r *run) judge() []checker.Judgement {
	judge := checker.NewJudge(spec.FIFO.Properties...)
	for _, e := range r.events {
		judge.Observe(e)
	}
	return judge.Judgements()
}
