//go:build !race

package claims

const shuffled = false
