package inn

import (
	"cmp"
	"time"
)

// Deed is a kind of administrative act.
type Deed string

// The deeds that the audit keeps.
const (
	MemberAdded     Deed = "member:added"
	MemberInvited   Deed = "member:invited"
	MemberJoined    Deed = "member:joined"
	MemberAltered   Deed = "member:changed"
	MemberDisabled  Deed = "member:disabled"
	MemberEnabled   Deed = "member:enabled"
	LinkMade        Deed = "link:made"
	PasswordChanged Deed = "password:changed"
	SessionsEnded   Deed = "sessions:ended"
	TwoStepOn       Deed = "two-step:on"
	TwoStepOff      Deed = "two-step:off"
	RecoveryRenewed Deed = "recovery:renewed"
	RecoveryUsed    Deed = "recovery:used"
	SignInFailed    Deed = "sign-in:failed"
	KeyAdded        Deed = "key:added"
	KeyRevoked      Deed = "key:revoked"
	HouseListed     Deed = "property:listed"
	SettingsChanged Deed = "settings:changed"
	HouseRestored   Deed = "house:restored"
	EpochBegun      Deed = "house:epoch"
	ActErased       Deed = "act:erased"
	GuestForgetting Deed = "guest:erasing" // an erasure was begun; its end is an act of its own
	GuestForgotten  Deed = "guest:erased"
)

// Deeds lists them in the order of the documentation.
var Deeds = []Deed{
	MemberAdded, MemberInvited, MemberJoined, MemberAltered, MemberDisabled, MemberEnabled, LinkMade, PasswordChanged,
	SessionsEnded, TwoStepOn, TwoStepOff, RecoveryRenewed, RecoveryUsed, SignInFailed, KeyAdded, KeyRevoked, HouseListed, SettingsChanged, HouseRestored, EpochBegun, ActErased, GuestForgetting, GuestForgotten,
}

// Act is one administrative act as the audit keeps it: who did what to whom,
// when and from where. It is never changed.
type Act struct {
	ID      int64
	At      time.Time
	Actor   string // "user:3", or the name of what acts without being a person: "command line"
	By      string // the actor's name as it was then
	Deed    Deed   //
	Subject string // "user:5", "key:website", "property:lake-house"
	Name    string // of the subject, as it was then
	Detail  string // what changed
	Address string // where the request came from; "" for the command line
}

// Says puts the act into words that follow the actor's name: "disabled Meera
// Pillai", "set a new password".
func (a Act) Says() string {
	name, own := cmp.Or(a.Name, a.Subject), a.Actor == a.Subject
	switch a.Deed {
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
	case HouseListed:
		return "listed " + name
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
	return string(a.Deed) + " " + name
}
