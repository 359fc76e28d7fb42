package world

import (
	"fmt"
	"runtime"
	"strings"
)

// What a stack shows of a contributor's code ends where the harness calls it.
const (
	harness      = "fairloss/checker/world."
	monitors     = "fairloss/checker/explore.(*monitors)."
	effectsFrame = "fairloss/impl.(*Effects)."
	stackFrame   = "fairloss/impl.(*stack)."
	maxFrames    = 16
)

// frame is a line of a stack.
type frame struct{ function, place string }

// frameText lists the frames of a link's own code, the innermost first.
func frameText(frames []frame) string {
	var b strings.Builder
	n := 0
	for _, f := range frames {
		if strings.HasPrefix(f.function, harness) || strings.HasPrefix(f.function, monitors) {
			break
		}
		if strings.HasPrefix(f.function, stackFrame) || n == 0 && ofRuntime(f.function) {
			continue
		}
		if n++; n > maxFrames {
			b.WriteString("    …\n")
			break
		}
		fmt.Fprintf(&b, "    %s\n        %s\n", f.function, f.place)
	}
	if n == 0 {
		return ""
	}
	return "stack:\n" + b.String()
}

// ofRuntime reports whether a function only carries out what the link's code
// asked for.
func ofRuntime(function string) bool {
	for _, prefix := range []string{"runtime.", "internal/", "sync.", "time.", effectsFrame} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return false
}

// Panicked is the stack of the panic that a deferred function recovers from, but
// for frames of the harness; "" where that leaves none.
func Panicked() string {
	callers := make([]uintptr, 256)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	var list []frame
	began := false
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if began {
			list = append(list, frame{f.Function, fmt.Sprintf("%s:%d", f.File, f.Line)})
		}
		began = began || f.Function == "runtime.gopanic"
	}
	return frameText(list)
}

// maxStacks bounds the text of all stacks.
const maxStacks = 16 << 20

// running is the stack of the goroutine in which the harness runs a link's code,
// "" where it is not the only one.
func running() string {
	text := make([]byte, 1<<16)
	for n := runtime.Stack(text, true); n == len(text) && n < maxStacks; n = runtime.Stack(text, true) {
		text = make([]byte, 2*len(text))
	}
	found := ""
	for goroutine := range strings.SplitSeq(strings.TrimRight(string(text), "\x00"), "\n\n") {
		if !strings.Contains(goroutine, "\n"+harness+"(*process).") && !strings.Contains(goroutine, "\n"+harness+"input.feed(") {
			continue
		}
		if found != "" {
			return ""
		}
		found = frameText(printed(goroutine))
	}
	return found
}

// printed reads the frames of a goroutine as the runtime prints them.
func printed(goroutine string) []frame {
	lines := strings.Split(goroutine, "\n")
	var list []frame
	for i := 1; i+1 < len(lines); i += 2 {
		function := lines[i]
		if end := strings.LastIndexByte(function, '('); end > 0 {
			function = function[:end]
		}
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		list = append(list, frame{function, place})
	}
	return list
}
