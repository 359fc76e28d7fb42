package cli

import (
	"errors"
	"fmt"
	"os"

	"fairloss/checker/trial"
	"fairloss/histories"
	"fairloss/spec"
)

// killed is a trial with kills as -json prints it.
type killed struct {
	report
	Ending   string  `json:"ending"`
	Seed     uint64  `json:"seed"`
	Messages int     `json:"messages"`
	Unknown  int     `json:"unknown"`
	Left     int     `json:"left,omitempty"`
	Stored   int     `json:"stored"`
	Rate     float64 `json:"messages_per_second"`
	Seconds  float64 `json:"seconds"`
	Check    float64 `json:"check_seconds"`
	Events   int     `json:"events"`
	Kills    int     `json:"kills"`
	Sending  int     `json:"kills_while_sending"`
	Saving   int     `json:"kills_while_saving"`
	Opening  int     `json:"kills_while_opening"`
}

// kill runs a trial whose processes are killed.
func kill(s *session, cfg trial.Config, kills int, file *os.File) (spec.Verdict, error) {
	bar := s.progress(cfg.Messages, cfg.Link.Name)
	k, err := trial.RunKilled(s.ctx, cfg, kills, bar.set)
	bar.end()
	if errors.Is(err, trial.ErrLink) {
		return spec.Violated, s.reportContract(cfg.Link, err)
	}
	if err == nil && file != nil {
		err = errors.Join(histories.WriteAll(file, k.Header, k.Events), file.Close())
	}
	if err != nil {
		return 0, err
	}
	r := killed{
		report: newReport(cfg.Link.Name, cfg.Link.Guarantee.Name, k.Judgements),
		Ending: k.Ending.String(), Seed: cfg.Seed, Messages: k.Accepted, Unknown: k.Unknown, Left: k.Left, Stored: k.Stored,
		Rate: float64(k.Stored) / k.Elapsed.Seconds(), Seconds: k.Elapsed.Seconds(), Check: k.Check.Seconds(), Events: len(k.Events),
		Kills: k.Kills, Sending: k.KilledSending, Saving: k.KilledSaving, Opening: k.KilledOpening,
	}
	r.Verdict = k.Verdict()
	if s.json {
		return r.Verdict, s.printJSON(r)
	}
	s.printKilled(r)
	return r.Verdict, nil
}

func (s *session) printKilled(r killed) {
	fmt.Fprintf(s.out, "link %s, claimed: %s, seed %d; %s\n", r.Link, r.Guarantee, r.Seed, r.Ending)
	fmt.Fprintf(s.out, "%d kills: %d while a message was being sent, %d while the store was saving, %d before the process had recovered\n",
		r.Kills, r.Sending, r.Saving, r.Opening)
	fmt.Fprintf(s.out, "%d messages accepted, %d more cut by a kill, %d in the stores, in %.3fs; %d events judged in %.3fs\n",
		r.Messages, r.Unknown, r.Stored, r.Seconds, r.Events, r.Check)
	s.printLeft(r.Left)
	r.table(s, atLine)
	fmt.Fprintf(s.out, "%s; %d messages/s\n", r.conclusion(), int(r.Rate))
}
