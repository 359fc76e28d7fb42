package impl_test

import (
	"slices"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

func TestRegistryIsComplete(t *testing.T) {
	want := strings.Fields("fairloss stubborn atmostonce atleastonce perfect fifo selectiverepeat gobackn alternatingbit session durablesession " +
		"loggedstubborn logged exactlyonce checksummed authenticated rpc falliblerpc schema graceful")
	var names []string
	for _, l := range impl.Registry() {
		names = append(names, l.Name)
		if l.Kind != impl.Correct || l.New == nil || len(l.Guarantee.Properties) == 0 || !strings.HasSuffix(l.Doc, ".") {
			t.Errorf("%s: kind %v, doc %q: want a correct link that says what it is and claims something", l.Name, l.Kind, l.Doc)
		}
		if _, ok := impl.As[impl.Describer](l.New(0, impl.Peers(0, 2))); !ok {
			t.Errorf("%s does not name its packets", l.Name)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("registered %v, want %v", names, want)
	}
}

func TestGoldensAreComplete(t *testing.T) {
	for _, l := range impl.Goldens() {
		if l.Kind != impl.Golden || !l.Burst || l.New == nil || len(l.Guarantee.Properties) == 0 || !strings.HasSuffix(l.Doc, ".") {
			t.Errorf("%s: kind %v, doc %q: want a golden link that says what it is and claims something", l.Name, l.Kind, l.Doc)
		}
	}
}

// Instances of one factory share nothing, and what is sent to one peer is no
// business of another.
func TestInstancesAreIndependent(t *testing.T) {
	for _, link := range impl.Registry() {
		used, fresh := link.New(0, impl.Peers(0, 3)), link.New(0, impl.Peers(0, 3))
		before := key(t, fresh)
		var out impl.Effects
		for _, to := range []spec.Process{1, 2} {
			for range 3 {
				used.Send(to, "g", &out)
			}
		}
		for _, e := range out.List() {
			if e.Kind == impl.Transmit {
				used.Receive(e.Peer, e.Packet, &out)
			}
		}
		if key(t, fresh) != before {
			t.Errorf("%s: events of one instance change another", link.Name)
		}
		if link.Name != "fairloss" && key(t, used) == before {
			t.Errorf("%s: the key does not tell a used instance from a fresh one", link.Name)
		}
	}
}

func key(t *testing.T, l impl.Layer) string {
	t.Helper()
	b, err := impl.Key(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
