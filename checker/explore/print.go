package explore

// mixed keeps the word of each value of each component. A fingerprint is the
// sum of the words of a state.
type mixed [][]uint64

// word returns the word of a value of component j of those that vary.
func (m mixed) word(j int, v uint32) uint64 {
	for next := uint32(len(m[j])); next <= v; next++ {
		m[j] = append(m[j], mix(j, next))
	}
	return m[j][v]
}

// mix is the word of a component: the finalizer of MurmurHash3 (Appleby, 2011)
// on the value and its position.
func mix(position int, value uint32) uint64 {
	x := uint64(value) + uint64(position+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
