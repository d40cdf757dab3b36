package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
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
	return inn.InvalidFields([]inn.FieldError{{Pointer: "/password", Detail: why}})
}

// composed gives a password in Unicode's composed form: an é is the same however
// the keyboard makes it.
func composed(password string) string { return norm.NFC.String(password) }

func (s *Store) hashPassword(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	key, err := s.argon(ctx, password, salt, argonTime, argonMemory)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, argonMemory, argonTime,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// argon hashes with bounded parallelism: a burst of sign-ins queues instead of
// taking all memory.
func (s *Store) argon(ctx context.Context, password string, salt []byte, time, memory uint32) ([]byte, error) {
	select {
	case s.hasher <- struct{}{}:
		defer func() { <-s.hasher }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(composed(password)), salt, time, memory, 1, argonKey), nil
}

// nobody is what an unknown address is checked against, so that the answer for
// it takes as long as for a known one.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// errWrongPassword is the one answer for all who may not come in with what they
// typed.
var errWrongPassword = inn.E(inn.Unauthenticated, "That address and password do not go together. Check both and try again.")

// Authenticate gives the proof of the person with that address and password. An unknown
// address, a wrong password and a person who is disabled or has not set one yet
// all take the same time and give the same error. Down to the query: for an
// address that is nobody's it reads somebody else's row, and forgets it.
func (s *Store) Authenticate(ctx context.Context, email, password string) (Proof, error) {
	var id int64
	var known bool
	var stored string
	err := s.read.QueryRowContext(Ahead(ctx), `
		SELECT id, email = $1 AND disabled = 0 AND password <> '', password
		FROM users
		WHERE id = coalesce((SELECT id FROM users WHERE email = $1), (SELECT min(id) FROM users))`, email).Scan(&id, &known, &stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Proof{}, err
	}
	if !known {
		stored = nobody
	}
	right, err := s.matches(ctx, stored, password)
	if err != nil {
		return Proof{}, fmt.Errorf("the stored password of user %d: %w", id, err)
	}
	if !right || !known {
		return Proof{}, errWrongPassword
	}
	m, err := s.Member(ctx, id)
	return Proof{Member: m, password: stored}, err
}

// matches reports whether a password is the one of a stored hash.
func (s *Store) matches(ctx context.Context, stored, password string) (bool, error) {
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
	got, err := s.argon(ctx, password, salt, time, memory)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
