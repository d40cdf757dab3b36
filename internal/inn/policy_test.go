package inn

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// reaches says how far a role's permission goes, as people read it.
func reaches(r Role, a Action) string {
	switch {
	case r.May(a, false):
		return "all"
	case r.May(a, true):
		return "theirs"
	}
	return "–"
}

// The golden file is the documentation of the policy: a change of a right shows
// up in the diff of a table that people can read.
func TestPolicyIsWhatItsDocumentationSays(t *testing.T) {
	var out bytes.Buffer
	table := func(title string, rows [][]string) {
		fmt.Fprintf(&out, "%s\n\n", title)
		w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		for _, row := range rows {
			for i, cell := range row {
				if i > 0 {
					fmt.Fprint(w, "\t")
				}
				fmt.Fprint(w, cell)
			}
			fmt.Fprintln(w)
		}
		require.NoError(t, w.Flush())
		fmt.Fprintln(&out)
	}

	rows := [][]string{{"action"}}
	for _, r := range Roles {
		rows[0] = append(rows[0], string(r))
	}
	for _, a := range Actions {
		row := []string{string(a)}
		for _, r := range Roles {
			row = append(row, reaches(r, a))
		}
		rows = append(rows, row)
	}
	table("What a role may do: everywhere (all), at the properties assigned to the person (theirs), or not (–).", rows)

	rows = [][]string{{"action"}}
	for _, s := range Scopes {
		rows[0] = append(rows[0], string(s))
	}
	for _, a := range Actions {
		row := []string{string(a)}
		for _, s := range Scopes {
			cell := "–"
			if (Viewer{KeyID: 1, Scopes: []Scope{s}}).May(a, "") {
				cell = "yes"
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	table("What a scope lets an API key do, within the properties the key is limited to.", rows)

	rows = [][]string{{"event type", "kind", "seen with", "published with", "priority", "makes a card", "addressing"}}
	for _, et := range Types {
		kind, takes, card, addressing := string(et.Kind()), string(et.Takes()), "–", "adds readers"
		if kind == "" {
			kind = "–"
		}
		if !et.Publishable() {
			takes = "–" // only the house itself appends it
		}
		if et.MakesCard() {
			card = "yes"
		}
		if et.AddressNarrows() {
			addressing = "narrows notification"
		}
		rows = append(rows, []string{string(et), kind, string(et.Needs()), takes, string(et.Priority()), card, addressing})
	}
	table("What it takes to see an event where it happened, and what it is by default.", rows)

	rows = [][]string{{"grants"}}
	for _, r := range Roles {
		rows[0] = append(rows[0], string(r))
	}
	for _, r := range Roles {
		row := []string{string(r)}
		for _, other := range Roles {
			cell := "–"
			if r.MayGrant(other) {
				cell = "yes"
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	table("Who may give whom which role.", rows)

	golden := "testdata/policy.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err, "run go test ./inn -update once")
	assert.Equal(t, string(want), out.String(), "the policy changed; if that is meant: go test ./inn -update")
}

// The table of CONTRACT, "Who may what", typed here a second time on purpose:
// the golden file follows the code, this does not.
func TestPolicyIsTheContract(t *testing.T) {
	const everywhere, assigned, no = "all", "theirs", "–"
	contract := []struct {
		actions []Action
		cells   [6]string // SUPER_ADMIN, ADMIN, PROPERTY_OWNER, PROPERTY_MANAGER, STAFF, USER
	}{
		{[]Action{DashboardAccess}, [6]string{everywhere, everywhere, no, no, no, no}},
		{[]Action{BookingView, PropertyView, AlertView, Acknowledge}, [6]string{everywhere, everywhere, assigned, assigned, assigned, no}},
		{[]Action{FinancialView}, [6]string{everywhere, everywhere, assigned, assigned, no, no}},
		{[]Action{ContactView}, [6]string{everywhere, everywhere, no, assigned, assigned, no}},
		{[]Action{BookingManage}, [6]string{everywhere, everywhere, no, assigned, no, no}},
		{[]Action{BookingCheckIn}, [6]string{everywhere, everywhere, no, assigned, assigned, no}},
		{[]Action{PropertyManage}, [6]string{everywhere, everywhere, no, assigned, no, no}},
		{[]Action{UnitStateSet}, [6]string{everywhere, everywhere, no, assigned, assigned, no}},
		{[]Action{BlockManage}, [6]string{everywhere, everywhere, assigned, assigned, no, no}},
		{[]Action{ActivityView, StatusView, KeyManage}, [6]string{everywhere, everywhere, no, no, no, no}},
		{[]Action{WallManage}, [6]string{everywhere, everywhere, no, assigned, no, no}},
		{[]Action{TeamManage}, [6]string{everywhere, everywhere, no, no, no, no}},
		{[]Action{AuditView, SettingsManage}, [6]string{everywhere, no, no, no, no, no}},
		{[]Action{Own, NotificationView, NotificationMark, NotificationAcknowledge}, [6]string{everywhere, everywhere, everywhere, everywhere, everywhere, everywhere}},
		// Not in the table: who may forget a guest, and give away what is held of
		// them, is who may see every guest and answers for the house.
		{[]Action{GuestExport, GuestErase}, [6]string{everywhere, everywhere, no, no, no, no}},
		// /metrics is for who has STATUS_VIEW, and who may take
		// some step publishes with their session, within what Type.Takes asks.
		{[]Action{MetricsView}, [6]string{everywhere, everywhere, no, no, no, no}},
		{[]Action{EventView}, [6]string{everywhere, everywhere, everywhere, everywhere, everywhere, everywhere}},
		{[]Action{EventPublish}, [6]string{everywhere, everywhere, assigned, assigned, assigned, no}},
	}
	var covered []Action
	for _, row := range contract {
		for _, a := range row.actions {
			covered = append(covered, a)
			for i, r := range Roles {
				assert.Equal(t, row.cells[i], reaches(r, a), "%s × %s", a, r)
			}
		}
	}
	assert.ElementsMatch(t, Actions, covered, "every action stands in the contract")
}

// STAFF check guests in and out, acknowledge and say how rooms are, an owner
// acknowledges and blocks nights; nobody
// below an admin does anything elsewhere.
func TestWhoMayPublishWhat(t *testing.T) {
	for _, et := range Types {
		if !et.Publishable() {
			continue
		}
		byStaff := et == BookingCheckedIn || et == BookingCheckedOut || et == AlertAcknowledged || et == UnitStateChanged
		byOwner := et == AlertAcknowledged || et == BlockMade || et == BlockChanged || et == BlockRemoved
		for r, want := range map[Role]string{SuperAdmin: "all", Admin: "all", Manager: "theirs", Owner: "–", Staff: "–", User: "–"} {
			if r == Staff && byStaff || r == Owner && byOwner {
				want = "theirs"
			}
			assert.Equal(t, want, reaches(r, et.Takes()), "%s × %s", et, r)
			if want != "–" {
				assert.Equal(t, want, reaches(r, EventPublish), "%s × %s", et, r)
			}
		}
		assert.True(t, Viewer{KeyID: 1, Scopes: []Scope{EventsWrite}}.May(et.Takes(), ""), "a key that may write may write all: %s", et)
	}
}

func TestOnlyWhoIsAboveGrantsARole(t *testing.T) {
	for _, r := range Roles {
		for _, other := range Roles {
			want := r == SuperAdmin || r == Admin && other != SuperAdmin && other != Admin
			assert.Equal(t, want, r.MayGrant(other), "%s grants %s", r, other)
		}
		assert.False(t, r.MayGrant("ROOT"), "an unknown role is granted by nobody")
	}
}

func TestNobodyMayNothing(t *testing.T) {
	for _, v := range []Viewer{{}, Member{ID: 3, Role: SuperAdmin, Disabled: true}.Viewer(), Key{ID: 3, Scopes: Scopes, Revoked: true}.Viewer(),
		{Name: "x", Role: SuperAdmin, Properties: []string{"a"}}} {
		for _, a := range Actions {
			assert.False(t, v.May(a, ""), a)
			assert.False(t, v.May(a, "a"), a)
			assert.False(t, v.MayAnywhere(a), a)
		}
		assert.True(t, v.May(Open, ""))
	}
	unknown := Viewer{UserID: 1, Role: "ROOT", Properties: []string{"a"}}
	for _, a := range Actions {
		assert.Equal(t, a == Own, unknown.May(a, "a"), "an unknown role has nothing but its own: %s", a)
	}
}

func TestALimitedKeyMayNothingElsewhere(t *testing.T) {
	k := Viewer{KeyID: 1, Scopes: Scopes, Properties: []string{"a"}}
	for _, a := range Actions {
		if a == Own {
			continue
		}
		assert.False(t, k.May(a, "b"), "%s elsewhere", a)
		assert.False(t, k.May(a, Desk), "%s at the desk", a)
		assert.False(t, k.May(a, ""), "%s in the whole house", a)
	}
	assert.True(t, k.May(BookingView, "a"))
	assert.True(t, k.MayAnywhere(EventPublish))
	for _, a := range []Action{TeamManage, KeyManage, AuditView, SettingsManage, StatusView, ActivityView} {
		assert.False(t, Viewer{KeyID: 1, Scopes: Scopes}.May(a, ""), "no key has %s", a)
	}
}

func TestEveryTypeHasAKindAndAPriority(t *testing.T) {
	for _, et := range Types {
		assert.Equal(t, et.Internal(), et.Kind() == "", et)
		assert.Equal(t, !et.Internal(), et.Known(), et)
		assert.True(t, et.Priority().Valid(), et)
		assert.True(t, et.Internal() || slices.Contains(Kinds, et.Kind()), et)
	}
	assert.False(t, Type("booking:evaporated").Known())
	assert.Equal(t, ActivityView, Type("something:else").Needs(), "what nobody knows, only admins see")
	assert.Equal(t, len(Priorities), Priority("urgent").Rank(), "an unknown priority sorts last")
}
