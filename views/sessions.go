package views

import (
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Account is the part of "/settings" about how its person signs in.
type Account struct {
	Sessions []Session // the last used first
	Since    time.Time // since when a code is asked for; zero when it is not
	Changed  bool      // the password, just now
	Problem  *inn.Error
}

func (a Account) form() Form {
	return Form{ID: "password-form", Problem: a.Problem, Labels: []Label{{"present", "Present password"}, {"password", "New password"}}}
}

// Session is one browser on which a person is signed in.
type Session struct {
	ID             int64
	Agent, Address string
	Begun, Used    time.Time
	Here           bool // it is the one that asks
}

// sessionEnded returns the session that an event has ended, 0 if it says none.
func sessionEnded(e *inn.Event) int64 {
	var ended struct{ Session int64 }
	if err := e.Into(&ended); err != nil {
		return 0
	}
	return ended.Session
}

// claim is a name that a browser or system goes by in its User-Agent. Many claim
// to be others too, so the first that fits counts: Edge says Chrome, Chrome says
// Safari, Android says Linux.
type claim struct{ token, name string }

var (
	browsers = []claim{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
		{"curl/", "curl"}, {"Go-http-client/", "a Go program"}, {"python", "a Python program"},
	}
	systems = []claim{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"CrOS", "ChromeOS"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
	}
)

// browserName says in plain words what a User-Agent stands for: "Firefox on
// Windows". It is for recognising one's own, and no more than a claim.
func browserName(agent string) string {
	browser, system := nameIn(agent, browsers), nameIn(agent, systems)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return sentence(browser)
	case system != "":
		return "A browser on " + system
	}
	return "An unknown browser"
}

func nameIn(agent string, list []claim) string {
	for _, k := range list {
		if strings.Contains(agent, k.token) {
			return k.name
		}
	}
	return ""
}
