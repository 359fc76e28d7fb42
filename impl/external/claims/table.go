package claims

import (
	"fmt"
	"slices"
	"strings"
)

// Table is what the README says: what each transport claims, and what breaks
// that, for each class of faults; and below it the findings. The versions are
// those of the modules that the transports are in.
func Table(versions map[string]string) string {
	var b strings.Builder
	b.WriteString("| transport | claims |")
	for _, c := range Classes() {
		fmt.Fprintf(&b, " %s |", c.Name)
	}
	b.WriteString("\n|" + strings.Repeat("---|", 2+len(Classes())) + "\n")
	for _, claim := range Registry() {
		fmt.Fprintf(&b, "| **%s**%s | [%s](%s): %s |", claim.Name, claim.origin(versions),
			claim.Guarantee.Name, claim.Source, strings.Join(claim.Properties(), " "))
		for _, class := range Classes() {
			fmt.Fprintf(&b, " %s |", claim.cell(class))
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n| finding | breaks | schedule | documented |\n|---|---|---|---|\n")
	for _, f := range Findings() {
		fmt.Fprintf(&b, "| **%s** %s | [%s](impl/external/claims/testdata/%s.txt) | %s | %s |\n",
			strings.Join(f.Of, ", "), f.Says, strings.Join(f.Broken(), " "), f.Name, code(f.Schedule), f.documented())
	}
	return b.String()
}

// origin is the module of a transport, with its version, after a space.
func (c Claim) origin(versions map[string]string) string {
	if c.Module == "" {
		return ""
	}
	return " " + strings.TrimPrefix(c.Module, "github.com/") + " " + versions[c.Module]
}

// cell is the verdict on a claim under one class of faults.
func (c Claim) cell(class Class) string {
	known, surprising := c.broken(class)
	switch {
	case len(known)+len(surprising) > 0:
	case class.Befalls(c.Over):
		return "holds"
	default:
		return ""
	}
	var words []string
	for _, p := range c.Guarantee.Properties {
		switch {
		case slices.Contains(surprising, p.ID):
			words = append(words, "**"+p.ID+"**")
		case slices.Contains(known, p.ID):
			words = append(words, p.ID)
		}
	}
	return strings.Join(words, " ")
}

// broken returns the IDs of the properties that findings of this class break,
// those that are documented and the others.
func (c Claim) broken(class Class) (known, surprising []string) {
	for _, f := range Findings() {
		switch {
		case !slices.Contains(f.Of, c.Name) || !class.Has(f.schedule().Plan):
		case f.Known:
			known = append(known, f.Broken()...)
		default:
			surprising = append(surprising, f.Broken()...)
		}
	}
	return known, surprising
}

func (f Finding) documented() string {
	if f.Known {
		return fmt.Sprintf("[yes](%s)", f.Source)
	}
	return fmt.Sprintf("**no**: [it says](%s)", f.Source)
}

// code is text as code in a cell of a table.
func code(text string) string {
	text = strings.ReplaceAll(text, "|", `\|`)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}
