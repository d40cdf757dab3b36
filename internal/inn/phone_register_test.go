package inn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGuestIsFoundByEverySpellingOfTheirPhone(t *testing.T) {
	for _, kept := range []string{"+39 06 12345678", "0039 06 12345678", "+39 (0)6 12345678", "+٣٩ ٠٦ ١٢٣٤٥٦٧٨", "06 12345678", "+39 06 12345678 int. 12", "+39 06/12345678"} {
		b := Booking{ID: "BK-1", Customer: "Asha Rao", Phone: kept}
		for _, asked := range []string{"+39 06 12345678", "0039061234 5678", "+39 (0)6 123 45 678", "٠٦ ١٢٣٤٥٦٧٨", "06/12345678", "12345678", "＋３９０６１２３４５６７８", "+३९ ०६ १२३४५६७८"} {
			assert.True(t, b.FoundBy(asked), "%q by %q", kept, asked)
		}
		for _, asked := range []string{"06 12345679", "4567", "+39 06 123456789"} {
			assert.False(t, b.FoundBy(asked), "%q by %q", kept, asked)
		}
		other := Booking{ID: "BK-2", Customer: "Asha Rao", Phone: "+39 6 12345678"}
		by, sure := SameGuest(b, other)
		assert.Equal(t, "name true", by+map[bool]string{true: " true", false: " false"}[sure], "%q", kept)
	}
	for a, b := range map[string]string{"+49 (0)30 123456": "0049 030/123456", "+52 1 55 1234 5678": "+52 55 1234 5678", "+7 (8) 495 123-45-67": "+7 495 1234567", "+36 (06) 1 2345678": "0036 1 234 5678"} {
		assert.Equal(t, phoneKey(a), phoneKey(b), "%q and %q", a, b)
	}
	assert.False(t, Booking{ID: "BK-1", Customer: "Asha Rao", Phone: "+39 06 12345678"}.FoundBy("+49 06 12345678"), "another country's")
}
