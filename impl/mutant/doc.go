// Package mutant holds links that are broken on purpose: each differs by a few
// lines from a correct link of fairloss/impl, claims what that link claims, and
// names the property that it is there to break.
//
// They measure the checkers: one that passes a mutant is not to be trusted with
// a link. Read a mutant beside its parent to see what the lines that it leaves
// out are for. That all mutants are caught does not show that a checker catches
// every fault. Nobody should send messages through them.
package mutant
