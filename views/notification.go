package views

import "baithaka/inn"

// notificationTone colours a card by what wants attention, not by its kind.
func notificationTone(n inn.Notification) string {
	switch {
	case n.HeldBy != "":
		return "soft"
	case n.Priority == inn.Critical:
		return "bad"
	case n.Kind == inn.AlertUpdate:
		return "warn"
	}
	return "brand"
}
