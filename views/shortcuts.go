package views

import "baithaka/internal/inn"

// shortcut is a key, or several, and what it does.
type shortcut struct {
	Keys []string
	Does string
}

// pageKeys are the letters that lead to pages, after "g".
var pageKeys = map[string]string{
	pathDashboard: "d", pathBookings: "b", pathProperties: "p", pathNotifications: "n", pathHistory: "h", pathActivity: "a",
	pathTeam: "t", pathKeys: "k", pathStatus: "x", pathSettings: "s", pathGuests: "u",
}

// pageTitle is what the tooltip of a link to a page says.
func pageTitle(path, label string) string {
	if key, found := pageKeys[path]; found {
		return label + " (g " + key + ")"
	}
	return label
}

// shortcutsOf lists the keys that do something for the viewer of a page.
func shortcutsOf(p Page) []shortcut {
	var all []shortcut
	sees := p.Viewer.MayAnywhere(inn.BookingView)
	if sees {
		all = append(all, shortcut{[]string{"/"}, "Find a booking"}, shortcut{[]string{"Ctrl K"}, "The same"})
	}
	all = append(all,
		shortcut{[]string{"j"}, "Next in a list"}, shortcut{[]string{"k"}, "The one before"},
		shortcut{[]string{"Enter"}, "Open it"}, shortcut{[]string{"e"}, "Mark it read"},
	)
	page := func(path, label string, may bool) {
		if may {
			all = append(all, shortcut{[]string{"g", pageKeys[path]}, label})
		}
	}
	page(pathDashboard, "Dashboard", true)
	page(pathBookings, "Bookings", sees)
	page(pathProperties, "Properties", sees)
	page(pathNotifications, "Notifications", true)
	page(pathHistory, "History", sees)
	page(pathActivity, "Activity", true)
	page(pathTeam, "Team", p.Viewer.MayAnywhere(inn.TeamManage))
	page(pathKeys, "API keys", p.Viewer.MayAnywhere(inn.KeyManage))
	page(pathStatus, "Status", p.Viewer.MayAnywhere(inn.StatusView))
	page(pathSettings, "Settings", true)
	return append(all, shortcut{[]string{"?"}, "These keys"}, shortcut{[]string{"Esc"}, "Close what is open"})
}
