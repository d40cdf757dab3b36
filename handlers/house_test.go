package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/store"
)

func houseWith(changes ...string) []string {
	fields := []string{"housezone", "Asia/Kolkata", "currency", "inr"}
	for _, l := range inn.Limits {
		fields = append(fields, string(l), "40")
	}
	for i := 0; i < len(changes); i += 2 {
		for j := 0; j < len(fields); j += 2 {
			if fields[j] == changes[i] {
				fields[j+1] = changes[i+1]
			}
		}
	}
	return fields
}

func TestTheHouseIsSetUpWithoutScript(t *testing.T) {
	s := newSite(t)
	super := s.as("super")
	assert.Contains(t, super.get("/settings").Body, `id="house"`)
	assert.NotContains(t, s.as("admin").get("/settings").Body, `id="house"`)

	page := s.stream("/live?after="+s.log.Position().String(), s.as("staff"), "").live()
	r := super.form("/settings/house", houseWith("keep_log_days", "365", "ack_high_minutes", "90")...)
	require.Equal(t, http.StatusSeeOther, r.Status, r.Body)
	assert.Equal(t, "/settings?saved=house#house", r.Header.Get("Location"))
	page.until("resync") // times may be shown in another zone now

	h, err := s.store.HouseSettings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 365, h.Limits[inn.KeepLog])
	assert.Equal(t, 90, h.Limits[inn.GotHigh])
	assert.Equal(t, "INR", h.Currency)
	acts, err := s.store.Audit(t.Context(), store.AuditFilter{Action: inn.SettingsChanged, Limit: 1})
	require.NoError(t, err)
	require.Len(t, acts, 1)
	assert.Contains(t, acts[0].Detail, "keep_log_days 400 → 365")
	assert.Contains(t, acts[0].Detail, "ack_high_minutes 240 → 90")
	assert.NotContains(t, acts[0].Detail, "zone")

	head := s.log.Head()
	require.Equal(t, http.StatusSeeOther, super.form("/settings/house", houseWith("keep_log_days", "365", "ack_high_minutes", "90")...).Status)
	assert.Equal(t, head, s.log.Head(), "what is so already is told nobody")
	assert.Equal(t, http.StatusForbidden, s.as("admin").form("/settings/house", houseWith()...).Status)
}

func TestTheHouseKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	super := s.as("super")
	wrong := houseWith("keep_log_days", "7", "cleanup_low_days", "many", "housezone", "Mars/Base", "ack_high_minutes", "91")
	r := super.form("/settings/house", wrong...)
	assert.Equal(t, http.StatusUnprocessableEntity, r.Status)
	for _, said := range []string{`value="many"`, `value="Mars/Base"`, `value="91"`, "must be a whole number from 30 to 3650", "must be a time zone", "nothing was stored"} {
		assert.Contains(t, r.Body, said)
	}
	assert.Equal(t, 3, strings.Count(r.Body, `aria-invalid="true"`))
	r = super.tap("/settings/house", wrong...)
	assert.Equal(t, http.StatusUnprocessableEntity, r.Status)
	assert.True(t, strings.HasPrefix(r.Body, "<hx-partial"), "htmx takes the form alone")
	for _, said := range []string{`value="many"`, `value="Mars/Base"`, `id="keep_log_days-wrong"`, `href="#keep_log_days"`} {
		assert.Contains(t, r.Body, said)
	}
	assert.Equal(t, 3, strings.Count(r.Body, `aria-invalid="true"`))
	h, err := s.store.HouseSettings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, inn.DefaultSettings().Limits, h.Limits)
	assert.Equal(t, http.StatusNoContent, super.tap("/settings/house", houseWith()...).Status)
}
