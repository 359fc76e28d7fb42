package cli

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"fairloss/checker/trial"
	"fairloss/histories"
	"fairloss/spec"
)

var runCommand = command{
	name: "run", argument: "NAME",
	summary: "run a link over UDP on this machine, or in virtual time, with faults, and judge it",
	about: "Runs a link for real: senders and receivers over UDP sockets of the loopback interface, which lose,\n" +
		"repeat, reorder and delay packets, and at last fall calm. Then the history is judged.\n" +
		"A link that is claimed for a network which keeps order gets one, unless -dup or -reorder is set.\n\n" +
		"With -kill, each end is a process of its own with its store in a temporary directory; they are killed\n" +
		"with SIGKILL while they send, and start again. The stores are judged after the run. The link must\n" +
		"claim logged-perfect. A store that forgets to sync is not found like that: the system stays up.\n\n" +
		"NAME may be 'maelstrom COMMAND', for a program that solves the broadcast workload of Maelstrom: one is started\n" +
		"for each process, a message is a value that is broadcast, and a delivery is a read that shows it. Its timers are\n" +
		"not seen, so that only -silence can say that a message is lost.\n\n" +
		"With -timed it runs in virtual time instead, under conditions in one line of words:\n" + timedWords +
		"So does a link that leans on time, without -timed under the conditions of its claim. Then -campaign N makes N\n" +
		"runs that are no worse, and reports the calmest conditions found that break a property.",
	examples: []string{
		"fairloss run fifo",
		"fairloss run fifo -messages 100000 -senders 8 -delay 0",
		"fairloss run perfect -loss 0.5 -seed 7 -o history.jsonl",
		"fairloss run -kill 200 -messages 20000 logged",
		"fairloss run -timed 'delay=1ms..5ms loss=0.1 send=0>1:100@0s/1ms pause=1@20ms..40ms' fifo",
		"fairloss run 'maelstrom python3 broadcast.py' -messages 100",
		"fairloss run backoff",
		"fairloss run -o detector.jsonl detector && fairloss check detector.jsonl",
		"fairloss run -campaign 50 no-jitter",
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		var cfg trial.Config
		flags.IntVar(&cfg.Messages, "messages", 1000, "how many messages to send")
		flags.IntVar(&cfg.Senders, "senders", 4, "how many goroutines send them")
		flags.IntVar(&cfg.Outstanding, "outstanding", 64, "unconfirmed messages that each of them may have")
		flags.Float64Var(&cfg.Loss, "loss", 0.2, "probability that a packet is lost")
		flags.Float64Var(&cfg.Duplicate, "dup", 0.05, "probability that a packet is sent twice")
		flags.Float64Var(&cfg.Reorder, "reorder", 0.1, "probability that a packet is held back and overtaken")
		flags.DurationVar(&cfg.Delay, "delay", time.Millisecond, "a packet waits up to this")
		flags.Uint64Var(&cfg.Seed, "seed", 0, "fixes the fates of packets; 0 is a random one")
		flags.DurationVar(&cfg.Timeout, "timeout", time.Minute, "how long the run may take, and its judges again; with -kill 10m if not set")
		kills := flags.Int("kill", 0, "kill a process so many times")
		output := flags.String("o", "", "write the history to `FILE`")
		silence := flags.Duration("silence", 2*time.Second, "a program of Maelstrom that owes a message, and is silent for so long, has lost it; 0 is never")
		var virtual virtualTime
		virtual.flags(flags)
		return func(s *session, name string) (spec.Verdict, error) {
			s.silence = *silence
			link, err := s.anyLink(name)
			if err != nil {
				return 0, err
			}
			cfg.Link = link
			set := map[string]bool{}
			flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
			if _, is := maelstrom(name); is && (set["timed"] || set["kill"]) {
				return 0, errors.New("run: a program of Maelstrom runs on its own time, without -timed and -kill")
			}
			if set["timed"] || link.Conditions != "" {
				virtual.history = *output
				return virtual.run(s, link, cfg.Seed, set)
			}
			if err := meaningful(name, cfg, set); err != nil {
				return 0, err
			}
			if cable := link.Assumes.Network == spec.FIFONetwork; cable && !set["dup"] && !set["reorder"] {
				cfg.Duplicate, cfg.Reorder = 0, 0
			}
			if cfg.Seed == 0 {
				cfg.Seed = rand.Uint64()>>16 + 1
			}
			if set["kill"] && !set["timeout"] {
				cfg.Timeout = 10 * time.Minute
			}
			var file *os.File
			if *output != "" {
				if file, err = os.Create(*output); err != nil {
					return 0, err
				}
				defer file.Close()
			}
			if set["kill"] {
				return kill(s, cfg, *kills, file)
			}
			return run(s, cfg, file)
		}
	},
}

