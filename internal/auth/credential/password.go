// Package credential is the arithmetic of passwords and codes: how a password is
// hashed and compared, which one a person may choose, and the codes of RFC 6238.
// The store compares them in its transactions, so that it stands below. It imports
// inn, and must never keep what it is given or ask a database.
package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"baithaka/internal/inn"
)

// The cost of one password: argon2id with 19 MiB and two passes, OWASP's
// recommended minimum, so that a small box can check a few at once.
const (
	argonTime   = 2
	argonMemory = 19 * 1024 // KiB
	argonKey    = 32
)

// CheckPassword refuses a password that is too short or too long. That is all
// the command line asks; CheckChosen asks more.
func CheckPassword(password string) error {
	if n := utf8.RuneCountInString(composed(password)); n < 8 || n > 256 {
		return unfit("must be 8 to 256 characters")
	}
	return nil
}

func unfit(why string) error {
	return inn.InvalidFields([]inn.FieldError{{Field: "password", Detail: why}})
}

// composed returns a password in Unicode's composed form: an é is the same however
// the keyboard makes it.
func composed(password string) string { return norm.NFC.String(password) }

// Hasher hashes passwords with bounded parallelism: a burst of sign-ins queues
// instead of taking all memory.
type Hasher chan struct{}

// NewHasher returns a hasher of two at once.
func NewHasher() Hasher { return make(Hasher, 2) }

// Hash returns what is stored of a password.
func (h Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	key, err := h.argon(ctx, password, salt, argonTime, argonMemory)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, argonMemory, argonTime,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func (h Hasher) argon(ctx context.Context, password string, salt []byte, time, memory uint32) ([]byte, error) {
	select {
	case h <- struct{}{}:
		defer func() { <-h }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(composed(password)), salt, time, memory, 1, argonKey), nil
}

// Nobody is what the password for an unknown address is compared with, so that
// the answer for it takes as long as for a known one.
const Nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Matches reports whether a password is the one of a stored hash.
func (h Hasher) Matches(ctx context.Context, stored, password string) (bool, error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return false, errors.New("it cannot be read")
	}
	var version int
	var time, memory uint32
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=1", &version, &memory, &time); err != nil {
		return false, err
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, err
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, err
	}
	got, err := h.argon(ctx, password, salt, time, memory)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
