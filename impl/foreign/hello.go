package foreign

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// version is that of the protocol.
const version = 1

// hello is the first line that a program writes.
type hello struct {
	Fairloss  int      `json:"fairloss"` // the version
	Name      string   `json:"name"`
	Doc       string   `json:"doc"`
	Guarantee string   `json:"guarantee"`
	Network   string   `json:"network"`   // "" is set
	Processes int      `json:"processes"` // 0 is 2
	Messages  []text   `json:"messages"`
	Offers    []string `json:"offers"`
}

// offers is what a program can do beyond what it must.
type offers struct {
	key       bool // an answer has the canonical state
	restore   bool // a key makes an instance that is in its state
	recover   bool // it survives crashes
	confirmed bool // it wants to know what the layer below has delivered
	ready     bool // an answer says to whom the application may send
	held      bool // an answer says how many messages are buffered
}

// parseHello reads the first line. The error says what it is instead.
func parseHello(line []byte) (link impl.Link, o offers, err error) {
	var h hello
	if err := readStrictly(line, &h); err != nil {
		return link, o, err
	}
	link = impl.Link{Name: h.Name, Doc: h.Doc, Processes: h.Processes}
	for _, m := range h.Messages {
		link.Messages = append(link.Messages, spec.Message(m))
	}
	switch {
	case h.Fairloss != version:
		return link, o, fmt.Errorf(`has "fairloss" %d, want the version %d`, h.Fairloss, version)
	case h.Name == "" || strings.ContainsAny(h.Name, " \t\r\n;#\""):
		return link, o, fmt.Errorf(`has the "name" %q, want a word`, h.Name)
	case h.Processes < 0 || h.Processes == 1 || h.Processes > maxProcesses:
		return link, o, fmt.Errorf(`has "processes" %d, want 2 to %d`, h.Processes, maxProcesses)
	}
	if link.Guarantee, err = spec.ParseGuarantee(h.Guarantee); err != nil {
		return link, o, fmt.Errorf(`has a "guarantee" that is none: %w`, err)
	}
	if h.Network != "" {
		if link.Assumes, err = spec.ParseAssumptions(h.Network); err != nil {
			return link, o, fmt.Errorf(`has a "network" that is none: %w`, err)
		}
	}
	o, err = parseOffers(h.Offers)
	return link, o, err
}

// maxProcesses is how many processes a search can have.
const maxProcesses = 15

func parseOffers(words []string) (o offers, err error) {
	places := map[string]*bool{
		"key": &o.key, "restore": &o.restore, "recover": &o.recover, "confirmed": &o.confirmed, "ready": &o.ready, "held": &o.held,
	}
	for i, word := range words {
		place, known := places[word]
		if !known || slices.Contains(words[:i], word) {
			return o, fmt.Errorf(`offers %q, want some of key, restore, recover, confirmed, ready, held, each once`, word)
		}
		*place = true
	}
	if o.restore && !o.key {
		return o, errors.New("offers restore without key")
	}
	return o, nil
}
