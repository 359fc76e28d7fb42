package transport_test

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"testing"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/impl/netlink"
	"fairloss/spec"
)

// overNetlink is a link run by netlink, as a transport.
func overNetlink(link impl.Link) transport.Transport {
	const withstands = spec.Loss | spec.Duplication | spec.Reordering | spec.Partitions
	open := func(n *chaos.Network) (transport.Channel, error) {
		peers := map[spec.Process]net.Addr{0: n.Addr(0), 1: n.Addr(1)}
		var ends [2]*netlink.Link
		for i := range ends {
			conn, err := n.ListenPacket(i)
			if err != nil {
				return transport.Channel{}, err
			}
			if ends[i], err = netlink.Open(conn, spec.Process(i), peers, link.New); err != nil {
				return transport.Channel{}, err
			}
		}
		return transport.Channel{
			Send: func(m spec.Message) error {
				_, err := ends[0].Send(context.Background(), 1, m)
				return err
			},
			Receive: func() (spec.Message, error) {
				_, m, err := ends[1].Recv(context.Background())
				return m, err
			},
			Close: func() error { return errors.Join(ends[0].Close(), ends[1].Close()) },
		}, nil
	}
	g := spec.Guarantee{Name: link.Guarantee.Name, Properties: slices.DeleteFunc(slices.Clone(link.Guarantee.Properties), unseen)}
	return transport.Transport{Name: link.Name, Guarantee: g, Open: open, Faults: withstands}
}

// unseen reports whether a property speaks of what a Channel does not show.
func unseen(p spec.Property) bool {
	return !slices.Contains([]string{"PL1", "PL2", "PL3", "FIFO"}, p.ID)
}

// onSet are the links of a registry that stand on a network which loses,
// repeats and reorders, and claim something that can be seen.
func onSet(registry []impl.Link) []impl.Link {
	return slices.DeleteFunc(registry, func(l impl.Link) bool {
		return l.Assumes != (spec.Assumptions{}) || l.Processes > 2 || len(overNetlink(l).Guarantee.Properties) == 0 ||
			l.Breaks != "" && unseen(spec.Property{ID: l.Breaks})
	})
}

// TestNetlink runs the real code of netlink, with its goroutines and timers,
// under the links of this module: what a world says of them is true here, too.
func TestNetlink(t *testing.T) {
	runs := uint64(30)
	if testing.Short() {
		runs = 5
	}
	for _, link := range onSet(impl.Registry()) {
		t.Run(link.Name, func(t *testing.T) {
			for _, f := range campaign(t, overNetlink(link), runs, "") {
				if f.Verdict() != spec.Holds {
					t.Errorf("%s is %v: %s%s\n%s", f.Property.ID, f.Verdict(), f.Reason, f.Why, f.Schedule)
				}
			}
		})
	}
}

// TestNetlinkMutants finds for each property a mutant that breaks it: most need
// few schedules, some need more than there are here.
func TestNetlinkMutants(t *testing.T) {
	caught := map[string]int{}
	for _, link := range onSet(mutant.Registry()) {
		t.Run(link.Name, func(t *testing.T) {
			for _, f := range campaign(t, overNetlink(link), 15, link.Breaks) {
				if f.Property.ID == link.Breaks && f.Violated > 0 {
					caught[link.Breaks]++
					t.Logf("%s: %s", link.Breaks, f.Reason)
				}
			}
		})
	}
	for _, id := range []string{"PL1", "PL2", "PL3", "FIFO"} {
		if caught[id] == 0 && os.Getenv(transport.WorkerVariable) == "" {
			t.Errorf("no mutant is caught that breaks %s", id)
		}
	}
}

// campaign makes runs of a transport, until one breaks a property.
func campaign(t *testing.T, tr transport.Transport, runs uint64, until string) []transport.Finding {
	if transport.Serve(t, tr) {
		return nil
	}
	c := transport.NewCampaign(t, tr)
	defer c.Close()
	broken := func(f transport.Finding) bool { return f.Property.ID == until && f.Violated > 0 }
	for stream := uint64(0); stream < runs && !slices.ContainsFunc(c.Findings, broken); stream++ {
		if err := c.Run(tr.Draw(transport.Seeded(1, stream))); err != nil {
			t.Fatal(err)
		}
	}
	return c.Findings
}
