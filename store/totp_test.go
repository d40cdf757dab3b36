package store

import (
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// code returns the code that a person's app shows now, or some steps from now.
func code(t testing.TB, s *Store, user int64, off int64) string {
	t.Helper()
	var secret []byte
	require.NoError(t, s.db.Read.QueryRow(`SELECT secret FROM two_step WHERE person = $1`, user).Scan(&secret))
	return credential.Code(secret, credential.StepAt(time.Now())+off)
}

// enrolled gives a person two-step sign-in, and their recovery codes.
func enrolled(t testing.TB, s *Store, v inn.Viewer) []string {
	t.Helper()
	require.NoError(t, s.BeginTwoStep(ctx, v, proof(v)))
	codes, err := s.ConfirmTwoStep(ctx, v, code(t, s, v.UserID, 0))
	require.NoError(t, err)
	return codes
}

// From nothing to on to off, with what each step leaves behind.
func TestTwoStep(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff)
	here, elsewhere := begin(t, s, tom, "here").ID, begin(t, s, tom, "elsewhere").ID
	other := tom
	tom.Session, other.Session = here, elsewhere
	knows, has := proof(tom), func() Proof {
		var secret []byte
		require.NoError(t, s.db.Read.QueryRow(`SELECT secret FROM two_step WHERE person = $1`, tom.UserID).Scan(&secret))
		return Proof{Member: inn.Member{ID: tom.UserID}, secret: secret}
	}
	stands := func(session int64) TwoStep {
		two, err := s.TwoStep(ctx, tom.UserID, session)
		require.NoError(t, err)
		return two
	}
	assert.Equal(t, TwoStep{}, stands(here))
	leavesNothing(t, s, inn.Conflict, "nothing begun", func() error { _, err := s.ConfirmTwoStep(ctx, tom, "123456"); return err })
	leavesNothing(t, s, inn.Conflict, "off already", func() error { return s.EndTwoStep(ctx, tom, knows, Proof{Member: knows.Member}) })

	require.NoError(t, s.BeginTwoStep(ctx, tom, proof(tom)))
	assert.Len(t, stands(here).Secret, credential.SecretBytes)
	assert.Nil(t, stands(elsewhere).Secret, "another browser is not shown it")
	assert.False(t, stands(here).On(), "no code is asked for yet")
	first := stands(here).Secret
	require.NoError(t, s.BeginTwoStep(ctx, tom, proof(tom)))
	assert.NotEqual(t, first, stands(here).Secret, "begun again, it is another")
	leavesNothing(t, s, inn.Invalid, "a wrong code", func() error { _, err := s.ConfirmTwoStep(ctx, tom, code(t, s, tom.UserID, 5)); return err })
	leavesNothing(t, s, inn.Conflict, "another browser", func() error { _, err := s.ConfirmTwoStep(ctx, other, code(t, s, tom.UserID, 0)); return err })

	head, now := s.head(t), code(t, s, tom.UserID, 0)
	recovery, err := s.ConfirmTwoStep(ctx, tom, now[:3]+" "+now[3:])
	require.NoError(t, err)
	require.Len(t, recovery, recoveryCodes)
	for _, one := range recovery {
		assert.Regexp(t, regexp.MustCompile(`^([a-z2-7]{4}-){3}[a-z2-7]{4}$`), one)
		assert.NotContains(t, contents(t, s), bare(one), "they are hashed")
	}
	assert.Equal(t, []inn.Type{inn.UserAction}, typesOf(since(t, s, head)))
	assert.True(t, stands(here).On())
	assert.Nil(t, stands(here).Secret, "from here on nobody is shown it")
	assert.Equal(t, recoveryCodes, stands(here).Left)
	leavesNothing(t, s, inn.Conflict, "on already", func() error { return s.BeginTwoStep(ctx, tom, proof(tom)) })

	try := func(address, code string) error { _, err := s.UseCode(ctx, tom.UserID, address, code); return err }
	use := func(code string) inn.Code { return inn.CodeOf(try("", code)) }
	assert.Equal(t, inn.Unauthenticated, use(now), "the code that turned it on has been used")
	next := code(t, s, tom.UserID, 1)
	require.NoError(t, try("", next))
	assert.Equal(t, inn.Unauthenticated, use(next), "twice")
	require.NoError(t, try("203.0.113.7", recovery[3]))
	assert.Equal(t, inn.Unauthenticated, use(recovery[3]), "twice")
	assert.Equal(t, recoveryCodes-1, stands(here).Left)
	acts, err := s.Audit(ctx, AuditFilter{Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, []any{inn.RecoveryUsed, "203.0.113.7"}, []any{acts[0].Action, acts[0].Address})
	for _, wrong := range []string{"", "abcd-efgh-ijkl-mnop", "000000x", recovery[4] + "a"} {
		assert.Equal(t, inn.Unauthenticated, use(wrong), wrong)
	}

	anew, err := s.RenewRecoveryCodes(ctx, tom, has())
	require.NoError(t, err)
	assert.Equal(t, inn.Unauthenticated, use(recovery[5]), "the old ones are void")
	require.NoError(t, try("", anew[0]))
	require.NoError(t, s.EndTwoStep(ctx, tom, knows, has()))
	assert.Equal(t, TwoStep{}, stands(here))
	assert.Equal(t, inn.Unauthenticated, use(anew[1]))
	leavesNothing(t, s, inn.Conflict, "off", func() error { _, err := s.RenewRecoveryCodes(ctx, tom, Proof{Member: knows.Member}); return err })
}

// Of many who come with one code at once, one gets in.
func TestACodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff)
	recovery := enrolled(t, s, tom)
	for _, one := range []string{code(t, s, tom.UserID, 1), recovery[0]} {
		var mu sync.Mutex
		taken := 0
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := s.UseCode(ctx, tom.UserID, "", one); err == nil {
					mu.Lock()
					defer mu.Unlock()
					taken++
				}
			})
		}
		all.Wait()
		assert.Equal(t, 1, taken)
	}
}

