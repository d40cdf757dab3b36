package inn

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAlertLife(t *testing.T) {
	raised, ackedAt, resolved := noon, noon.Add(time.Minute), noon.Add(time.Hour)
	boiler := Alert{Key: "boiler", Property: "lake-house", Title: "Boiler off", Priority: High, Status: Raised, RaisedAt: raised}
	acked := boiler
	acked.Status, acked.AcknowledgedBy, acked.AcknowledgedAt = Acknowledged, "Maria", &ackedAt
	done := acked
	done.Status, done.ResolvedAt = Resolved, &resolved
	now := noon.Add(24 * time.Hour)
	again := boiler
	again.RaisedAt = now
	resolvedNow := boiler
	resolvedNow.Status, resolvedNow.ResolvedAt, resolvedNow.ResolvedBy = Resolved, &now, "Tom"
	ackedNow := boiler
	ackedNow.Status, ackedNow.AcknowledgedBy, ackedNow.AcknowledgedAt = Acknowledged, "Tom", &now
	worse := acked
	worse.Priority, worse.Detail = Critical, "and the pump"
	for name, c := range map[string]struct {
		from     Alert
		existing bool
		t        Type
		change   AlertChange
		want     Alert
		changed  bool
		code     Code
	}{
		"first sight":            {Alert{Key: "boiler", Property: "lake-house", Priority: High}, false, AlertRaised, AlertChange{Title: Given("Boiler off")}, Alert{Key: "boiler", Property: "lake-house", Title: "Boiler off", Priority: High, Status: Raised, RaisedAt: now}, true, ""},
		"first sight, no title":  {Alert{Key: "boiler"}, false, AlertRaised, AlertChange{}, Alert{Key: "boiler"}, false, Invalid},
		"raised again, the same": {boiler, true, AlertRaised, AlertChange{Title: Given("Boiler off")}, boiler, false, ""},
		"raised again, worse":    {acked, true, AlertRaised, AlertChange{Priority: Critical, Detail: Given("and the pump")}, worse, true, ""},
		"raised after resolved":  {done, true, AlertRaised, AlertChange{}, again, true, ""},
		"title cleared":          {boiler, true, AlertRaised, AlertChange{Title: Field[string]{Given: true}}, boiler, false, Invalid},
		"acknowledged":           {boiler, true, AlertAcknowledged, AlertChange{}, ackedNow, true, ""},
		"acknowledged twice":     {acked, true, AlertAcknowledged, AlertChange{}, acked, false, ""},
		"acknowledged too late":  {done, true, AlertAcknowledged, AlertChange{}, done, false, Conflict},
		"acknowledged unknown":   {Alert{Key: "x"}, false, AlertAcknowledged, AlertChange{Title: Given("x")}, Alert{Key: "x"}, false, NotFound},
		"resolved":               {boiler, true, AlertResolved, AlertChange{}, resolvedNow, true, ""},
		"resolved twice":         {done, true, AlertResolved, AlertChange{}, done, false, ""},
		"resolved unknown":       {Alert{Key: "x"}, false, AlertResolved, AlertChange{}, Alert{Key: "x"}, false, NotFound},
	} {
		got, changed, err := c.from.Apply(c.t, c.change, c.existing, "Tom", now)
		assert.Equal(t, c.changed, changed, name)
		assert.Equal(t, c.want, got, name)
		if c.code == "" {
			require.NoError(t, err, name)
		} else {
			assert.Equal(t, c.code, CodeOf(err), name)
		}
	}
	assert.Equal(t, "alert:lake-house:boiler", boiler.Subject())
	assert.Equal(t, PropertyTopic("lake-house"), boiler.Topic())
	assert.Equal(t, "alert::net", Alert{Key: "net"}.Subject())
	assert.NotEqual(t, boiler.Subject(), Alert{Key: "lake-house:boiler"}.Subject(), "two alerts share no card")
	assert.Equal(t, System, Alert{Key: "net"}.Topic())
	assert.True(t, acked.Open())
	assert.False(t, done.Open())
}

func TestErrorsSayWhichOfSeveralTheyAreAbout(t *testing.T) {
	e := InvalidFields([]FieldError{{"amount", "must not be negative"}}).(*Error)
	assert.Equal(t, 4, e.Of(3).Item)
	assert.Equal(t, e.Fields, e.Of(3).Fields)
	assert.Zero(t, e.Item)
	for field, pointer := range map[string]string{"": "", "amount": "/amount", "rooms/3": "/rooms/3", "/payload/amount": "/payload/amount", "/": "/"} {
		assert.Equal(t, pointer, FieldError{Field: field}.Pointer())
	}
	assert.NoError(t, InvalidFields(nil))
	assert.NotContains(t, TextOf(assert.AnError), assert.AnError.Error(), "an unknown error's text is shown to nobody")
}
