//go:build race

package checker

func init() { fewer = true }
