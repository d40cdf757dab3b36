package views

import (
	"strings"

	"baithaka/internal/inn"
)

// actionWord names a kind of act for the filter.
func actionWord(d inn.AuditAction) string {
	switch d {
	case inn.MemberAdded:
		return "Person added"
	case inn.MemberInvited:
		return "Person invited"
	case inn.MemberJoined:
		return "Invitation accepted"
	case inn.MemberAltered:
		return "Role or properties changed"
	case inn.MemberDisabled:
		return "Person disabled"
	case inn.MemberEnabled:
		return "Person enabled"
	case inn.LinkMade:
		return "Link made"
	case inn.PasswordChanged:
		return "Password changed"
	case inn.SessionsEnded:
		return "Signed out everywhere"
	case inn.TwoStepOn:
		return "Two-step sign-in turned on"
	case inn.TwoStepOff:
		return "Two-step sign-in turned off"
	case inn.RecoveryRenewed:
		return "New recovery codes"
	case inn.RecoveryUsed:
		return "Recovery code used"
	case inn.SignInFailed:
		return "Failed sign-in"
	case inn.KeyAdded:
		return "API key made"
	case inn.KeyRevoked:
		return "API key revoked"
	case inn.WallMade:
		return "Wall made"
	case inn.WallRevoked:
		return "Wall ended"
	case inn.HouseListed:
		return "Property listed"
	case inn.HouseAltered:
		return "Property changed"
	case inn.UnitAdded:
		return "Room added"
	case inn.UnitRenamed:
		return "Room renamed"
	case inn.UnitRemoved:
		return "Room removed"
	case inn.SettingsChanged:
		return "Settings changed"
	case inn.GuestForgetting:
		return "Erasure of a guest begun"
	case inn.GuestForgotten:
		return "Guest erased"
	case inn.HouseRestored:
		return "Backup restored"
	case inn.EpochBegun:
		return "Everything reloaded"
	case inn.ActErased:
		return "Act erased"
	}
	return string(d)
}

func actionIcon(d inn.AuditAction) string {
	switch d {
	case inn.KeyAdded, inn.KeyRevoked, inn.WallMade, inn.WallRevoked:
		return "key-round"
	case inn.HouseListed, inn.HouseAltered:
		return "building"
	case inn.UnitAdded, inn.UnitRenamed, inn.UnitRemoved:
		return "bed-double"
	case inn.SettingsChanged:
		return "settings"
	case inn.SessionsEnded:
		return "log-out"
	case inn.LinkMade, inn.MemberInvited:
		return "mail"
	}
	return "user"
}

func actionTone(d inn.AuditAction) string {
	switch d {
	case inn.MemberDisabled, inn.KeyRevoked, inn.WallRevoked, inn.GuestForgotten:
		return "bad"
	case inn.MemberAltered, inn.PasswordChanged, inn.SessionsEnded, inn.HouseRestored, inn.EpochBegun, inn.ActErased, inn.GuestForgetting, "":
		return "warn"
	case inn.MemberAdded, inn.MemberJoined, inn.MemberEnabled, inn.KeyAdded, inn.WallMade, inn.HouseListed, inn.UnitAdded:
		return "good"
	}
	return "info"
}

// detail says what an act changed in the words of the pages: roles, scopes,
// settings and properties by their names. The audit itself keeps the words of the
// program, which never change; what is not in its form is shown as it is.
func detail(act inn.Act, properties []inn.Property) string {
	switch act.Action {
	case inn.MemberAdded, inn.MemberInvited, inn.MemberJoined, inn.MemberAltered:
		return memberDetail(act.Detail, properties)
	case inn.KeyAdded:
		return keyDetail(act.Detail, properties)
	case inn.SettingsChanged:
		return settingsDetail(act.Detail)
	}
	return act.Detail
}

// PropertiesIn returns the slugs that some acts may name.
func PropertiesIn(acts []inn.Act) (slugs []string) {
	for _, act := range acts {
		switch act.Action {
		case inn.MemberAdded, inn.MemberInvited, inn.MemberJoined, inn.MemberAltered, inn.KeyAdded:
			_, keys, _ := strings.Cut(act.Detail, " for ")
			for _, part := range strings.Split(act.Detail+", "+keys, ", ") {
				part = strings.TrimPrefix(strings.TrimPrefix(part, "+ "), "− ")
				if inn.IsSlug(part) {
					slugs = append(slugs, part)
				}
			}
		}
	}
	return slugs
}

// memberDetail reads "STAFF → PROPERTY_MANAGER, + hill, − lake".
func memberDetail(text string, properties []inn.Property) string {
	var said, more, less []string
	for _, part := range strings.Split(text, ", ") {
		if slug, found := strings.CutPrefix(part, "+ "); found {
			more = append(more, slug)
		} else if slug, found := strings.CutPrefix(part, "− "); found {
			less = append(less, slug)
		} else if was, now, found := strings.Cut(part, " → "); found {
			said = append(said, "from "+roleWord(was)+" to "+roleWord(now))
		} else if part != "" {
			said = append(said, roleWord(part))
		}
	}
	if len(more) > 0 {
		said = append(said, "with "+names(more, properties))
	}
	if len(less) > 0 {
		said = append(said, "no longer "+names(less, properties))
	}
	return strings.Join(said, ", ")
}

// roleWord names a role; another word stays as it is.
func roleWord(word string) string {
	if r := inn.Role(word); r.Valid() {
		return roleName(r)
	}
	return word
}

// keyDetail reads "events:write, money:read for lake, hill".
func keyDetail(text string, properties []inn.Property) string {
	scopes, reach, found := strings.Cut(text, " for ")
	if !found {
		return text
	}
	may := strings.Split(scopes, ", ")
	for i, scope := range may {
		if words := scopeName(inn.Scope(scope)); words != "" {
			may[i] = words
		}
	}
	return "may " + strings.Join(may, "; ") + ", for " + names(strings.Split(reach, ", "), properties)
}

// settingsDetail reads "zone UTC → Asia/Kolkata, keep_log_days 400 → 365".
func settingsDetail(text string) string {
	parts := strings.Split(text, ", ")
	for i, part := range parts {
		field, change, _ := strings.Cut(part, " ")
		if words := settingWord(field); words != "" {
			parts[i] = words + ": " + change
		}
	}
	return strings.Join(parts, "; ")
}

// settingWord names a setting of the house as its form does; "" for none.
func settingWord(field string) string {
	switch field {
	case "zone":
		return "time zone"
	case "currency":
		return "currency"
	}
	for _, group := range limitGroups {
		for _, limit := range group.limits {
			if string(limit) == field {
				return group.title + ", " + strings.ToLower(limitNames[limit])
			}
		}
	}
	return ""
}
