package store

import (
	"context"
	"strconv"

	"baithaka/internal/inn"
)

// FailedSignIns is how often somebody at one address failed to sign in as one
// person: a wrong password or a wrong code.
type FailedSignIns struct {
	User    int64 // 0 for an address that is nobody's
	Address string
}

// NoteFailedSignIns keeps failures in the audit, one act for each person and
// address with how often it was. What was typed is not known here.
func (s *Store) NoteFailedSignIns(ctx context.Context, failed map[FailedSignIns]int) error {
	return s.write(ctx, func(t *tx) error {
		for one, times := range failed {
			m := inn.Member{}
			if one.User != 0 {
				var err error
				if m, err = t.member(one.User); inn.CodeOf(err) == inn.NotFound {
					continue
				} else if err != nil {
					return err
				}
			}
			act := aboutMember(inn.SignInFailed, m, timesFailed(times))
			if one.User == 0 {
				act.Subject = ""
			}
			if err := t.audit(inn.Viewer{Name: "somebody", Address: one.Address}, act); err != nil {
				return err
			}
		}
		return nil
	})
}

func timesFailed(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}
