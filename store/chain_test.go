package store

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
	"baithaka/internal/inn"
)

// audited makes a store in whose audit there are so many acts.
func audited(t *testing.T, acts int) *Store {
	t.Helper()
	s := newStore(t) // lists two properties
	for n := range acts - 2 {
		require.NoError(t, s.write(ctx, func(x *tx) error {
			return x.audit(operator, inn.Act{Action: inn.SettingsChanged, Subject: fmt.Sprint("setting:", n), Name: "N", Detail: "from 1 to 2"})
		}))
	}
	return s
}

// intruder opens the same file like somebody who has the machine: the triggers
// are gone, and nothing of the program is asked.
func intruder(t *testing.T, s *Store) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+s.db.Path+"?_pragma=synchronous(OFF)&_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { raw.Close() })
	_, err = raw.Exec(`DROP TRIGGER audit_keeps; DROP TRIGGER audit_stays`)
	require.NoError(t, err)
	return raw
}

func follow(t *testing.T, s *Store, heads ...string) Chain {
	t.Helper()
	c, _, err := followChain(ctx, s.db.Read, s.db.Dialect, chainLink{}, heads)
	require.NoError(t, err)
	return c
}

func TestAuditIsAChain(t *testing.T) {
	t.Parallel()
	s := audited(t, 2)
	c := follow(t, s)
	require.True(t, c.Stands(), c.Why)
	assert.EqualValues(t, 2, c.Acts)
	assert.Regexp(t, `^2-[0-9a-f]{64}$`, c.Head)
	before := c.Head
	person(t, s, "root", inn.SuperAdmin)
	c = follow(t, s, before, strings.TrimPrefix(before, "2-"))
	require.True(t, c.Stands(), "a head from before lies on the chain")
	assert.EqualValues(t, 3, c.Acts)
	assert.NotEqual(t, before, c.Head)
	seen, err := s.Chain(ctx)
	require.NoError(t, err)
	assert.Equal(t, c.Head, seen.Head)

	leavesNothing(t, s, inn.Internal, "an act that is rolled back", func() error {
		return s.write(ctx, func(x *tx) error {
			if err := x.audit(operator, inn.Act{Action: inn.SettingsChanged}); err != nil {
				return err
			}
			return fmt.Errorf("no")
		})
	})
	assert.Equal(t, c.Head, follow(t, s).Head)
}

