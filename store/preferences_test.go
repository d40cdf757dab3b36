package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func (s *Store) eventsNow(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM events`).Scan(&n))
	return n
}

func TestPreferencesAreTheDefaultsUntilChosen(t *testing.T) {
	s := newStore(t)
	asha := person(t, s, "asha", inn.Admin)
	p, err := s.Preferences(ctx, asha.UserID)
	require.NoError(t, err)
	assert.Equal(t, inn.DefaultPreferences(), p)
}

func TestPreferMakesNoEvent(t *testing.T) {
	s := newStore(t)
	asha, ravi := person(t, s, "asha", inn.Admin), person(t, s, "ravi", inn.Owner, "lake")
	before := s.eventsNow(t)
	chosen := inn.DefaultPreferences()
	chosen.Seconds, chosen.Volume, chosen.Minimum, chosen.Through = 20, 0, inn.High, false
	chosen.Silent = []inn.Tone{inn.ToneConfirmed}
	chosen.Everywhere[inn.BookingUpdate] = inn.Channels{}
	chosen.Properties = map[string]inn.Told{"lake": {inn.AlertUpdate: {Screen: true}}}
	chosen.Quiet[time.Monday] = inn.QuietHours{On: true, From: 21 * 60, Until: 6 * 60}
	require.NoError(t, s.Prefer(ctx, asha, chosen, ""))
	got, err := s.Preferences(ctx, asha.UserID)
	require.NoError(t, err)
	assert.Equal(t, chosen, got)
	others, err := s.Preferences(ctx, ravi.UserID)
	require.NoError(t, err)
	assert.Equal(t, inn.DefaultPreferences(), others, "and are nobody else's")
	assert.Equal(t, before, s.eventsNow(t))
}

// Another zone changes every page of the person, so their streams are told.
func TestPreferAnotherZoneTellsTheirStreams(t *testing.T) {
	s := newStore(t)
	asha := person(t, s, "asha", inn.Admin)
	before := s.eventsNow(t)
	require.NoError(t, s.Prefer(ctx, asha, inn.DefaultPreferences(), "Europe/Rome"))
	require.NoError(t, s.Prefer(ctx, asha, inn.DefaultPreferences(), "Europe/Rome"))
	assert.Equal(t, before+1, s.eventsNow(t), "once")
	var topic inn.Topic
	var of inn.Type
	require.NoError(t, s.db.Read.QueryRow(`SELECT topic, type FROM events ORDER BY id DESC LIMIT 1`).Scan(&topic, &of))
	assert.Equal(t, asha.Own(), topic)
	assert.Equal(t, inn.MemberChanged, of)
	m, err := s.Member(ctx, asha.UserID)
	require.NoError(t, err)
	assert.Equal(t, "Europe/Rome", m.Zone)
}

func TestPreferRefusesWhatCannotBe(t *testing.T) {
	s := newStore(t)
	asha := person(t, s, "asha", inn.Admin)
	spoilt := inn.DefaultPreferences()
	spoilt.Seconds = 1
	require.Equal(t, inn.Invalid, inn.CodeOf(s.Prefer(ctx, asha, spoilt, "Europe/Rome")))
	require.Equal(t, inn.Invalid, inn.CodeOf(s.Prefer(ctx, asha, inn.DefaultPreferences(), "Mars/Olympus")))
	require.Equal(t, inn.Invalid, inn.CodeOf(s.Mute(ctx, asha, time.Now().AddDate(1, 0, 0))), "nothing mutes for ever")
	m, err := s.Member(ctx, asha.UserID)
	require.NoError(t, err)
	assert.Empty(t, m.Zone)
	p, err := s.Preferences(ctx, asha.UserID)
	require.NoError(t, err)
	assert.Equal(t, inn.DefaultPreferences(), p)
}

func TestMuteAndPreferKeepWhatIsTheOthers(t *testing.T) {
	s := newStore(t)
	asha := person(t, s, "asha", inn.Admin)
	chosen := inn.DefaultPreferences()
	chosen.Seconds = 20
	require.NoError(t, s.Prefer(ctx, asha, chosen, ""))
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	require.NoError(t, s.Mute(ctx, asha, until))
	p, err := s.Preferences(ctx, asha.UserID)
	require.NoError(t, err)
	assert.True(t, until.Equal(p.MutedUntil))
	assert.Equal(t, 20, p.Seconds)

	// A form that was opened before the mute says nothing of it, or something older.
	chosen.Seconds = 10
	for _, older := range []time.Time{{}, until.Add(-30 * time.Minute)} {
		chosen.MutedUntil = older
		require.NoError(t, s.Prefer(ctx, asha, chosen, ""))
		p, err = s.Preferences(ctx, asha.UserID)
		require.NoError(t, err)
		assert.True(t, until.Equal(p.MutedUntil), "a save undoes no mute")
		assert.Equal(t, 10, p.Seconds)
	}
	chosen.MutedUntil = time.Time{}
	require.NoError(t, s.Mute(ctx, asha, time.Time{}))
	p, err = s.Preferences(ctx, asha.UserID)
	require.NoError(t, err)
	assert.Equal(t, chosen, p)
}
