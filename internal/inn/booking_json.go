package inn

import (
	"encoding/json"
	"time"
)

// bookingPayload is a booking as programs see it: seed B's fields under seed
// B's names, and ours. What is not known is absent.
type bookingPayload struct {
	ID           string       `json:"id"`
	Category     Category     `json:"type"`
	Title        string       `json:"title"`
	Customer     string       `json:"customerName"`
	Amount       *json.Number `json:"amount,omitempty"`
	Currency     string       `json:"currency,omitempty"`
	Timestamp    time.Time    `json:"timestamp"`
	Status       Status       `json:"status"`
	Country      string       `json:"country,omitempty"`
	Property     string       `json:"propertyId,omitempty"`
	PropertyName string       `json:"propertyName,omitempty"`
	CheckIn      Date         `json:"checkIn,omitempty"`
	CheckOut     Date         `json:"checkOut,omitempty"`
	Units        int          `json:"units,omitempty"`
	Guests       int          `json:"guests,omitempty"`
	Unit         string       `json:"unit,omitempty"`
	StartTime    string       `json:"startTime,omitempty"`
	EndTime      string       `json:"endTime,omitempty"`
	Place        string       `json:"place,omitempty"`
	ToPlace      string       `json:"toPlace,omitempty"`
	Seats        int          `json:"seats,omitempty"`
	Source       string       `json:"source,omitempty"`
	ExternalID   string       `json:"externalId,omitempty"`
	Version      int64        `json:"version,omitempty"`
	Email        string       `json:"customerEmail,omitempty"`
	Phone        string       `json:"customerPhone,omitempty"`
	Notes        string       `json:"notes,omitempty"`
	Reason       string       `json:"reason,omitempty"`
	BookedAt     time.Time    `json:"bookedAt"`
	Changed      []Change     `json:"changed,omitempty"`
}

// MarshalJSON writes the booking as the payload of CONTRACT's events.
func (b Booking) MarshalJSON() ([]byte, error) {
	p := bookingPayload{
		ID: b.ID, Category: b.Category, Title: b.Title, Customer: b.Customer, Currency: b.Price.Currency,
		Timestamp: b.ChangedAt.UTC(), Status: b.Status, Country: b.Country, Property: b.Property, PropertyName: b.PropertyName,
		CheckIn: b.CheckIn, CheckOut: b.CheckOut, Units: b.Units, Guests: b.Guests,
		Unit: b.Unit, StartTime: b.StartTime, EndTime: b.EndTime, Place: b.Place, ToPlace: b.ToPlace, Seats: b.Seats, Reason: b.Reason,
		Source: b.Source, ExternalID: b.ExternalID, Version: b.Version,
		Email: b.Email, Phone: b.Phone, Notes: b.Notes, BookedAt: b.BookedAt.UTC(), Changed: b.Changed,
	}
	if b.Priced {
		n := json.Number(b.Price.String())
		p.Amount = &n
	}
	return json.Marshal(p)
}

// UnmarshalJSON reads a snapshot back.
func (b *Booking) UnmarshalJSON(data []byte) error {
	var p bookingPayload
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*b = Booking{
		ID: p.ID, Category: p.Category, Title: p.Title, Customer: p.Customer, Price: Money{Currency: p.Currency},
		ChangedAt: p.Timestamp, Status: p.Status, Country: p.Country, Property: p.Property, PropertyName: p.PropertyName,
		CheckIn: p.CheckIn, CheckOut: p.CheckOut, Units: p.Units, Guests: p.Guests,
		Unit: p.Unit, StartTime: p.StartTime, EndTime: p.EndTime, Place: p.Place, ToPlace: p.ToPlace, Seats: p.Seats, Reason: p.Reason,
		Source: p.Source, ExternalID: p.ExternalID, Version: p.Version,
		Email: p.Email, Phone: p.Phone, Notes: p.Notes, BookedAt: p.BookedAt, Changed: p.Changed,
	}
	if p.Amount != nil {
		price, err := ParseMoney(string(*p.Amount), p.Currency)
		if err != nil {
			return err
		}
		b.Price, b.Priced = price, true
	}
	return nil
}

// Booking returns the booking as it was after the event.
func (e *Event) Booking() (Booking, error) {
	var b Booking
	if err := e.Into(&b); err != nil {
		return Booking{}, err
	}
	b.Last, b.Event, b.By = e.Type, e.ID, e.By
	return b, nil
}