// Whatever somebody with the file and SQL does to one act is found, and
// found where it was done.
func TestCheckFindsTheFirstActThatIsNotAsItWasWritten(t *testing.T) {
	t.Parallel()
	const acts = 30
	s := audited(t, acts)
	raw := intruder(t, s)
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := raw.Exec(query, args...)
		require.NoError(t, err, query)
	}
	exec(`CREATE TABLE kept AS SELECT * FROM audit`)
	exec(`CREATE TABLE kept_head AS SELECT value FROM meta WHERE name = 'audit_head'`)
	head := follow(t, s).Head
	random := rand.New(rand.NewPCG(1, 2))
	texts := []string{"actor", "by_name", "deed", "subject", "name", "detail", "address"}
	for n := range size(90, 500) {
		at := 1 + random.Int64N(acts)
		edit := n % 9
		bad, kept := at, ""
		switch edit {
		case 0:
			exec(`UPDATE audit SET `+texts[random.IntN(len(texts))]+` = $2 WHERE id = $1`, at, fmt.Sprint("other", n))
		case 1:
			exec(`UPDATE audit SET at = at + $2 WHERE id = $1`, at, 1+random.IntN(1000))
		case 2:
			exec(`UPDATE audit SET `+[]string{"salt", "payload", "chain"}[random.IntN(3)]+` = randomblob(32) WHERE id = $1`, at)
		case 3:
			exec(`DELETE FROM audit WHERE id = $1`, at)
		case 4: // pushes the others back and puts one of its own in, or two at the end
			exec(`UPDATE audit SET id = -id - 1 WHERE id >= $1`, at)
			exec(`UPDATE audit SET id = -id WHERE id < 0`)
			exec(`INSERT INTO audit (id, at, actor, by_name, deed, subject, name, detail, address, salt, payload, chain)
				SELECT $1, at, actor, by_name, deed, subject, 'put in', detail, address, randomblob(32), randomblob(32), randomblob(32) FROM audit WHERE id <> $1 LIMIT 1`, at)
		case 5: // changes places with the next
			at = min(at, acts-1)
			bad = at
			exec(`UPDATE audit SET id = -id WHERE id IN ($1, $1 + 1)`, at)
			exec(`UPDATE audit SET id = CASE -id WHEN $1 THEN $1 + 1 ELSE $1 END WHERE id < 0`, at)
		case 6: // cuts off the end
			exec(`DELETE FROM audit WHERE id >= $1`, at)
		case 7: // cuts off the end and whatever the database itself notes of it
			exec(`DELETE FROM audit WHERE id >= $1`, at)
			exec(`/* SQLite */ UPDATE sqlite_sequence SET seq = $1 - 1 WHERE name = 'audit'`, at)
			exec(`UPDATE meta SET value = coalesce((SELECT id || '-' || lower(hex(chain)) FROM audit ORDER BY id DESC LIMIT 1), $1) WHERE name = 'audit_head'`, chainLink{}.String())
			kept = head
		case 8: // blanks it, as if it had been erased
			exec(ofTest+`UPDATE audit SET salt = x'', actor = '', by_name = '', deed = '', subject = '', name = '', detail = '', address = '' WHERE id = $1`, at)
		}
		var heads []string
		if kept != "" {
			heads = []string{kept}
			require.True(t, follow(t, s).Stands(), "the database alone cannot tell")
		}
		c := follow(t, s, heads...)
		require.False(t, c.Stands(), "edit %d of act %d", edit, at)
		require.Equal(t, bad, c.Bad, "edit %d of act %d: %s", edit, at, c.Why)

		exec(`DELETE FROM audit`)
		exec(`INSERT INTO audit SELECT * FROM kept`)
		exec(`/* SQLite */ UPDATE sqlite_sequence SET seq = $1 WHERE name = 'audit'`, acts)
		exec(`UPDATE meta SET value = (SELECT value FROM kept_head) WHERE name = 'audit_head'`)
	}
	require.True(t, follow(t, s, head).Stands())
}

// Who keeps a head elsewhere finds out that the whole chain was made anew.
func TestAChainMadeAnewIsNotTheOneThatWas(t *testing.T) {
	t.Parallel()
	s := audited(t, 5)
	head := follow(t, s).Head
	raw := intruder(t, s)
	_, err := raw.Exec(`UPDATE audit SET name = 'other', chain = x'' WHERE id = 3; UPDATE meta SET value = '' WHERE name = 'audit_head'`)
	require.NoError(t, err)
	require.NoError(t, s.write(ctx, (*tx).chainOld))
	require.True(t, follow(t, s).Stands())
	for _, kept := range []string{head, strings.TrimPrefix(head, "5-"), strings.ToUpper(head)} {
		assert.False(t, follow(t, s, kept).Stands(), kept)
	}
}

// What was taken out of the chain is not healed by opening the database again.
func TestOpeningAgainMakesUpForNothing(t *testing.T) {
	t.Parallel()
	s := audited(t, 5)
	raw := intruder(t, s)
	_, err := raw.Exec(`UPDATE audit SET name = 'other', salt = x'', payload = x'', chain = x'' WHERE id = 3`)
	require.NoError(t, err)
	again := openStore(t, filepath.Dir(s.db.Path))
	c := follow(t, again)
	assert.EqualValues(t, 3, c.Bad, c.Why)
}

