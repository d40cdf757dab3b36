package inn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A visibility cache answers what asking anew for every event gives.
func TestVisibilityCacheAnswersAsAskingAnew(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	viewers := []Viewer{{}, {KeyID: 3, Name: "k", Scopes: []Scope{EventsRead}}, {KeyID: 4, Scopes: []Scope{EventsRead, MoneyRead}, Properties: []string{"a"}}}
	for i, role := range Roles {
		viewers = append(viewers, Viewer{UserID: int64(i + 1), Role: role}, Viewer{UserID: int64(i + 10), Role: role, Properties: []string{"a", Desk}, Zone: "Asia/Kolkata"})
	}
	for _, v := range viewers {
		var g VisibilityCache
		for range 5000 {
			e := &Event{Type: Types[r.IntN(len(Types))], Property: pick("", "a", "b", Desk), Actor: pick("user:1", "user:10", "key:k", "house")}
			e.Topic = PropertyTopic(e.Property)
			if e.Property == "" || r.IntN(4) == 0 {
				e.Topic = Topic(pick("system", "house", "user:1", "user:10", "key:3", "role:ADMIN", "user:11"))
			}
			for range r.IntN(3) * r.IntN(2) {
				e.To = append(e.To, Topic(pick("system", "house", "user:1", "user:10", "key:3", "role:ADMIN", "role:STAFF", "property:a", "property:b", "desk")))
			}
			sees, visibility := g.At(&v, e)
			require.Equal(t, v.Sees(e), sees, fmt.Sprint(v, e))
			if sees {
				require.Equal(t, v.VisibilityOf(e), visibility, fmt.Sprint(v, e))
			}
		}
	}
}

func BenchmarkVisibilityCache(b *testing.B) {
	v := Viewer{UserID: 1, Role: Staff, Properties: []string{"a", "b", "lake-house"}}
	e := &Event{Type: BookingNew, Topic: PropertyTopic("lake-house"), Property: "lake-house", Actor: "user:7"}
	var g VisibilityCache
	b.ReportAllocs()
	for b.Loop() {
		if sees, _ := g.At(&v, e); !sees {
			b.Fatal("not seen")
		}
	}
}
