package store

import (
	"context"
	"database/sql"
	"fmt"

	"baithaka/db"
)

// Finding is one thing that Check looked at.
type Finding struct {
	What  string // "audit"
	Says  string // what there is: "17 acts, head 17-9f86d0…"
	Wrong string // what is wrong with it; "" when nothing is
}

// Check reads a database that may be in use, changes nothing, and says what it
// looked at: that the file is sound, that the audit is as it was written and
// leads to the head that was kept elsewhere ("" when none was), and that log,
// search and cards agree.
func Check(ctx context.Context, dir, head string) ([]Finding, error) {
	path := db.File(dir)
	pool, err := db.Look(ctx, path)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	all, current, err := checkFile(ctx, pool)
	if err != nil || !current {
		return all, err
	}
	marked, _ := readWatermarks(path)
	for _, one := range []func() (Finding, error){
		func() (Finding, error) { return checkAudit(ctx, pool, marked, head) },
		func() (Finding, error) { return checkLog(ctx, pool, marked) },
		func() (Finding, error) { return checkRows(ctx, pool) },
		func() (Finding, error) { return checkSearch(ctx, pool) },
	} {
		found, err := one()
		if err != nil {
			found.Wrong = err.Error()
		}
		all = append(all, found)
	}
	return all, nil
}

// checkFile looks at the file itself. current is false when there is no point
// in reading it as ours: it is damaged, or its schema is another.
func checkFile(ctx context.Context, pool *sql.DB) (all []Finding, current bool, err error) {
	problems, err := db.Problems(ctx, pool, false)
	if err != nil {
		return nil, false, err
	}
	for _, p := range problems {
		all = append(all, Finding{What: "file", Wrong: p})
	}
	if len(problems) == 0 {
		all = append(all, Finding{What: "file", Says: "every page, index and reference is sound"})
	}
	have, known, err := db.Version(ctx, pool)
	schema := Finding{What: "schema", Says: fmt.Sprintf("version %d", have)}
	switch {
	case err != nil:
		schema.Wrong = err.Error()
	case have == 0:
		schema.Wrong = "there is nothing in the database"
	case have > known:
		schema.Wrong = fmt.Sprintf("it is of a newer version of this program (%d; this one knows %d); check it with that one", have, known)
	case have < known:
		schema.Says = fmt.Sprintf("version %d; the next start of the server brings it to %d, and then the rest can be checked", have, known)
	}
	return append(all, schema), len(problems) == 0 && schema.Wrong == "" && have == known, nil
}

func checkAudit(ctx context.Context, pool *sql.DB, marked watermarks, head string) (Finding, error) {
	var heads []string
	if marked.audit != (chainLink{}) && sameEpoch(ctx, pool, marked) {
		heads = append(heads, marked.audit.String())
	}
	if head != "" {
		heads = append(heads, head)
	}
	found := Finding{What: "audit"}
	c, _, err := followChain(ctx, pool, db.SQLite{}, chainLink{}, heads)
	if err != nil {
		return found, err
	}
	found.Says = fmt.Sprintf("%d acts as they were written; head %s", c.Acts, c.Head)
	if n := len(c.Erased); n > 0 {
		found.Says += fmt.Sprintf("; %d of them erased, which the audit says", n)
	}
	if !c.Stands() {
		found.Wrong = fmt.Sprintf("act %d %s", c.Bad, c.Why)
	}
	return found, nil
}

// sameEpoch reports whether watermarks are of this database and not of one that stood
// here before.
func sameEpoch(ctx context.Context, pool *sql.DB, marked watermarks) bool {
	var epoch string
	err := pool.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'epoch'`).Scan(&epoch)
	return err == nil && epoch == marked.log.Epoch
}

func checkLog(ctx context.Context, pool *sql.DB, marked watermarks) (Finding, error) {
	found := Finding{What: "log"}
	now, _, err := scanPresent(rowQuerierOf(pool)(ctx, present))
	if err != nil {
		return found, err
	}
	goesOn := true
	if marked != (watermarks{}) {
		if goesOn, err = marked.goesOn(ctx, rowQuerierOf(pool), now); err != nil {
			return found, err
		}
	}
	var epoch string
	var trimmed, head, count, first, last int64
	if err := rowQuerierOf(pool)(ctx, `
		SELECT
			(SELECT value FROM meta WHERE name = 'epoch'),
			(SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'trimmed'),
			{head events},
			(SELECT count(*) FROM events),
			coalesce((SELECT min(id) FROM events), 0),
			coalesce((SELECT max(id) FROM events), 0)`).Scan(&epoch, &trimmed, &head, &count, &first, &last); err != nil {
		return found, err
	}
	found.Says = fmt.Sprintf("%d events, epoch %s, places %d to %d", count, epoch, trimmed, head)
	switch {
	case epoch == "":
		found.Wrong = "there is no epoch"
	case trimmed > head || last > head:
		found.Wrong = fmt.Sprintf("the head is %d, behind what there is", head)
	case count > 0 && first <= trimmed:
		found.Wrong = fmt.Sprintf("event %d is there, and is said to have been removed", first)
	case !goesOn:
		found.Wrong = fmt.Sprintf("it is not the one that was here, which had reached %s: its end is lost, or it went another way; the next start of the server tells every stream to reload", marked.log)
	case marked == (watermarks{}) && head > 0:
		found.Says += "; nothing beside the database says how far it had come, so that the next start of the server tells every stream to reload"
	}
	return found, nil
}

// checkRows looks whether what the log told of agrees with it.
func checkRows(ctx context.Context, pool *sql.DB) (Finding, error) {
	found := Finding{What: "rows"}
	var bookings, cards, beyond, strange int64
	if err := rowQuerierOf(pool)(ctx, `
		SELECT
			(SELECT count(*) FROM bookings),
			(SELECT count(*) FROM notifications),
			(SELECT coalesce(max(newest.event), 0) FROM (
				SELECT max(event) AS event FROM bookings UNION ALL SELECT max(event) FROM notifications UNION ALL SELECT max(event) FROM alerts) newest) - {head events},
			(SELECT count(*) FROM bookings b JOIN events e ON e.id = b.event WHERE e.subject <> 'booking:' || b.id)`).
		Scan(&bookings, &cards, &beyond, &strange); err != nil {
		return found, err
	}
	found.Says = fmt.Sprintf("%d bookings and %d cards, none ahead of the log", bookings, cards)
	switch {
	case beyond > 0:
		found.Wrong = "a row tells of an event that is not in the log yet"
	case strange > 0:
		found.Wrong = fmt.Sprintf("%d bookings name an event about something else", strange)
	}
	return found, nil
}

// checkSearch counts: the structure of the index is part of the file's. It is
// made after the commit of what it describes and may be a little behind, never
// ahead.
func checkSearch(ctx context.Context, pool *sql.DB) (Finding, error) {
	found := Finding{What: "search"}
	var reached, head, beyond int64
	if err := rowQuerierOf(pool)(ctx, `
		SELECT
			(SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'searched'),
			{head events},
			(SELECT count(*) FROM event_search_docsize WHERE id > (SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'searched'))`).
		Scan(&reached, &head, &beyond); err != nil {
		return found, err
	}
	found.Says = fmt.Sprintf("the log up to %d", reached)
	if reached > head || beyond > 0 {
		found.Wrong = fmt.Sprintf("the index of the log goes beyond %d", min(reached, head))
	}
	return found, nil
}
