//go:build race

package spec

func init() { fewer = true }
