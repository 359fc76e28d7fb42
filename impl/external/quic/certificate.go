package quic

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"time"
)

const (
	application = "fairloss"
	serverName  = "server"
)

// The configurations, made before any run, so that no run draws what they need.
var clientTLS, serverTLS = certified()

// certified returns the configurations of a client and of the server that it
// trusts. The key is fixed and its signatures are not random, so that two runs
// transmit the same packets; the key exchange is the one whose messages are
// small enough that a handshake begins with one packet.
func certified() (client, server *tls.Config) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{serverName}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		panic("quic: " + err.Error())
	}
	trusted := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic("quic: " + err.Error())
	}
	trusted.AddCert(leaf)
	server = &tls.Config{
		NextProtos: []string{application}, CurvePreferences: []tls.CurveID{tls.X25519},
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	}
	client = &tls.Config{
		NextProtos: server.NextProtos, CurvePreferences: server.CurvePreferences, ServerName: serverName, RootCAs: trusted,
	}
	return client, server
}
