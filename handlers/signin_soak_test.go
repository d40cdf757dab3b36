//go:build soak

package handlers

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// N-2: from the time an answer takes nobody learns whether there is an account:
// two hundred of each, in turns, compared in the mean and by their ranks.
func TestSignInTakesAsLongForNobody(t *testing.T) {
	s := behindProxy(t)
	const each = 200
	for i := range each {
		_, err := s.store.AddMember(t.Context(), operator, inn.Member{Email: fmt.Sprintf("known%d@house.test", i), Name: "Known", Role: inn.Staff}, password)
		require.NoError(t, err)
	}
	took := map[string][]float64{}
	for i := range each {
		turn := []string{"known", "ghost"}
		if i%2 == 1 {
			slices.Reverse(turn)
		}
		for _, who := range turn {
			began := time.Now()
			r := s.guess(fmt.Sprintf("%s%d@house.test", who, i), "wrong-password", fmt.Sprintf("203.0.%d.%d", i/100, i%100), "")
			took[who] = append(took[who], time.Since(began).Seconds()*1000)
			require.Equal(t, 401, r.Status)
		}
	}
	known, ghost := mean(took["known"]), mean(took["ghost"])
	p := mannWhitney(took["known"], took["ghost"])
	t.Logf("known %.2f ms, unknown %.2f ms, p = %.3f", known, ghost, p)
	assert.InDelta(t, 1, known/ghost, 0.05)
	assert.Greater(t, p, 0.01)
}

// mean leaves the slowest tenth out: that is what else the machine did.
func mean(all []float64) (sum float64) {
	most := slices.Sorted(slices.Values(all))[:len(all)*9/10]
	for _, x := range most {
		sum += x
	}
	return sum / float64(len(most))
}

// mannWhitney returns the probability that two samples of one distribution differ
// in their ranks as much as these do, by the normal approximation.
func mannWhitney(a, b []float64) float64 {
	both := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
	ranks := 0.0
	for _, x := range a {
		at, _ := slices.BinarySearch(both, x)
		ranks += float64(at + 1)
	}
	n, m := float64(len(a)), float64(len(b))
	u := ranks - n*(n+1)/2
	z := (u - n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
	return math.Erfc(math.Abs(z) / math.Sqrt2)
}
