package inn

import (
	"encoding/json"
	"time"
)

// Publication is one event as somebody outside reports it, read and checked
// field by field, whichever of the three shapes it came in. Exactly one of
// Booking, Alert, Property, Unit, Block and Report is set, as the type's kind demands.
type Publication struct {
	Type     Type
	Priority Priority  // "" for the type's own
	At       time.Time // when it happened, as reported; zero for now
	Heard    time.Time // when the house heard of it; zero for now, which it is but for a history that is made up

	Emails []string // affectedUsers
	Role   Role
	Rooms  []string

	Booking  *BookingChange
	Alert    *AlertChange
	Property *PropertyChange
	Unit     *UnitChange
	Block    *BlockChange
	Report   *Report
}

// Batch is what one request publishes, all or nothing. Array says that it came
// as an array, so that errors and answers speak of places in it.
type Batch struct {
	Publications []Publication
	Array        bool
}

// Report is what a metrics or user event from outside says: kept and shown as
// reported by that key, and never mixed into computed figures or the audit.
type Report struct {
	Property string // "" for the whole house
	Payload  json.RawMessage
}
