package views

import (
	"baithaka/internal/inn"
)

// loud reports whether an alert is the red card.
func loud(a inn.Alert) bool { return a.Priority == inn.Critical && a.Status == inn.Raised }

// alertSort orders alerts in their list: the urgent before the rest, then the
// last changed.
func alertSort(a inn.Alert) string {
	return urgentKey(inn.Low.Rank()-a.Priority.Rank(), a.Event)
}
