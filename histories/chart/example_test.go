package chart_test

import (
	"fmt"
	"os"
	"strings"

	"fairloss/histories/chart"
	"fairloss/spec"
)

// A network that delivers a packet twice, and a link that does not notice.
func ExampleText() {
	events := []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "pay 5", At: 1},
		{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "pay 5", At: 1},
		{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "pay 5", At: 2},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "pay 5", At: 2},
		{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "pay 5", At: 3},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "pay 5", At: 3},
	}
	err := chart.Text(os.Stdout, events, chart.Options{Broken: 5, Note: "PL2 broken here"})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// step    process 0 |                            | process 1
	//    1 SEND "pay 5" |-- (1) "pay 5"              |
	//    2              |------ (1) sent at 1 ------>| DELIVER "pay 5"
	//    3              |== (1) again, sent at 1 ===>| DELIVER "pay 5"
	//                                                ^ PL2 broken here
}

// A page to look at in a browser, or to send to somebody.
func ExampleHTML() {
	var page strings.Builder
	err := chart.HTML(&page, chart.Page{
		Title:    "PL3 no creation is violated",
		Sentence: "What a process delivers from p, p has sent to it.",
		Replay:   "go test -run '^TestLink$'",
		Events:   []spec.Event{{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "<forged>", At: 1}},
		Options:  chart.Options{Broken: 0, Note: "PL3 broken here"},
	})
	if err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(page.String()) {
		if strings.HasPrefix(line, "<h1>") || strings.Contains(line, "DELIVER") {
			fmt.Print(line)
		}
	}
	// Output:
	// <h1>PL3 no creation is violated</h1>
	// <text x="200" y="60" text-anchor="middle" class="broken"><tspan class="verb">DELIVER</tspan> &#34;&lt;forged&gt;&#34;</text>
}
