package linktest

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

const replayEnvironment = "FAIRLOSS_REPLAY"

var replayFlag = flag.String("fairloss.replay", "",
	"fairloss: run this schedule instead of random ones, as text with semicolons, or @FILE")

func init() {
	setDefault("rapid.nofailfile", "RAPID_NOFAILFILE", "true")
	setDefault("rapid.seed", "RAPID_SEED", strconv.FormatUint(rand.Uint64()>>16|1, 10))
}

// setDefault sets a flag of rapid before flags are parsed, unless its
// environment variable has.
func setDefault(name, environment, value string) {
	if _, set := os.LookupEnv(environment); set {
		return
	}
	if err := flag.Set(name, value); err != nil {
		panic("linktest: " + err.Error())
	}
}

// seed is the value of -rapid.seed.
func seed() uint64 {
	n, _ := strconv.ParseUint(flag.Lookup("rapid.seed").Value.String(), 0, 64)
	return n
}

// replayed returns the schedule to replay, "" where there is none.
func replayed() (string, error) {
	text := *replayFlag
	if text == "" {
		text = os.Getenv(replayEnvironment)
	}
	if file, isFile := strings.CutPrefix(text, "@"); isFile {
		content, err := os.ReadFile(file)
		return string(content), err
	}
	return text, nil
}
