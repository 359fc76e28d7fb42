package chart

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// caption is a line of text, shortened to the columns; 0 leaves it as it is.
type caption struct {
	x, y    int
	anchor  string // "" is "start"
	class   string
	verb    string // in bold, before the text
	text    string
	columns int
}

func (p *picture) text(c caption) {
	shown := c.text
	if c.columns > 0 {
		shown = clip(c.text, c.columns)
	}
	width := textWidth(columns(strings.TrimSpace(c.verb + " " + shown)))
	switch c.anchor {
	case "middle":
		p.reach(c.x-width/2, c.x+width/2)
	case "end":
		p.reach(c.x-width, c.x)
	default:
		p.reach(c.x, c.x+width)
	}
	fmt.Fprintf(&p.over, `<text x="%d" y="%d"%s%s>`, c.x, c.y, attribute("text-anchor", c.anchor), attribute("class", c.class))
	if shown != c.text {
		p.over.WriteString("<title>" + escape(c.text) + "</title>")
	}
	if c.verb != "" {
		p.over.WriteString(`<tspan class="verb">` + escape(c.verb) + "</tspan>")
		if shown != "" {
			shown = " " + shown
		}
	}
	p.over.WriteString(escape(shown) + "</text>\n")
}

// attribute is an attribute of an element, or "" where all of its words are.
func attribute(name string, words ...string) string {
	value := strings.TrimSpace(strings.Join(words, " "))
	if value == "" {
		return ""
	}
	return fmt.Sprintf(` %s="%s"`, name, value)
}

// escape makes any bytes the text of an XML element.
func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder returns no errors
	return b.String()
}
