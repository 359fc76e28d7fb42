// Package jetstream is NATS JetStream as a transport: process 0 publishes to a
// server that runs embedded beside process 1, which consumes what is stored.
// Only the connection of the publisher is on the network. It comes back when it
// is lost, and a message whose acknowledgement does not come within 5 s is
// published again, under the same message id if it has one.
//
// What it claims (https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive):
// a published message is stored once it is acknowledged, and consumed in the
// order of the stream; one that is published again under an id that the server
// has seen within the deduplication window, 2 minutes by default, is not stored
// again. Without ids it may be stored more than once.
//
// Workarounds: the server has a clock for the whole process, a goroutine that
// the first server starts and the last one ends. In a bubble that starts it,
// time stands still, because it waits on a channel from outside; so it is
// started when this package is, for good. The client keeps timers in a pool for
// the whole process, which it uses when it connects again. A timer belongs to
// the bubble that made it, and the next bubble that takes it out of the pool
// ends the process; so Reset empties the pool, reached by linkname. So that two
// runs transmit the same bytes, it resets the generator of the names of inboxes,
// too. The client holds a lock while it connects again, and a bubble takes who
// waits for a lock for running; so nothing is published before it has.
package jetstream

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"
	_ "unsafe" // for linkname

	"github.com/nats-io/nats-server/v2/server/ats"
	"github.com/nats-io/nats.go/jetstream"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/spec"
)

// Memory returns a stream in memory under message ids, which claims FIFO
// delivery.
func Memory() transport.Transport {
	return stored("jetstream memory", jetstream.MemoryStorage, true)
}

// File returns a stream in files under message ids, which claims FIFO delivery.
func File() transport.Transport {
	return stored("jetstream file", jetstream.FileStorage, true)
}

// NoIDs returns a stream in memory without message ids, judged by what streams
// with ids claim.
func NoIDs() transport.Transport {
	return stored("jetstream without ids", jetstream.MemoryStorage, false)
}

func init() { ats.Register() }

//go:linkname timers github.com/nats-io/nats%2ego.globalTimerPool
var timers sync.Pool // the only field of a struct there

//go:linkname names github.com/nats-io/nuid.globalNUID
var names *struct {
	sync.Mutex
	*generator
}

// generator is laid out as a nuid.NUID.
type generator struct {
	prefix     []byte
	last, step int64
}

func reset() {
	timers = sync.Pool{}
	names.generator = &generator{prefix: []byte("fairlossnats"), last: 0, step: 1}
}

func stored(name string, storage jetstream.StorageType, ids bool) transport.Transport {
	return transport.Transport{
		Name: name, Guarantee: spec.FIFO, Reset: reset,
		Faults: spec.Reordering | spec.Crashes, // what a TCP connection may still do
		Open: func(n *chaos.Network) (transport.Channel, error) {
			b, err := start(n)
			if err != nil {
				return transport.Channel{}, err
			}
			c, err := b.open(storage, ids)
			if err != nil {
				return transport.Channel{}, errors.Join(err, b.close())
			}
			return c, nil
		},
	}
}

const subject = "messages"

// open makes the stream, a publisher and a consumer.
func (b *broker) open(storage jetstream.StorageType, ids bool) (transport.Channel, error) {
	ctx := context.Background()
	near, err1 := jetstream.New(b.near)
	far, err2 := jetstream.New(b.far)
	_, err3 := far.CreateStream(ctx, jetstream.StreamConfig{Name: subject, Subjects: []string{subject}, Storage: storage})
	consumer, err4 := far.CreateConsumer(ctx, subject, jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return transport.Channel{}, err
	}
	messages, err := consumer.Messages()
	if err != nil {
		return transport.Channel{}, err
	}
	published := 0
	return transport.Channel{
		Send: func(m spec.Message) error {
			if published++; ids {
				return b.publish(near, m, jetstream.WithMsgID(strconv.Itoa(published)))
			}
			return b.publish(near, m)
		},
		Receive: func() (spec.Message, error) {
			m, err := messages.Next()
			if err != nil {
				return "", err
			}
			time.Sleep(aside)
			return spec.Message(m.Data()), m.Ack()
		},
		Close: func() error {
			messages.Stop()
			return b.close()
		},
	}, nil
}

// aside keeps apart what the server or the client does in one instant: a message
// to its consumer and the acknowledgement to its publisher, the end of a
// connection and another try, a ping and what waited for the connection.
const aside = time.Microsecond

const (
	tries    = 60                               // of a message: together more than the deduplication window
	patience = 5*time.Second + time.Millisecond // the window is no multiple of it
)

// publish publishes a message until it is acknowledged.
func (b *broker) publish(js jetstream.JetStream, m spec.Message, options ...jetstream.PublishOpt) (err error) {
	for range tries {
		<-b.connected
		future, failure := js.PublishAsync(subject, []byte(m), options...)
		b.connected <- struct{}{}
		if failure != nil {
			return failure
		}
		select {
		case <-future.Ok():
			return nil
		case err = <-future.Err():
			time.Sleep(aside)
		case <-time.After(patience):
			err = context.DeadlineExceeded
		}
	}
	return err
}