// The set-up waits a quarter of an hour, not longer.
func TestASetUpRunsOut(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom := person(t, s, "tom", inn.Staff)
	require.NoError(t, s.BeginTwoStep(ctx, tom, proof(tom)))
	require.NoError(t, s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE two_step SET made_at = made_at - $1`, enrolWithin.Milliseconds()+1)
	}))
	two, err := s.TwoStep(ctx, tom.UserID, 7)
	require.NoError(t, err)
	assert.Nil(t, two.Secret)
	leavesNothing(t, s, inn.Conflict, "too late", func() error { _, err := s.ConfirmTwoStep(ctx, tom, code(t, s, tom.UserID, 0)); return err })
}

// Who lost everything needs somebody who may change them; nobody gets round
// their own second step that way.
func TestTurningItOffForSomebody(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tom, admin, super := person(t, s, "tom", inn.Staff), person(t, s, "ada", inn.Admin), person(t, s, "sue", inn.SuperAdmin)
	for _, v := range []inn.Viewer{tom, admin, super} {
		enrolled(t, s, v)
	}
	for what, c := range map[string]struct {
		code inn.Code
		by   inn.Viewer
		of   inn.Viewer
	}{
		"staff of an admin":      {inn.Forbidden, tom, admin},
		"staff of themselves":    {inn.Forbidden, tom, tom},
		"admin of a super admin": {inn.Forbidden, admin, super},
		"admin of themselves":    {inn.Forbidden, admin, admin},
		"super of themselves":    {inn.Conflict, super, super},
	} {
		leavesNothing(t, s, c.code, what, func() error { return s.EndTwoStepOf(ctx, c.by, c.of.UserID) })
	}
	require.NoError(t, s.EndTwoStepOf(ctx, admin, tom.UserID))
	require.NoError(t, s.EndTwoStepOf(ctx, super, admin.UserID))
	two, err := s.TwoStep(ctx, tom.UserID, 0)
	require.NoError(t, err)
	assert.False(t, two.On())
	acts, err := s.Audit(ctx, AuditFilter{Action: inn.TwoStepOff, Limit: 5})
	require.NoError(t, err)
	require.Len(t, acts, 2)
	assert.Equal(t, "turned two-step sign-in of tom off", acts[1].Says())
}
