package foreign

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is also the programs that the tests start: this binary, with the word
// program or script as its first argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "program":
			programs[os.Args[2]]()
			return
		case "script":
			follow(os.Args[2:])
			return
		}
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // of these programs, under -race
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if left := children(os.Getpid()); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "processes left behind: %v\n", left)
		code = 1
	}
	os.Exit(code)
}

// children returns the processes that a process has started and that are
// alive, where the operating system has a /proc that says so.
func children(parent int) (list []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			list = append(list, pid)
		}
	}
	return list
}

// follow is a program that writes the first line, and then the next one for
// each line that it reads. $n in a line is the number of the line that it
// answers. Some lines are orders instead.
func follow(script []string) {
	in := bufio.NewScanner(os.Stdin)
	n := 0
	for _, line := range script {
		word, rest, _ := strings.Cut(line, ":")
		switch word {
		case "stderr":
			fmt.Fprintln(os.Stderr, rest)
			continue
		case "exit":
			status, _ := strconv.Atoi(rest)
			os.Exit(status)
		case "cut":
			fmt.Print(rest)
			return
		case "long":
			fmt.Println(strings.Repeat("x", 2*maxLine))
		case "hang":
			time.Sleep(time.Hour)
		case "fork":
			orphan := exec.Command(os.Args[0], "script", "hang")
			orphan.Stdout, orphan.Stderr = os.Stdout, os.Stderr
			if err := orphan.Start(); err != nil {
				panic(err)
			}
			fmt.Fprintln(os.Stderr, "orphan", orphan.Process.Pid)
			continue
		default:
			fmt.Println(strings.ReplaceAll(line, "$n", strconv.Itoa(n)))
		}
		for dropped := true; dropped; n++ {
			if !in.Scan() {
				return
			}
			dropped = strings.Contains(in.Text(), `"event":"drop"`)
		}
	}
}

// heard is an event as a program of the tests reads it.
type heard struct {
	N, Instance            int
	Event, Message, Packet string
	To, From               int
}

// serve is a program that answers by a function, of the event and how many that
// instance has had before: with effects and, where it is not "", a key.
func serve(hello string, answer func(e heard, before int) (effects, key string)) {
	fmt.Println(hello)
	past := map[int]int{}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var e heard
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			panic(err)
		}
		if e.Event == "drop" {
			delete(past, e.Instance)
			continue
		}
		effects, key := answer(e, past[e.Instance])
		past[e.Instance]++
		if key != "" {
			key = `,"key":` + strconv.Quote(key)
		}
		fmt.Printf(`{"n":%d,"effects":[%s]%s}`+"\n", e.N, effects, key)
	}
}

// fairLoss is the answer of the plain network.
func fairLoss(e heard) string {
	switch e.Event {
	case "send":
		return fmt.Sprintf(`{"do":"transmit","to":%d,"packet":%s}`, e.To, appendText(nil, e.Message))
	case "receive":
		return fmt.Sprintf(`{"do":"deliver","from":%d,"message":%s}`, e.From, appendText(nil, e.Packet))
	}
	return ""
}

var everySend int // over all instances, which must not share it

var programs = map[string]func(){
	"no-key": func() {
		serve(`{"fairloss":1,"name":"no-key","guarantee":"at-most-once"}`, func(e heard, _ int) (string, string) {
			return fairLoss(e), ""
		})
	},
	"shares-state": func() {
		serve(`{"fairloss":1,"name":"shares-state","guarantee":"at-most-once","offers":["key"]}`, func(e heard, _ int) (string, string) {
			if e.Event == "send" {
				everySend++
				e.Message += strconv.Itoa(everySend)
			}
			return fairLoss(e), "same"
		})
	},
	"omits-state": func() {
		serve(`{"fairloss":1,"name":"omits-state","guarantee":"at-most-once","offers":["key"]}`, func(e heard, before int) (string, string) {
			if before > 3 {
				e.Packet = "invented"
			}
			return fairLoss(e), "same"
		})
	},
	"goes-elsewhere": func() {
		serve(`{"fairloss":1,"name":"goes-elsewhere","guarantee":"at-most-once","offers":["key","restore"]}`, func(e heard, before int) (string, string) {
			return fairLoss(e), strconv.Itoa(before)
		})
	},
}
