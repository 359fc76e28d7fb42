package chart

import (
	"html/template"
	"io"
	"strings"

	"fairloss/spec"
)

// Page is a counterexample as a page to look at. Parts that are empty are left
// out. All but the events is text: any bytes, of which those that no page can
// show become U+FFFD.
type Page struct {
	Title    string // what is broken
	Sentence string // the property, in words
	Source   string // where the property is from
	Reason   string // why it is broken
	Schedule string // the actions, one a line
	Replay   string // the command that replays them
	Events   []spec.Event
	Options  Options
}

// HTML writes the page to w, as one file without scripts that loads nothing.
// The error is from w. It takes time and memory linear in the page.
func HTML(w io.Writer, page Page) error {
	var picture strings.Builder
	if err := SVG(&picture, page.Events, page.Options); err != nil {
		return err
	}
	text := page
	for _, s := range []*string{&text.Title, &text.Sentence, &text.Source, &text.Reason, &text.Schedule, &text.Replay} {
		*s = strings.Map(showable, *s)
	}
	return pageTemplate.Execute(w, struct {
		Page
		Picture template.HTML // SVG has escaped what is in it
	}{text, template.HTML(picture.String())})
}

// showable maps the characters that no HTML document may have, and bytes that
// are none, to U+FFFD.
func showable(r rune) rune {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return r
	case r < ' ', r >= 0x7f && r < 0xa0, r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return '\ufffd'
	}
	return r
}

// A <pre> ignores a line end at its beginning, so that each begins with one.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{{or .Title "history"}}</title>
<style>
:root{color-scheme:light dark;--ground:#fff;--ink:#1f2328;--soft:#f6f8fa;--broken:#cf222e}
@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#e6edf3;--soft:#161b22;--broken:#ff7b72}}
body{max-width:72em;margin:2em auto;padding:0 1em;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5em;line-height:1.25;color:var(--broken);overflow-wrap:anywhere}
h2{font-size:1.1em;margin-top:1.8em}
p,blockquote{overflow-wrap:anywhere}
blockquote{margin:1em 0;padding-left:1em;border-left:3px solid}
cite,figcaption{font-size:.875em;opacity:.8}
figure{margin:1em 0;overflow-x:auto}
pre{background:var(--soft);padding:.8em 1em;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
</style>
</head>
<body>
<h1>{{or .Title "history"}}</h1>
{{- if or .Sentence .Source}}
<blockquote><p>{{.Sentence}}</p>{{with .Source}}<cite>{{.}}</cite>{{end}}</blockquote>
{{- end}}
{{- with .Reason}}
<p><strong>{{.}}</strong></p>
{{- end}}
<h2>What happened</h2>
<figure>
{{.Picture}}<figcaption>Time runs downwards. An arrow leaves where its packet was sent and ends where it arrives; dashed, the packet had arrived before. A cross is a packet that is lost, dots one that is in flight, or one that nobody sent; on a lifeline, that the process is down.</figcaption>
</figure>
{{- with .Schedule}}
<h2>Schedule</h2>
<pre>
{{.}}</pre>
{{- end}}
{{- with .Replay}}
<h2>Replay</h2>
<pre>
{{.}}</pre>
{{- end}}
</body>
</html>
`))
