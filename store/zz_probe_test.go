package store

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/inn"
)

func TestProbe(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		d, err := db.Open(context.Background(), dir)
		require.NoError(t, err)
		s, err := New(context.Background(), d, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.NoError(t, s.ListProperty(context.Background(), inn.Viewer{}, inn.Property{Slug: "a", Name: "A", Category: inn.Stay, Units: 1, Currency: "EUR", Zone: "UTC", Country: "IN"}))
		time.Sleep(time.Hour)
		s.Close()
		d.Close()
		t.Log(time.Since(began))
	})
}
