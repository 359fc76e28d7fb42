// Package chaos is an adversarial network in memory: sockets for datagrams
// (net.PacketConn and connected net.Conn) and byte streams between hosts, and
// wires that lose, delay, repeat, reorder, change and forge packets as a Plan
// says. Inside a testing/synctest bubble it runs in virtual time, outside in
// real time.
//
// Use it to run somebody's transport under faults that can be repeated and
// written down. fairloss/checker/linktest makes the plans, and shrinks those
// that break something; to check a link that is an impl.Layer, use that too,
// without a network.
//
// What happens to a packet depends on its direction and its number there, and
// on nothing else but the time where a direction is cut or limited: two runs
// under one plan agree as long as the transport transmits the same packets in
// the same order. The empty plan is calm: every packet arrives after
// BaseDelay, in order, once. No two packets arrive at one instant, as a
// bubble runs what happens at one instant in random order.
//
// It is no model of real congestion: hosts have no limits, and a wire has only
// those that a plan gives it. A transport that keeps its promise here may still
// fail on fragments, ports that others use, or a kernel's buffers.
package chaos
