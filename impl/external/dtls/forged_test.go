package dtls_test

import (
	"testing"

	"fairloss/checker/transport"
	"fairloss/impl/external/dtls"
)

// forged is, after the second message, a record of application data of epoch 0,
// that of the handshake, in which nothing is encrypted: anybody can make it.
// Its number is one that was not there yet.
const forged = `send 0>1 "alpha"; send 0>1 "bravo" 1s; send 0>1 "charlie" 1s; inject 0>1 5 "\x17\xfe\xfd\x00\x00\x00\x00\x00\x00\x00c\x00\x05hello"`

// TestForgedRecordEndsConnection keeps an eye on what RFC 6347, section 4.1.2.7,
// advises against: pion/dtls answers an invalid record with a fatal alert, so
// that one datagram of a stranger ends a connection. No message is lost that
// was taken, which is why no property sees it.
func TestForgedRecordEndsConnection(t *testing.T) {
	s, err := transport.Parse(forged)
	if err != nil {
		t.Fatal(err)
	}
	if r := transport.Run(t, dtls.Transport(), s); r.Sent != 3 || r.Refused != 1 {
		t.Errorf("of %d messages %d were refused, want 1 of 3: has it been mended?", r.Sent, r.Refused)
	}
	s.Plan = nil
	if r := transport.Run(t, dtls.Transport(), s); r.Sent != 3 || r.Refused != 0 {
		t.Errorf("without the forged record %d of %d messages were refused", r.Refused, r.Sent)
	}
}
