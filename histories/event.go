package histories

import (
	"encoding/hex"
	"math/bits"
	"strconv"
	"unicode/utf8"

	"fairloss/spec"
)

// wireEvent is a spec.Event as it stands in a file. Bytes that are not valid
// UTF-8 stand in hexadecimal under a key of their own.
type wireEvent struct {
	At         int64  `json:"at"`
	Since      int64  `json:"since"`
	Kind       string `json:"kind"`
	Op         int    `json:"op"`
	Process    int    `json:"process"`
	Peer       int    `json:"peer"`
	Message    string `json:"message"`
	MessageHex string `json:"messagehex"`
	Packet     string `json:"packet"`
	PacketHex  string `json:"packethex"`
	Count      int    `json:"count"`
}

// The keys of an event, in the order in which they are written.
const (
	keyAt fields = 1 << iota
	keySince
	keyKind
	keyOp
	keyProcess
	keyPeer
	keyMessage
	keyMessageHex
	keyPacket
	keyPacketHex
	keyCount
)

var (
	eventKeyNames = [...]string{"at", "since", "kind", "op", "process", "peer", "message", "messagehex", "packet", "packethex", "count"}
	eventKeys     = keySet(eventKeyNames[:]...)
)

// first returns the name of the first key of a set of event keys.
func (f fields) first() string { return eventKeyNames[bits.TrailingZeros16(uint16(f))] }

// shape is what a kind of event must have and may have besides At.
type shape struct{ must, may fields }

const (
	anyMessage = keyMessage | keyMessageHex
	anyPacket  = keyPacket | keyPacketHex
	channel    = keyKind | keyProcess | keyPeer
)

var shapes = map[spec.Kind]shape{
	spec.Send:     {channel, anyMessage | keyOp},
	spec.Deliver:  {channel, anyMessage | keySince},
	spec.Confirm:  {channel, anyMessage},
	spec.Store:    {channel, anyMessage},
	spec.Transmit: {channel, anyPacket},
	spec.Receive:  {channel, anyPacket},
	spec.Crash:    {keyKind | keyProcess, 0},
	spec.Recover:  {keyKind | keyProcess, 0},
	spec.Held:     {keyKind | keyProcess | keyCount, 0},
	spec.Kept:     {keyKind | keyProcess | keyCount, 0},
	spec.Accept:   {channel, anyMessage | keyOp},
	spec.Reject:   {channel | keyOp, anyMessage},
	spec.Cut:      {channel, 0},
	spec.Heal:     {channel, 0},
	spec.Corrupt:  {channel, anyPacket},
	spec.Forge:    {channel, 0},
	spec.Forever:  {keyKind, 0},
}

// misshapen returns what is wrong with an event of kind k that has these keys.
func misshapen(k spec.Kind, has fields) *flaw {
	s := shapes[k]
	if missing := s.must &^ has; missing != 0 {
		return flawf("kind", "%s without %s", k, missing.first())
	}
	if stray := has &^ (s.must | s.may | keyAt); stray != 0 {
		return flawf(stray.first(), "%s with %s", k, stray.first())
	}
	return nil
}

// setKeys returns the keys that an event needs: those that its kind must have,
// and those that are not zero.
func setKeys(e spec.Event) fields {
	f := shapes[e.Kind].must
	for _, v := range [...]struct {
		key fields
		set bool
	}{
		{keyAt, e.At != 0},
		{keySince, e.Since != 0},
		{keyOp, e.Op != 0},
		{keyProcess, e.Process != 0},
		{keyPeer, e.Peer != 0},
		{keyMessage, e.Message != ""},
		{keyPacket, e.Packet != ""},
		{keyCount, e.Count != 0},
	} {
		if v.set {
			f |= v.key
		}
	}
	return f
}

// appendEvent appends the line of e without its newline. The keys of e must be
// those that its kind may have.
func appendEvent(b []byte, e spec.Event) []byte {
	has := setKeys(e)
	b = append(b, '{')
	for _, n := range [...]struct {
		key   fields
		name  string
		value int64
	}{{keyAt, `"at":`, e.At}, {keySince, `"since":`, e.Since}} {
		if has&n.key != 0 {
			b = append(strconv.AppendInt(append(b, n.name...), n.value, 10), ',')
		}
	}
	b = append(append(append(b, `"kind":"`...), e.Kind.String()...), '"')
	for _, n := range [...]struct {
		key   fields
		name  string
		value int
	}{{keyOp, `,"op":`, e.Op}, {keyProcess, `,"process":`, int(e.Process)}, {keyPeer, `,"peer":`, int(e.Peer)}, {keyCount, `,"count":`, e.Count}} {
		if has&n.key != 0 {
			b = strconv.AppendInt(append(b, n.name...), int64(n.value), 10)
		}
	}
	b = appendText(b, "message", string(e.Message))
	b = appendText(b, "packet", e.Packet)
	return append(b, '}')
}

// appendText appends ,"key":"s", or ,"keyhex":"…" where s is not valid UTF-8,
// or nothing where s is empty.
func appendText(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	b = append(append(b, `,"`...), key...)
	if utf8.ValidString(s) {
		return append(appendEscaped(append(b, `":"`...), s), '"')
	}
	return append(hex.AppendEncode(append(b, `hex":"`...), []byte(s)), '"')
}

// appendEscaped appends valid UTF-8 as the inside of a JSON string.
func appendEscaped(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// decodeEvent reads the line of one event.
func decodeEvent(line []byte) (spec.Event, *Error) {
	var w wireEvent
	if err := unmarshal(line, &w); err != nil {
		return spec.Event{}, err
	}
	has, err := eventKeys.scan(line)
	if err != nil {
		return spec.Event{}, err
	}
	if has&keyKind == 0 {
		return spec.Event{}, &Error{Column: 1, Msg: "event without kind"}
	}
	k, unknown := spec.ParseKind(w.Kind)
	if unknown != nil {
		return spec.Event{}, flawf("kind", "%v", unknown).at(line)
	}
	if f := misshapen(k, has); f != nil {
		return spec.Event{}, f.at(line)
	}
	message, f := text("message", w.Message, w.MessageHex, has&anyMessage == anyMessage)
	if f != nil {
		return spec.Event{}, f.at(line)
	}
	packet, f := text("packet", w.Packet, w.PacketHex, has&anyPacket == anyPacket)
	if f != nil {
		return spec.Event{}, f.at(line)
	}
	return spec.Event{
		Kind: k, Process: spec.Process(w.Process), Peer: spec.Process(w.Peer),
		Message: spec.Message(message), Packet: packet,
		Count: w.Count, Op: w.Op, At: w.At, Since: w.Since,
	}, nil
}

// text is the inverse of appendText; both says that both spellings are there.
func text(key, plain, hexadecimal string, both bool) (string, *flaw) {
	if both {
		return "", flawf(key+"hex", "both %s and %shex", key, key)
	}
	if hexadecimal == "" {
		return plain, nil
	}
	b, err := hex.DecodeString(hexadecimal)
	if err != nil {
		return "", flawf(key+"hex", "%shex %q is not hexadecimal", key, hexadecimal)
	}
	return string(b), nil
}
