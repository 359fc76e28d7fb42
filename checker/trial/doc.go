// Package trial runs a link for real, over UDP on the loopback interface of
// this machine with faults on top, and judges what was observed.
//
// Use it to see that a link which a checker has judged works outside of a
// world, and to measure it. It is no substitute for fairloss/checker/linktest:
// a trial meets the few schedules that one machine happens to produce, each
// message has a payload of its own, and a run cannot be repeated, because a
// seed fixes the fates of packets and not the order in which they are sent. A
// handler that never returns hangs the trial: let linktest find it first.
//
// # When a trial ends
//
// Senders hand over their messages while the network loses, repeats, reorders
// and delays packets. They stop early where nothing is accepted, delivered or
// confirmed for half a second. Then the network falls calm: it loses nothing
// any more, and the trial waits until the run has settled. It has settled when,
// since some moment of the calm,
//
//   - no handler has changed the state of its process: key, armed timers and
//     stable value,
//   - each armed timer has expired,
//   - each packet that was transmitted has arrived, and none from before,
//   - and a twentieth of a second has passed.
//
// Links are deterministic, so from then on they do again, for ever, what they
// did since that moment, which may be nothing. The history then gets its
// Forever event, followed by one more round of what repeats, and liveness can
// be judged: a link that is silent and one that retransmits in vain owe the
// same. A run that has not settled when its time is over gets no Forever, and
// what it owes is inconclusive. A link whose state has no key never settles (see
// impl.AppendKey).
//
// # Kills
//
// RunKilled runs links that survive crashes, each end in a process of its own
// with its store on disk, and kills these processes while they send. What it
// shows is said there, and what it cannot: a store that forgets to sync.
package trial
