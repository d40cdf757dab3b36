package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"baithaka/db"
)

// compactUpto is the largest file that is written anew: it passes through memory.
const compactUpto = 128 << 20

// Compact writes the file anew when a guest was erased since it was written anew
// the last time. SQLite overwrites what is deleted, but when it splits a page it
// leaves the image of what it moved in unused space, and nothing but this takes
// that away. Nobody else may have the database open: it is for the end of a server
// and takes no longer than ctx lasts; what is not done is done the next time.
func Compact(ctx context.Context, database *db.DB) error {
	var due bool
	if err := database.Write.QueryRowContext(ctx, `
		SELECT coalesce(max(erased_at), 0) > coalesce((SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'compacted'), 0)
		FROM bookings`).Scan(&due); err != nil || !due {
		return err
	}
	if size, _ := sizeOf(database.Path); size > compactUpto {
		return fmt.Errorf("the file has more than %d MB", compactUpto>>20)
	}
	began := ms(time.Now())
	if err := database.Rewrite(ctx); err != nil {
		return err
	}
	_, err := database.Write.ExecContext(ctx, `
		INSERT INTO meta (name, value) VALUES ('compacted', $1)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, strconv.FormatInt(began, 10))
	return err
}
