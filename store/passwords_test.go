package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// An é is the same password however the keyboard makes it.
func TestAPasswordIsTheSameHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, err := s.AddMember(ctx, operator, inn.Member{Email: "zoe@demo.test", Name: "Zoë", Role: inn.Staff}, "cafe\u0301 au lait")
	require.NoError(t, err)
	_, err = s.Authenticate(ctx, "zoe@demo.test", "caf\u00e9 au lait")
	require.NoError(t, err)
	require.Error(t, credential.CheckPassword(strings.Repeat("e\u0301", 7)), "characters are counted as they are seen")
}
