package jetstream

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"fairloss/checker/chaos"
)

// broker is an embedded server at host 1, and its two clients: near, which
// connects to it from host 0, and far, which is beside it.
type broker struct {
	network   *chaos.Network
	server    *server.Server
	directory string
	near, far *nats.Conn
	connected chan struct{} // holds one while near is connected
	running   sync.WaitGroup
}

const (
	quota = 1 << 24       // bytes that the server may store
	quiet = 2 * time.Hour // until the server's first ping, whose time is random: after the end of a run
)

func start(n *chaos.Network) (*broker, error) {
	directory, err := os.MkdirTemp("", "jetstream")
	if err != nil {
		return nil, err
	}
	b := &broker{network: n, directory: directory, connected: make(chan struct{}, 1)}
	b.server, err = server.NewServer(&server.Options{
		JetStream: true, StoreDir: directory, JetStreamMaxMemory: quota, JetStreamMaxStore: quota,
		DontListen: true, NoSigs: true,
		PingInterval: quiet, DisableShortFirstPing: true,
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	b.server.Start()
	if !b.server.ReadyForConnections(time.Minute) {
		return nil, errors.Join(errors.New("the server does not start"), b.close())
	}
	b.far, err = nats.Connect("", nats.InProcessServer(b.server))
	if err == nil {
		err = b.connect()
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// connect waits until near is connected, however often that takes.
func (b *broker) connect() (err error) {
	up := func(*nats.Conn) {
		time.Sleep(aside)
		b.connected <- struct{}{}
	}
	down := func(*nats.Conn, error) { <-b.connected }
	b.near, err = nats.Connect("", nats.SetCustomDialer(b), nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1), nats.ReconnectJitter(0, 0),
		nats.ConnectHandler(up), nats.ReconnectHandler(up), nats.DisconnectErrHandler(down))
	if err == nil {
		<-b.connected
		b.connected <- struct{}{}
	}
	return err
}

// Dial connects host 0 with the server, which takes connections only over a
// pipe.
func (b *broker) Dial(string, string) (net.Conn, error) {
	inside, err := b.server.InProcessConn()
	if err != nil {
		return nil, err
	}
	near, far := b.network.Stream(0, 1)
	b.running.Go(func() { forward(far, inside) })
	b.running.Go(func() { forward(inside, far) })
	return near, nil
}

func forward(to, from net.Conn) {
	io.Copy(to, from) // until one of them is closed or reset
	to.Close()
	from.Close()
}

func (b *broker) close() error {
	for _, c := range []*nats.Conn{b.near, b.far} {
		if c != nil {
			c.Close()
		}
	}
	b.server.Shutdown()
	b.server.WaitForShutdown()
	b.running.Wait()
	return os.RemoveAll(b.directory)
}
