package inn

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func BenchmarkMeasure(b *testing.B) {
	properties := make([]Property, 20)
	for i := range properties {
		properties[i] = Property{Slug: fmt.Sprint("p", i), Category: Stay, Units: 10, Currency: "EUR", Zone: "Europe/Rome"}
	}
	bookings := make([]Booking, 10_000)
	for i := range bookings {
		in := Date("2026-10-01").Add(i % 80)
		bookings[i] = Booking{ID: fmt.Sprint(i), Property: properties[i%20].Slug, Category: Stay, Customer: fmt.Sprint("Guest ", i%3000), Status: Confirmed,
			CheckIn: in, CheckOut: in.Add(1 + i%7), Units: 1, Price: Money{int64(10000 + i), "EUR"}, Priced: true,
			BookedAt: in.Time().Add(-time.Hour), ConfirmedAt: in.Time()}
	}
	sales := sold(bookings...)
	b.ReportAllocs()
	for b.Loop() {
		Measure("portfolio", properties, nil, sales, tenth, 30)
	}
}

func BenchmarkBookingMarshalJSON(b *testing.B) {
	one := asha()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(one); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRedact(b *testing.B) {
	data, err := json.Marshal(asha())
	if err != nil {
		b.Fatal(err)
	}
	e := &Event{ID: 1, Type: BookingNew, Property: "lake-house", Data: data}
	b.ReportAllocs()
	for b.Loop() {
		Redact(e, Visibility{})
	}
}

func BenchmarkSees(b *testing.B) {
	v := Viewer{UserID: 1, Role: Staff, Properties: []string{"a", "b", "lake-house"}}
	e := &Event{Type: BookingNew, Topic: PropertyTopic("lake-house"), Property: "lake-house"}
	b.ReportAllocs()
	for b.Loop() {
		if !v.Sees(e) {
			b.Fatal("not seen")
		}
	}
}
