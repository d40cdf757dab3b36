package views

import "baithaka/inn"

// notificationBadge says in a word what happened last; a critical alert says
// that it is one for as long as it is open.
func notificationBadge(n inn.Notification) badge {
	switch {
	case n.Type == inn.AlertResolved:
		return badge{"Solved", "good"}
	case n.Priority == inn.Critical:
		return priorityBadge(n.Priority)
	case n.Type == inn.BookingModified:
		return badge{"Changed", "warn"}
	case n.Kind == inn.BookingUpdate:
		return statusBadge(n.Type.StatusAfter())
	}
	return badge{}
}

// notificationIcon shows the kind of a card, or that it is done with.
func notificationIcon(n inn.Notification) string {
	if n.Type == inn.AlertResolved {
		return "check"
	}
	return kindIcon(n.Kind)
}

// notificationTone colours a card by what wants attention, not by its kind.
func notificationTone(n inn.Notification) string {
	switch {
	case n.Type == inn.AlertResolved:
		return "good"
	case n.HeldBy != "":
		return "soft"
	case n.Priority == inn.Critical:
		return "bad"
	case n.Kind == inn.AlertUpdate:
		return "warn"
	}
	return "brand"
}
