// Package gvisor is gVisor's TCP as a transport: messages on one connection
// between two network stacks in user space, whose IP packets are datagrams of
// the network. It is there under the build tag gvisor, and must be linked with
// -ldflags=-checklinkname=0.
//
// What TCP claims: a reliable, in-order stream of bytes
// (https://www.rfc-editor.org/rfc/rfc9293, section 2.2), over a network that
// loses, repeats, reorders and damages what it carries: sequence numbers,
// acknowledgements and a checksum see to it (section 3.4). The checksum is a sum
// of words of 16 bits (https://www.rfc-editor.org/rfc/rfc1071), which is blind to
// words that change places.
//
// Workaround: goroutines of the stack sleep in a way that a bubble of
// testing/synctest takes for running, so that time stands still. The package
// tells the runtime otherwise, by linkname, which the linker refuses without
// that flag. In a program with this package, a bubble does not wait for
// goroutines in a select on channels from outside.
package gvisor
