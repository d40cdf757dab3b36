package views

import (
	"net/url"
	"strconv"

	"baithaka/internal/inn"
)

// Wall is what a screen on the wall of one property shows: large, for who passes by,
// and nothing of anybody but their name.
type Wall struct {
	Property inn.Property
	Desk     Desk
	Alerts   []inn.Alert // open ones, the most urgent first
}

// Walls are the links for walls of one property, for who may make them.
type Walls struct {
	Property string
	Links    []inn.Key
	Made     *MadeWall // by the request that this page answers
	Label    string    // as it was typed
	Problem  *inn.Error
}

func (w Walls) form() Form {
	return Form{ID: "wall-form", Prefix: "wall-", Problem: w.Problem, Labels: []Label{{"label", "Where it hangs, for example Reception"}}}
}

// MadeWall is the link of a wall, shown once.
type MadeWall struct{ Label, URL string }

const (
	idWallAlerts = "wall-alerts"
	pathWall     = "/wall"
	pathWallLive = "/wall-live"
)

// PathWall is where the link of a wall leads.
func PathWall(secret string) string { return pathWall + "/" + url.PathEscape(secret) }

func pathWallRevoke(id int64) string    { return "/walls/" + strconv.FormatInt(id, 10) + "/revoke" }
func pathWallsOf(slug string) string    { return pathProperty(slug) + "/walls" }
func wallAlertID(subject string) string { return "wall-" + subject }

// wallLive is where the stream of a wall connects.
func wallLive(p Page) string { return pathWallLive + "?after=" + url.QueryEscape(p.Position) }

func askEndWall(k inn.Key) question {
	return question{
		ID: "ask-wall-" + strconv.FormatInt(k.ID, 10), Label: "End", Class: "small", Before: "End the link of", Name: k.Label, After: "?",
		Warning: "The screen goes dark at once. It cannot be taken back; a new link can be made.",
	}
}