// P-1. An act can be forgotten: no trace of what it said is left, the chain
// stands, and the audit keeps that it was erased. Only who sees the audit may.
func TestAnErasedActLeavesTheChainStanding(t *testing.T) {
	t.Parallel()
	s := audited(t, 3)
	root, admin := person(t, s, "root", inn.SuperAdmin), person(t, s, "admin", inn.Admin)
	const marker = "Zq-Marker-17"
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.audit(operator, inn.Act{Action: inn.SettingsChanged, Subject: marker, Name: marker, Detail: marker})
	}))
	id := acts(t, s)[5].ID
	head := follow(t, s).Head
	leavesNothing(t, s, inn.Forbidden, "an admin", func() error { return s.EraseAct(ctx, admin, id) })
	leavesNothing(t, s, inn.NotFound, "no such act", func() error { return s.EraseAct(ctx, root, 4711) })
	require.NoError(t, s.EraseAct(ctx, root, id))
	leavesNothing(t, s, inn.NotFound, "twice", func() error { return s.EraseAct(ctx, root, id) })

	c := follow(t, s, head)
	require.True(t, c.Stands(), c.Why)
	assert.Equal(t, []int64{id}, c.Erased)
	assert.NotContains(t, contents(t, s), marker)
	all := acts(t, s)
	assert.Equal(t, inn.ActErased, all[len(all)-1].Action)
	assert.Equal(t, erasedSubject(id), all[len(all)-1].Subject)
	for _, statement := range []string{
		ofTest + `UPDATE audit SET salt = x'' WHERE id = 1`,
		`UPDATE audit SET name = '' WHERE id = 1`,
		ofTest + `UPDATE audit SET salt = x'', actor = '', by_name = '', deed = '', subject = '', name = '', detail = '', address = '', chain = x'' WHERE id = 1`,
		`UPDATE audit SET name = 'again' WHERE id = ` + fmt.Sprint(id),
	} {
		err := s.write(ctx, func(t *tx) error { return t.exec(statement) })
		assert.ErrorContains(t, err, "append-only", statement)
	}
}

// Acts from before there was a chain are put into it when the database is
// opened.
func TestOldActsAreChainedOnce(t *testing.T) {
	t.Parallel()
	s := audited(t, 4)
	raw := intruder(t, s)
	_, err := raw.Exec(`UPDATE audit SET salt = x'', payload = x'', chain = x''; UPDATE meta SET value = '' WHERE name = 'audit_head'`)
	require.NoError(t, err)
	before := acts(t, s)
	again := openStore(t, filepath.Dir(s.db.Path))
	c := follow(t, again)
	require.True(t, c.Stands(), c.Why)
	assert.EqualValues(t, 4, c.Acts)
	assert.Empty(t, c.Erased)
	assert.Equal(t, before, acts(t, again))
	person(t, again, "root", inn.SuperAdmin)
	assert.True(t, follow(t, again, c.Head).Stands())
}

// Check says what it looked at, beside a store that is in use, and changes
// nothing.
func TestCheck(t *testing.T) {
	t.Parallel()
	s := audited(t, 3)
	dir := filepath.Dir(s.db.Path)
	publish(t, s, website, sold("BK-1", "lake"), alarm("lake", "boiler", "Boiler off"))
	require.NoError(t, s.Index(ctx))
	wrong := func(head string) map[string]string {
		findings, err := Check(ctx, dir, head)
		require.NoError(t, err)
		found := map[string]string{}
		for _, f := range findings {
			require.NotEmpty(t, f.Says+f.Wrong)
			if f.Wrong != "" {
				found[f.What] = f.Wrong
			}
		}
		return found
	}
	before := contents(t, s)
	assert.Empty(t, wrong(""))
	assert.Empty(t, wrong(follow(t, s).Head))
	assert.Contains(t, wrong("2-" + strings.Repeat("0", 64))["audit"], "act 2 is another")
	assert.Contains(t, wrong(strings.Repeat("0", 64))["audit"], "not in the chain")
	assert.Equal(t, before, contents(t, s))

	raw := intruder(t, s)
	for what, edit := range map[string]string{
		"audit":  `UPDATE audit SET name = 'x' WHERE id = 2`,
		"log":    `UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events'`,
		"rows":   `UPDATE bookings SET event = (SELECT min(id) FROM events)`,
		"search": `UPDATE meta SET value = '1' WHERE name = 'searched'`,
	} {
		_, err := raw.Exec(edit)
		require.NoError(t, err)
		copied := t.TempDir()
		_, err = Backup(ctx, dir, db.File(copied))
		require.NoError(t, err)
		findings, err := Check(ctx, copied, "")
		require.NoError(t, err)
		var found []string
		for _, f := range findings {
			if f.Wrong != "" {
				found = append(found, f.What)
			}
		}
		assert.Contains(t, found, what)
	}

	_, err := Check(ctx, t.TempDir(), "")
	assert.ErrorContains(t, err, "no database")
}