// meaningful demands that the flags which are set mean something over UDP. A
// zero is one: a trial takes it for what stands where nothing is set.
func meaningful(name string, cfg trial.Config, set map[string]bool) error {
	for _, flag := range []string{"campaign", "plot"} {
		if set[flag] {
			return fmt.Errorf("run: -%s means nothing over UDP, only in virtual time; see -timed in 'fairloss run -h'", flag)
		}
	}
	if _, is := maelstrom(name); set["silence"] && !is {
		return errors.New("run: -silence means nothing but for 'maelstrom COMMAND'")
	}
	for flag, value := range map[string]int{"messages": cfg.Messages, "senders": cfg.Senders, "outstanding": cfg.Outstanding} {
		if value == 0 {
			return fmt.Errorf("run: -%s is 0, want at least 1", flag)
		}
	}
	return nil
}

// ran is a trial as -json prints it.
type ran struct {
	report
	Ending     string  `json:"ending"`
	Silence    float64 `json:"silence_seconds,omitempty"` // after which programs of Maelstrom were taken to have nothing to say
	Seed       uint64  `json:"seed"`
	Messages   int     `json:"messages"`
	Delivered  int     `json:"delivered"`
	Left       int     `json:"left,omitempty"`
	Rate       float64 `json:"messages_per_second"`
	Seconds    float64 `json:"seconds"`
	CPU        float64 `json:"cpu_seconds"`
	Check      float64 `json:"check_seconds"`
	Events     int     `json:"events"`
	Sent       int     `json:"packets_sent"`
	Lost       int     `json:"packets_lost"`
	Duplicated int     `json:"packets_duplicated"`
	Reordered  int     `json:"packets_reordered"`
}

func run(s *session, cfg trial.Config, file *os.File) (spec.Verdict, error) {
	bar := s.progress(cfg.Messages, cfg.Link.Name)
	result, err := trial.Run(s.ctx, cfg, bar.set)
	bar.end()
	if errors.Is(err, trial.ErrLink) {
		return spec.Violated, s.reportContract(cfg.Link, err)
	}
	if err == nil && file != nil {
		err = save(file, result)
	}
	if err != nil {
		return 0, err
	}
	r := newRan(cfg, result)
	if _, is := maelstrom(cfg.Link.Name); is {
		r.Silence = s.silence.Seconds()
	}
	if s.json {
		return r.Verdict, s.printJSON(r)
	}
	s.printRan(r)
	return r.Verdict, nil
}

func save(file *os.File, result trial.Result) error {
	return errors.Join(histories.WriteAll(file, result.Header, result.Events), file.Close())
}

func newRan(cfg trial.Config, result trial.Result) ran {
	r := ran{
		report: newReport(cfg.Link.Name, cfg.Link.Guarantee.Name, result.Judgements),
		Ending: result.Ending.String(), Seed: cfg.Seed,
		Messages: result.Accepted, Delivered: result.Delivered, Left: result.Left, Rate: result.Rate(),
		Seconds: result.Elapsed.Seconds(), CPU: result.CPU.Seconds(), Check: result.Check.Seconds(), Events: len(result.Events),
		Sent: result.Packets.Sent, Lost: result.Packets.Lost, Duplicated: result.Packets.Duplicated, Reordered: result.Packets.Reordered,
	}
	r.Verdict = result.Verdict()
	return r
}

func (s *session) printRan(r ran) {
	fmt.Fprintf(s.out, "link %s, claimed: %s, seed %d; %s\n", r.Link, r.Guarantee, r.Seed, r.Ending)
	fmt.Fprintf(s.out, "%d messages accepted, %d delivered, in %.3fs (%.3fs CPU); %d events judged in %.3fs\n",
		r.Messages, r.Delivered, r.Seconds, r.CPU, r.Events, r.Check)
	fmt.Fprintf(s.out, "%d packets: %d lost, %d duplicated, %d reordered\n", r.Sent, r.Lost, r.Duplicated, r.Reordered)
	s.printLeft(r.Left)
	r.table(s, atLine)
	if r.Silence > 0 {
		fmt.Fprintf(s.out, "assumed: a program that owes a message, and is silent for %vs, is silent for ever\n", r.Silence)
	}
	fmt.Fprintf(s.out, "%s; %d messages/s\n", r.conclusion(), int(r.Rate))
}

func (s *session) printLeft(messages int) {
	if messages > 0 {
		fmt.Fprintf(s.out, "%d messages were never sent\n", messages)
	}
}
