package transport_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"fairloss/checker"
	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// bounded is a property of a contributor's own: so many events of a kind at
// most for each message that was sent.
func bounded(id string, kind spec.Kind, most int) spec.Property {
	return spec.Property{
		ID: id, Name: "bounded", Class: spec.Safety, Source: "own",
		Sentence: fmt.Sprintf("Never more than %d %s events for each message that was sent.", most, kind),
		Reads:    spec.KindsOf(spec.Send, kind), Tested: spec.Send,
		New: func() spec.Monitor { return &counter{kind: kind, most: most} },
	}
}

type counter struct {
	kind        spec.Kind
	most        int
	sent, other int
}

func (c *counter) Observe(e spec.Event) string {
	switch e.Kind {
	case spec.Send:
		c.sent++
	case c.kind:
		if c.other++; c.other > c.most*c.sent {
			return fmt.Sprintf("%d %s events after %d messages", c.other, c.kind, c.sent)
		}
	}
	return ""
}

func (c *counter) Owed() []spec.Obligation { return nil }
func (c *counter) AppendKey(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(c.sent)), uint64(c.other))
}
func (c *counter) Clone() spec.Monitor { copied := *c; return &copied }

// own are properties that read packets, each a kind of event.
var own = []spec.Property{
	bounded("PACKETS", spec.Transmit, 10), bounded("ARRIVALS", spec.Receive, 10), bounded("CHANGES", spec.Corrupt, 0),
	bounded("FORGED", spec.Forge, 0), bounded("CUTS", spec.Cut, 0), bounded("CONFIRMED", spec.Confirm, 1),
}

// TestAgreement demands that a run of a campaign, and the run that shows it with
// all its packets, judge each property alike.
func TestAgreement(t *testing.T) {
	var transports []transport.Transport
	for _, b := range toy.All() {
		if !transport.IsConduct(spec.Property{ID: b.Breaks}) && b.Name != "reorders" { // whose goroutines race
			transports = append(transports, b.Transport)
		}
	}
	violated := map[string]bool{}
	for _, tr := range append(transports, toy.Honest, claiming(direct{}.open)) {
		tr.Guarantee = spec.FIFO.With(spec.Amplification(1, 5, time.Second), spec.ACK).With(own...)
		for stream := range uint64(6) {
			s := tr.Draw(transport.Seeded(1, stream))
			campaign, shown := transport.RunBriefly(t, tr, s), transport.Run(t, tr, s)
			for i, j := range campaign.Judgements {
				violated[j.Property.ID] = violated[j.Property.ID] || j.Verdict == spec.Violated
				if got, want := said(j, campaign), said(shown.Judgements[i], shown); !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %s: a campaign says %.300v, its replay %.300v", tr.Name, s.Inline(), got, want)
				}
				if j.Property.ID == "CONFIRMED" && (j.Verdict != spec.Inconclusive || j.Reason != "not judged: it reads confirm events, which a transport does not show") {
					t.Errorf("CONFIRMED is %v: %s", j.Verdict, j.Reason)
				}
			}
		}
	}
	for _, p := range slices.Concat(spec.FIFO.Properties, own) {
		if !violated[p.ID] && p.ID != "CONFIRMED" {
			t.Errorf("no run violates %s: nothing could differ", p.ID)
		}
	}
}

// said is what a judgement says, and the event that it names.
func said(j checker.Judgement, r transport.Result) []any {
	var broken spec.Event
	if j.Broken >= 0 {
		broken = r.Events[j.Broken]
	}
	return []any{j.Property.ID, j.Verdict, broken, j.Reason, j.Owed, j.Tested, j.Voided}
}

// TestFull fills a history with packets, before its end: nothing holds, whether
// they are kept or not.
func TestFull(t *testing.T) {
	tr := transport.Transport{Name: "chatter", Guarantee: spec.AtLeastOnce.With(bounded("PACKETS", spec.Transmit, 1<<30)), Open: babble}
	results := []transport.Result{transport.RunBriefly(t, tr, parse(t, two))}
	if !testing.Short() {
		results = append(results, transport.Run(t, tr, parse(t, two)))
	}
	for _, r := range results {
		for _, p := range tr.Guarantee.Properties {
			if j := r.Of(p.ID); j.Verdict != spec.Inconclusive || r.Settled {
				t.Errorf("%s is %v (%s), with %d events; settled: %v", p.ID, j.Verdict, j.Reason, len(r.Events), r.Settled)
			}
		}
	}
}

// babble delivers what it is sent at once, and transmits more packets at one
// instant than a history holds.
func babble(n *chaos.Network) (transport.Channel, error) {
	sender, err := n.ListenPacket(0)
	if err != nil {
		return transport.Channel{}, err
	}
	left := 4 * transport.MaxPackets
	talk := func(spec.Message) error {
		for ; left > 0; left-- {
			if _, err := sender.WriteTo(nil, n.Addr(1)); err != nil {
				return err
			}
		}
		return nil
	}
	c, err := direct{send: talk}.open(n)
	end := c.Close
	c.Close = func() error { return errors.Join(sender.Close(), end()) }
	return c, err
}
