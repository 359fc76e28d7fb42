package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed is the import table: what each package may import besides the
// standard library. Data flows one way, and so do imports; tests are exempt.
var allowed = map[string][]string{
	"spec":                   {},
	"impl":                   {"fairloss/spec"},
	"impl/mutant":            {"fairloss/spec", "fairloss/impl"},
	"impl/foreign":           {"fairloss/spec", "fairloss/impl"},
	"impl/netlink":           {"fairloss/spec", "fairloss/impl"},
	"impl/netlink/filestore": {"fairloss/spec", "fairloss/impl"},
	"impl/netlink/storetest": {"fairloss/spec", "fairloss/impl", "fairloss/impl/netlink"},
	"impl/external/pebblestore": {
		"fairloss/spec", "fairloss/impl",
		"github.com/cockroachdb/pebble/v2", "github.com/cockroachdb/pebble/v2/vfs",
	},
	"impl/external/frame": {"fairloss/spec"},
	"impl/external/inbox": {"fairloss/spec", "fairloss/impl/external/frame"},
	"impl/external/udp":   {"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport"},
	"impl/external/quic": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"fairloss/impl/external/frame", "fairloss/impl/external/inbox", "github.com/quic-go/quic-go",
	},
	"impl/external/kcp": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"fairloss/impl/external/frame", "fairloss/impl/external/inbox", "github.com/xtaci/kcp-go/v5",
	},
	"impl/external/sctp": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"github.com/pion/sctp", "github.com/pion/randutil",
	},
	"impl/external/dtls": {"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport", "github.com/pion/dtls/v3"},
	"impl/external/yamux": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"fairloss/impl/external/frame", "fairloss/impl/external/inbox", "github.com/hashicorp/yamux",
	},
	"impl/external/memberlist": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"fairloss/impl/external/inbox", "github.com/hashicorp/memberlist",
	},
	"impl/external/jetstream": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"github.com/nats-io/nats-server/v2/server", "github.com/nats-io/nats-server/v2/server/ats",
		"github.com/nats-io/nats.go", "github.com/nats-io/nats.go/jetstream",
	},
	"impl/external/tcp": {
		"fairloss/spec", "fairloss/checker", "fairloss/impl/external/frame",
		"github.com/Shopify/toxiproxy/v2", "github.com/rs/zerolog",
	},
	"impl/external/gvisor": {
		"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport",
		"fairloss/impl/external/frame", "fairloss/impl/external/inbox",
		"gvisor.dev/gvisor/pkg/buffer", "gvisor.dev/gvisor/pkg/sync", "gvisor.dev/gvisor/pkg/tcpip",
		"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet", "gvisor.dev/gvisor/pkg/tcpip/header",
		"gvisor.dev/gvisor/pkg/tcpip/link/channel", "gvisor.dev/gvisor/pkg/tcpip/network/ipv4",
		"gvisor.dev/gvisor/pkg/tcpip/stack", "gvisor.dev/gvisor/pkg/tcpip/transport/tcp",
	},
	"impl/external/claims": {
		"fairloss/checker/chaos", "fairloss/checker/transport",
		"fairloss/impl/external/dtls", "fairloss/impl/external/kcp", "fairloss/impl/external/quic",
		"fairloss/impl/external/sctp", "fairloss/impl/external/udp", "fairloss/impl/external/gvisor",
		"fairloss/impl/external/yamux", "fairloss/impl/external/memberlist", "fairloss/impl/external/jetstream",
	},
	"histories":             {"fairloss/spec"},
	"histories/chart":       {"fairloss/spec"},
	"checker":               {"fairloss/spec", "fairloss/histories", "github.com/anishathalye/porcupine"},
	"checker/items":         {},
	"checker/chaos":         {"fairloss/spec", "fairloss/checker/items"},
	"checker/world":         {"fairloss/spec", "fairloss/impl", "fairloss/checker/items"},
	"checker/explore":       {"fairloss/spec", "fairloss/impl", "fairloss/histories", "fairloss/checker", "fairloss/checker/world"},
	"checker/causal":        {"fairloss/spec"},
	"checker/generals":      {"fairloss/spec"},
	"checker/replicated":    {"fairloss/spec", "fairloss/impl", "fairloss/checker/world", "github.com/anishathalye/porcupine"},
	"checker/timed":         {"fairloss/spec", "fairloss/impl", "fairloss/checker", "fairloss/histories"},
	"checker/trial":         {"fairloss/spec", "fairloss/impl", "fairloss/impl/netlink", "fairloss/impl/netlink/filestore", "fairloss/histories", "fairloss/checker"},
	"checker/transport":     {"fairloss/spec", "fairloss/histories", "fairloss/checker", "fairloss/checker/items", "fairloss/checker/chaos"},
	"checker/transport/toy": {"fairloss/spec", "fairloss/checker/chaos", "fairloss/checker/transport"},
	"checker/linktest":      {"fairloss/spec", "fairloss/impl", "fairloss/histories/chart", "fairloss/checker", "fairloss/checker/world", "fairloss/checker/explore", "fairloss/checker/timed", "fairloss/checker/transport", "pgregory.net/rapid"},
	"cmd/cli": {
		"fairloss/spec", "fairloss/impl", "fairloss/impl/foreign", "fairloss/histories", "fairloss/histories/chart", "fairloss/checker",
		"fairloss/checker/causal", "fairloss/checker/generals", "fairloss/checker/world", "fairloss/checker/explore", "fairloss/checker/timed", "fairloss/checker/trial",
		"github.com/schollz/progressbar/v3", "golang.org/x/term",
	},
	"cmd/fairloss": {"fairloss/cmd/cli", "fairloss/impl", "fairloss/impl/mutant"},
}

func TestImports(t *testing.T) {
	const root = "../.."
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "testdata" {
			return cmpErr(err, fs.SkipDir)
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		return checkFile(t, pkg, file)
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("the import table has package %s, which does not exist", pkg)
		}
	}
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func checkFile(t *testing.T, pkg, file string) error {
	table, known := allowed[pkg]
	if !known {
		t.Errorf("%s: package %s is not in the import table", file, pkg)
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(imported, "/")
		standard := first != "fairloss" && !strings.Contains(first, ".")
		if !standard && !slices.Contains(table, imported) {
			t.Errorf("%s: package %s must not import %s", path.Base(file), pkg, imported)
		}
	}
	return nil
}
