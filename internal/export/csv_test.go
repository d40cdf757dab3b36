package export

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTextStaysText(t *testing.T) {
	for cell, want := range map[string]string{"\tx": "'\tx", "\rx": "'\rx", "x=1": "x=1", "": "", "−1": "−1",
		"007": "'007", "4E2": "'4E2", "1-2": "'1-2", "12:30": "'12:30", "1.234,50": "'1.234,50", ".5": "'.5", "15%": "'15%", " 7": "' 7",
		"3 nights": "3 nights", "BK-007": "BK-007", "E4": "E4", "booking:007": "booking:007"} {
		assert.Equal(t, want, plain(cell))
	}
}
