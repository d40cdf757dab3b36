package credential

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// NIST 800-63B-4: length, not composition; nothing that is tried first.
func TestWhichPasswordsOneMayChoose(t *testing.T) {
	asha := inn.Member{Name: "Asha Rao-Menon", Email: "asha.rao@lakehouse.example"}
	for password, fits := range map[string]bool{
		"short":                      false,
		"1234567":                    false,
		strings.Repeat("x", 257):     false,
		"password":                   false,
		"PassWord1":                  false,
		"qwertyuiop":                 false,
		"1234567890":                 false,
		"iloveyou":                   false,
		"Baithaka":                   false,
		"baithaka123":                false,
		"2026-Baithaka!":             false,
		"asha.rao@lakehouse.example": false,
		"asha.rao1":                  false,
		"Asha Rao-Menon":             false,
		"rao-menon99":                false,
		"lakehouse.example":          false,

		"correct horse":           true,
		"aaaaaaab":                true, // long enough, and not a common one
		"only small letters":      true,
		"पासवर्ड नहीं":            true,
		"🏠🏠🏠🏠🏠🏠🏠🏠":                true,
		strings.Repeat("é", 256):  true,
		"the raos of the lake":    true,
		"baithaka sits by a lake": true,
	} {
		err := CheckChosen(password, asha)
		assert.Equal(t, fits, err == nil, "%q: %v", password, err)
		if err != nil {
			assert.Equal(t, inn.Invalid, inn.CodeOf(err))
			assert.NotContains(t, err.Error(), password+" ", "what was typed is not repeated")
		}
	}
	require.NoError(t, CheckPassword("password"), "the command line asks for the length only")
}

func TestTheListOfCommonPasswords(t *testing.T) {
	list := commonList()
	assert.Len(t, list, 10_000)
	assert.True(t, slices.IsSorted(list), "it is searched by halves")
	for _, one := range list {
		if len(one) < 8 || one != strings.ToLower(one) {
			assert.Fail(t, "shorter than any password, or not in lower case", one)
		}
	}
}

// N-2: an address that is nobody's costs what any other costs.
func TestNobodyCostsAsMuchAsAnybody(t *testing.T) {
	t.Parallel()
	hash, err := NewHasher().Hash(t.Context(), "long enough")
	require.NoError(t, err)
	assert.Equal(t, strings.Split(hash, "$")[:4], strings.Split(Nobody, "$")[:4])
	assert.Len(t, Nobody, len(hash))
	assert.Contains(t, hash, fmt.Sprintf("m=%d,t=%d,p=1", argonMemory, argonTime))
}
