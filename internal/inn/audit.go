package inn

import (
	"cmp"
	"time"
)

// AuditAction is the kind of an administrative act, as the audit names it.
type AuditAction string

// The actions that the audit keeps.
const (
	MemberAdded     AuditAction = "member:added"
	MemberInvited   AuditAction = "member:invited"
	MemberJoined    AuditAction = "member:joined"
	MemberAltered   AuditAction = "member:changed"
	MemberDisabled  AuditAction = "member:disabled"
	MemberEnabled   AuditAction = "member:enabled"
	LinkMade        AuditAction = "link:made"
	PasswordChanged AuditAction = "password:changed"
	SessionsEnded   AuditAction = "sessions:ended"
	TwoStepOn       AuditAction = "two-step:on"
	TwoStepOff      AuditAction = "two-step:off"
	RecoveryRenewed AuditAction = "recovery:renewed"
	RecoveryUsed    AuditAction = "recovery:used"
	SignInFailed    AuditAction = "sign-in:failed"
	KeyAdded        AuditAction = "key:added"
	KeyRevoked      AuditAction = "key:revoked"
	WallMade        AuditAction = "wall:made"
	WallRevoked     AuditAction = "wall:revoked"
	HouseListed     AuditAction = "property:listed"
	HouseAltered    AuditAction = "property:changed"
	UnitAdded       AuditAction = "unit:added"
	UnitRenamed     AuditAction = "unit:renamed"
	UnitRemoved     AuditAction = "unit:removed"
	SettingsChanged AuditAction = "settings:changed"
	HouseRestored   AuditAction = "house:restored"
	EpochBegun      AuditAction = "house:epoch"
	ActErased       AuditAction = "act:erased"
	GuestForgetting AuditAction = "guest:erasing" // an erasure was begun; its end is an act of its own
	GuestForgotten  AuditAction = "guest:erased"
)

// AuditActions lists them in the order of the documentation.
var AuditActions = []AuditAction{
	MemberAdded, MemberInvited, MemberJoined, MemberAltered, MemberDisabled, MemberEnabled, LinkMade, PasswordChanged,
	SessionsEnded, TwoStepOn, TwoStepOff, RecoveryRenewed, RecoveryUsed, SignInFailed, KeyAdded, KeyRevoked, WallMade, WallRevoked, HouseListed, HouseAltered, UnitAdded, UnitRenamed, UnitRemoved, SettingsChanged, HouseRestored, EpochBegun, ActErased, GuestForgetting, GuestForgotten,
}

// Act is one administrative act as the audit keeps it: who did what to whom,
// when and from where. It is never changed.
type Act struct {
	ID      int64
	At      time.Time
	Actor   string      // "user:3", or the name of what acts without being a person: "command line"
	By      string      // the actor's name as it was then
	Action  AuditAction //
	Subject string      // "user:5", "key:website", "property:lake-house"
	Name    string      // of the subject, as it was then
	Detail  string      // what changed
	Address string      // where the request came from; "" for the command line
}

// Says puts the act into words that follow the actor's name: "disabled Meera
// Pillai", "set a new password".
func (a Act) Says() string {
	name, own := cmp.Or(a.Name, a.Subject), a.Actor == a.Subject
	switch a.Action {
	case MemberAdded:
		return "added " + name
	case MemberInvited:
		return "invited " + name
	case MemberJoined:
		return "accepted the invitation"
	case MemberAltered:
		return "changed what " + name + " may do"
	case MemberDisabled:
		return "disabled " + name
	case MemberEnabled:
		return "enabled " + name
	case LinkMade:
		return "made a new link for " + name
	case PasswordChanged:
		if own {
			return "set a new password"
		}
		return "gave " + name + " a new password"
	case SessionsEnded:
		if own {
			return "signed out everywhere"
		}
		return "signed " + name + " out everywhere"
	case TwoStepOn:
		return "turned two-step sign-in on"
	case TwoStepOff:
		if own {
			return "turned two-step sign-in off"
		}
		return "turned two-step sign-in of " + name + " off"
	case RecoveryRenewed:
		return "made new recovery codes"
	case RecoveryUsed:
		return "signed in with a recovery code"
	case SignInFailed:
		return "failed to sign in as " + cmp.Or(name, "nobody we know")
	case KeyAdded:
		return "made the API key " + name
	case KeyRevoked:
		return "revoked the API key " + name
	case WallMade:
		return "made the link of the wall " + name
	case WallRevoked:
		return "ended the link of the wall " + name
	case HouseListed:
		return "listed " + name
	case HouseAltered:
		return "changed " + name
	case UnitAdded:
		return "added the room " + name
	case UnitRenamed:
		return "renamed the room " + name
	case UnitRemoved:
		return "removed the room " + name
	case SettingsChanged:
		return "changed the settings of the house"
	case HouseRestored:
		return "restored a backup"
	case EpochBegun:
		return "made every page and program reload"
	case ActErased:
		return "erased what was said here"
	case GuestForgetting:
		return "began to erase a guest"
	case GuestForgotten:
		return "erased a guest"
	case "":
		return "what was said here has been erased"
	}
	return string(a.Action) + " " + name
}
