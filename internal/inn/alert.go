package inn

import (
	"slices"
	"time"
)

// AlertStatus is where an alert stands.
type AlertStatus string

// The life of an alert: raised → acknowledged → resolved; raised again at any
// time.
const (
	Raised       AlertStatus = "raised"
	Acknowledged AlertStatus = "acknowledged"
	Resolved     AlertStatus = "resolved"
)

// Alert is something wrong that wants somebody, known by its key within a
// property, or within the system when it concerns none.
type Alert struct {
	Key                      string      `json:"key"`
	Property                 string      `json:"propertyId,omitempty"`   // slug; "" for a system alert
	PropertyName             string      `json:"propertyName,omitempty"` // the property's name as shown
	Title                    string      `json:"title"`
	Detail                   string      `json:"detail,omitempty"`
	Priority                 Priority    `json:"priority"`
	Status                   AlertStatus `json:"status"`
	RaisedAt                 time.Time   `json:"raisedAt"`
	AcknowledgedBy           string      `json:"acknowledgedBy,omitempty"` // by name
	AcknowledgedAt           *time.Time  `json:"acknowledgedAt,omitempty"`
	PreviouslyAcknowledgedBy string      `json:"previouslyAcknowledgedBy,omitempty"` // before it was raised again
	ResolvedAt               *time.Time  `json:"resolvedAt,omitempty"`
	ResolvedBy               string      `json:"resolvedBy,omitempty"` // by name
	Reason                   string      `json:"reason,omitempty"`     // why it was resolved, in a word
	*SoldTwice                           // of an alert about a double booking; nil for every other
	Event                    int64       `json:"-"` // the last event about it
}

// SoldTwice is what an alert about a double booking is about.
type SoldTwice struct {
	Bookings []string `json:"bookings"` // ids of those that meet
	From     Date     `json:"from"`     // the first night
	To       Date     `json:"to"`       // the day after the last
}

// Subject names the alert in events and cards. A key may hold colons, a slug may
// not: with its place left empty, a system alert shares no card with a
// property's.
func (a Alert) Subject() string {
	return "alert:" + a.Property + ":" + a.Key
}

// Topic is where the alert happens: its property, or the system.
func (a Alert) Topic() Topic {
	if a.Property == "" {
		return System
	}
	return PropertyTopic(a.Property)
}

// Open reports whether the alert still wants somebody.
func (a Alert) Open() bool { return a.Status != Resolved }

// AlertChange is what an alert event from outside says.
type AlertChange struct {
	Key, Property string
	Title, Detail Field[string]
	Reason        string // of resolving it
	Clash         *SoldTwice
	Priority      Priority
}

// Apply takes an alert one step further. existing is false at first sight. It
// reports changed = false when everything already is as the change says.
func (a Alert) Apply(t Type, c AlertChange, existing bool, by string, now time.Time) (next Alert, changed bool, err error) {
	next = a
	if c.Title.Given && !sameText(a.Title, c.Title.Value) {
		next.Title = c.Title.Value
	}
	if c.Detail.Given && !sameText(a.Detail, c.Detail.Value) {
		next.Detail = c.Detail.Value
	}
	if c.Clash != nil && !a.SoldTwice.same(c.Clash) {
		next.SoldTwice = c.Clash
	}
	if c.Priority != "" {
		next.Priority = c.Priority
	}
	switch t {
	case AlertRaised:
		if !existing || a.Status == Resolved {
			next.RaisedAt, next.Status = now, Raised
			next.AcknowledgedBy, next.AcknowledgedAt, next.PreviouslyAcknowledgedBy, next.ResolvedAt = "", nil, "", nil
			next.ResolvedBy, next.Reason = "", ""
		}
	case AlertAcknowledged, AlertResolved:
		if !existing {
			return a, false, NoSuch("alert")
		}
		if t == AlertResolved && a.Status != Resolved {
			next.Status, next.ResolvedAt, next.PreviouslyAcknowledgedBy = Resolved, &now, ""
			next.ResolvedBy, next.Reason = by, c.Reason
		}
		if t == AlertAcknowledged && a.Status == Resolved {
			return a, false, E(Conflict, "This alert is resolved already; raise it again if it came back.")
		}
		if t == AlertAcknowledged && a.Status == Raised {
			next.Status, next.AcknowledgedBy, next.AcknowledgedAt, next.PreviouslyAcknowledgedBy = Acknowledged, by, &now, ""
		}
	}
	if next.Title == "" {
		return a, false, InvalidFields([]FieldError{{"title", "is needed when an alert is first raised"}})
	}
	return next, !existing || next != a, nil
}

// TakeOver makes an alert that somebody has acknowledged another's.
func (a Alert) TakeOver(by string, now time.Time) Alert {
	a.PreviouslyAcknowledgedBy = a.AcknowledgedBy
	a.AcknowledgedBy, a.AcknowledgedAt = by, &now
	return a
}

// Release ends an acknowledgement: the alert needs somebody again.
// It reports false when nobody had it.
func (a Alert) Release() (next Alert, released bool) {
	if a.Status != Acknowledged {
		return a, false
	}
	a.Status, a.PreviouslyAcknowledgedBy = Raised, a.AcknowledgedBy
	a.AcknowledgedBy, a.AcknowledgedAt = "", nil
	return a, true
}

func (s *SoldTwice) same(other *SoldTwice) bool {
	return s != nil && s.From == other.From && s.To == other.To && slices.Equal(s.Bookings, other.Bookings)
}
