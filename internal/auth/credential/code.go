package credential

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// The parameters of RFC 6238 that every app understands: SHA-1, six digits, a
// new code every 30 seconds.
const (
	stepLength = 30 * time.Second
	codeDigits = 6
	// SecretBytes is the length of a secret: that of the hash, as RFC 4226 asks.
	SecretBytes = sha1.Size
)

// StepAt numbers the half minutes since 1970.
func StepAt(now time.Time) int64 { return now.Unix() / int64(stepLength/time.Second) }

// Code returns the code of a secret for one step: RFC 4226, section 5.3.
func Code(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", codeDigits, number%1_000_000)
}

// Step returns the step whose code that is: the present one, or one beside it,
// since clocks differ and people type slowly. Steps up to the one that was taken
// last do not count, so that a code somebody looked on is worth nothing. All
// three are always computed.
func Step(secret []byte, code string, last int64, now time.Time) (step int64, found bool) {
	present := StepAt(now)
	for at := present - 1; at <= present+1; at++ {
		if subtle.ConstantTimeCompare([]byte(Code(secret, at)), []byte(code)) == 1 && at > last {
			step, found = at, true
		}
	}
	return step, found
}
