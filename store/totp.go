package store

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

const (
	// enrolWithin is how long the secret waits for its first code.
	enrolWithin = 15 * time.Minute
	// recoveryCodes is how many are made at once, each of 80 random bits.
	recoveryCodes  = 10
	recoveryLength = 16
)

// TwoStep is how somebody's two-step sign-in stands.
type TwoStep struct {
	Since  time.Time // since when a code is asked for; zero when it is not
	Left   int       // recovery codes
	Secret []byte    // while it is being set up in the session that asks; else nil
}

// On reports whether a code is asked for.
func (t TwoStep) On() bool { return !t.Since.IsZero() }

// errWrongCode is the one answer for a code that is wrong, too old or used.
var errWrongCode = inn.E(inn.Unauthenticated, "That code is not right, or was used before. Wait for the next one in your app and type that.")

// TwoStep returns how a person's two-step sign-in stands, as one of their sessions
// may know it; session 0 is none of them.
func (s *Store) TwoStep(ctx context.Context, user, session int64) (TwoStep, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT secret, session, made_at, confirmed_at, (SELECT count(*) FROM recovery_codes r WHERE r.person = two_step.person)
		FROM two_step
		WHERE person = $1`, user)
	all, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (one TwoStep, err error) {
		var in, made, confirmed int64
		err = row.Scan(&one.Secret, &in, &made, &confirmed, &one.Left)
		one.Since = fromMS(confirmed)
		if one.On() || session == 0 || in != session || time.Since(fromMS(made)) > enrolWithin {
			one.Secret = nil
		}
		return one, err
	})
	if err != nil || len(all) == 0 {
		return TwoStep{}, err
	}
	return all[0], nil
}

// BeginTwoStep draws a secret for who wants codes to be asked for. It means
// nothing until a first code proves that their app has it, and only the session
// that asked for it is shown it.
func (s *Store) BeginTwoStep(ctx context.Context, by inn.Viewer, present Proof) error {
	secret := make([]byte, credential.SecretBytes)
	rand.Read(secret) // never fails
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		if err := t.knowsPassword(by, present); err != nil {
			return err
		}
		result, err := t.execResult(`
			INSERT INTO two_step (person, secret, session, made_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, session = excluded.session, made_at = excluded.made_at, last_step = 0
			WHERE two_step.confirmed_at = 0`, by.UserID, secret, by.Session, ms(t.now))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orElse(err, inn.E(inn.Conflict, "Two-step sign-in is on already. Turn it off first to set it up anew."))
		}
		return nil
	})
}

// ConfirmTwoStep turns two-step sign-in on with a first code and returns the
// recovery codes, which are kept hashed: they are shown now or never.
func (s *Store) ConfirmTwoStep(ctx context.Context, by inn.Viewer, code string) (recovery []string, err error) {
	err = s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		m, err := t.theirs(by, by.UserID)
		if err != nil {
			return err
		}
		var secret []byte
		found, err := t.row(`SELECT secret FROM two_step WHERE person = $1 AND session = $2 AND confirmed_at = 0 AND made_at > $3`,
			[]any{m.ID, by.Session, ms(t.now.Add(-enrolWithin))}, &secret)
		if err != nil {
			return err
		}
		if !found {
			return inn.E(inn.Conflict, "This set-up is over: it was begun more than 15 minutes ago, or elsewhere. Begin again.")
		}
		step, right := credential.Step(secret, bare(code), 0, t.now)
		if !right {
			return inn.InvalidFields([]inn.FieldError{{Field: "code", Detail: "must be what your app shows now; check that the clock of your phone is right, and type the next one"}})
		}
		if err := t.exec(`UPDATE two_step SET confirmed_at = $2, last_step = $3, session = 0 WHERE person = $1`, m.ID, ms(t.now), step); err != nil {
			return err
		}
		if recovery, err = t.newRecoveryCodes(m.ID); err != nil {
			return err
		}
		return t.audit(by, aboutMember(inn.TwoStepOn, m, ""))
	})
	return recovery, err
}

// RenewRecoveryCodes replaces the recovery codes of a person who has proved to
// have a code.
func (s *Store) RenewRecoveryCodes(ctx context.Context, by inn.Viewer, has Proof) (recovery []string, err error) {
	err = s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		if err := t.hasCode(by, has); err != nil {
			return err
		}
		m, err := t.theirs(by, by.UserID)
		if err != nil {
			return err
		}
		if on, err := t.asksCode(m.ID); err != nil || !on {
			return orElse(err, inn.E(inn.Conflict, "Two-step sign-in is off; there is nothing to recover."))
		}
		if recovery, err = t.newRecoveryCodes(m.ID); err != nil {
			return err
		}
		return t.audit(by, aboutMember(inn.RecoveryRenewed, m, ""))
	})
	return recovery, err
}

func (t *tx) newRecoveryCodes(user int64) (codes []string, err error) {
	if err := t.exec(`DELETE FROM recovery_codes WHERE person = $1`, user); err != nil {
		return nil, err
	}
	for range recoveryCodes {
		code := strings.ToLower(rand.Text()[:recoveryLength])
		if err := t.exec(`INSERT INTO recovery_codes (person, code) VALUES ($1, $2)`, user, hashToken(code)); err != nil {
			return nil, err
		}
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
	}
	return codes, nil
}

// UseCode takes a code as the second step: one of the app's, or a recovery code,
// which it uses up.
func (s *Store) UseCode(ctx context.Context, user int64, address, code string) (proof Proof, err error) {
	code = bare(code)
	err = s.write(ctx, func(t *tx) error {
		m, err := t.member(user)
		if err != nil || m.Disabled {
			return orElse(err, errWrongCode)
		}
		by := m.Viewer()
		by.Address = address
		var secret []byte
		var last int64
		found, err := t.row(`SELECT secret, last_step FROM two_step WHERE person = $1 AND confirmed_at > 0`, []any{m.ID}, &secret, &last)
		if err != nil || !found {
			return orElse(err, errWrongCode)
		}
		proof = Proof{Member: m, secret: secret}
		if step, right := credential.Step(secret, code, last, t.now); right {
			return t.exec(`UPDATE two_step SET last_step = $2 WHERE person = $1`, m.ID, step)
		}
		var used string
		found, err = t.row(`DELETE FROM recovery_codes WHERE person = $1 AND code = $2 RETURNING code`, []any{m.ID, hashToken(code)}, &used)
		if err != nil || !found {
			return orElse(err, errWrongCode)
		}
		return t.audit(by, aboutMember(inn.RecoveryUsed, m, ""))
	})
	if err != nil {
		return Proof{}, err
	}
	return proof, nil
}

// EndTwoStep turns the two-step sign-in of a person off who has proved to know the
// password and to have a code.
func (s *Store) EndTwoStep(ctx context.Context, by inn.Viewer, knows, has Proof) error {
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		if err := t.knowsPassword(by, knows); err != nil {
			return err
		}
		if err := t.hasCode(by, has); err != nil {
			return err
		}
		m, err := t.theirs(by, by.UserID)
		if err != nil {
			return err
		}
		return t.endTwoStep(by, m)
	})
}

// EndTwoStepOf turns it off for somebody who lost both the app and the recovery
// codes. Not for oneself: that takes the password and a code.
func (s *Store) EndTwoStepOf(ctx context.Context, by inn.Viewer, id int64) error {
	return s.act(ctx, by, inn.TeamManage, func(t *tx, by inn.Viewer) error {
		m, err := t.manage(by, id)
		if err != nil {
			return err
		}
		if by.UserID == id {
			return inn.E(inn.Conflict, "Turn your own off under Settings, with your password and a code.")
		}
		return t.endTwoStep(by, m)
	})
}

func (t *tx) endTwoStep(by inn.Viewer, m inn.Member) error {
	if on, err := t.asksCode(m.ID); err != nil || !on {
		return orElse(err, inn.E(inn.Conflict, "Two-step sign-in of %s is off already.", m.Name))
	}
	for _, remove := range []string{`DELETE FROM two_step WHERE person = $1`, `DELETE FROM recovery_codes WHERE person = $1`} {
		if err := t.exec(remove, m.ID); err != nil {
			return err
		}
	}
	return t.audit(by, aboutMember(inn.TwoStepOff, m, ""))
}

func (t *tx) asksCode(user int64) (on bool, err error) {
	_, err = t.row(`SELECT EXISTS (SELECT 1 FROM two_step WHERE person = $1 AND confirmed_at > 0)`, []any{user}, &on)
	return on, err
}

// bare returns a code as it is checked: people type it with the spaces and dashes
// it is shown with.
func bare(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

func orElse(err error, other *inn.Error) error {
	if err != nil {
		return err
	}
	return other
}
