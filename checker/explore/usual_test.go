//go:build !long

package explore

const longEnabled = false
