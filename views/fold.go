package views

import (
	"strings"

	"baithaka/internal/inn"
)

// fold is how a row of a feed stands to the others about the same booking or alert:
// the newest is shown, with the steps before it in words. lists.js does the same
// with what comes later.
type fold struct {
	Under bool   // beneath a later one
	Steps string // of those beneath it: "booked, changed,"
}

// foldsBy is what rows of a feed are one line about; "" for those that stand alone.
func foldsBy(e *inn.Event) string {
	if strings.HasPrefix(e.Subject, "booking:") || strings.HasPrefix(e.Subject, "alert:") {
		return e.Subject
	}
	return ""
}

// folded returns how the rows of events fold, the newest first.
func folded(p Page, events []inn.Event) []fold {
	folds := make([]fold, len(events))
	newest := map[string]int{}
	for i := range events {
		about := foldsBy(&events[i])
		if about == "" {
			continue
		}
		top, found := newest[about]
		if !found {
			newest[about] = i
			continue
		}
		folds[i].Under = true
		verb := tell(&events[i], p.Visibility(events[i].Property)).Verb + ","
		folds[top].Steps = joined(" ", verb, folds[top].Steps)
	}
	return folds
}
