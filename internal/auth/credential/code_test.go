package credential

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The vectors of RFC 6238, appendix B, for SHA-1; ours are the last six of their
// eight digits.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, code := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		assert.Equal(t, code[2:], Code(secret, StepAt(time.Unix(at, 0))), at)
	}
	// RFC 4226, appendix D.
	for step, code := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		assert.Equal(t, code, Code(secret, int64(step)))
	}
}

// A code counts half a minute early and late, and once.
func TestWhichCodesCount(t *testing.T) {
	secret, now := []byte("12345678901234567890"), time.Unix(1234567890, 0)
	present := StepAt(now)
	for off := int64(-3); off <= 3; off++ {
		step, found := Step(secret, Code(secret, present+off), 0, now)
		assert.Equal(t, off >= -1 && off <= 1, found, off)
		if found {
			assert.Equal(t, present+off, step)
		}
	}
	_, found := Step(secret, Code(secret, present), present, now)
	assert.False(t, found, "taken already")
	_, found = Step(secret, Code(secret, present-1), present, now)
	assert.False(t, found, "older than one that was taken")
	_, found = Step(secret, Code(secret, present+1), present, now)
	assert.True(t, found)
	for _, wrong := range []string{"", "00000", "0000000", "12345a"} {
		_, found = Step(secret, wrong, 0, now)
		assert.False(t, found, wrong)
	}
}
