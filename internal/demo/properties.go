package demo

import (
	"time"

	"baithaka/internal/inn"
)

// house is a property, or the desk, with what can be booked there.
type house struct {
	inn.Property
	offers []offer
	zone   *time.Location
}

// offer is one thing that can be booked. A room or a car is one there is; a ride
// or a tour is sold as often as somebody asks.
type offer struct {
	title    string
	price    int // major units, for a night or day, a ride, or a person on a tour
	guests   int // at the most
	category inn.Category
	currency string
}

// houses returns the eight properties, and the desk last.
func houses() []house {
	return []house{
		open(inn.Property{Slug: "lake-house", Name: "Lake House", Category: inn.Stay, Units: 6, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"},
			offer{title: "Lake room with balcony", price: 5800, guests: 2},
			offer{title: "Lake room, upper floor", price: 5400, guests: 2},
			offer{title: "Courtyard room", price: 4200, guests: 2},
			offer{title: "Courtyard twin", price: 4200, guests: 2},
			offer{title: "Garden suite", price: 7600, guests: 4},
			offer{title: "Family room", price: 6900, guests: 5}),
		open(inn.Property{Slug: "hill-cottage", Name: "Hill Cottage", Category: inn.Stay, Units: 3, Currency: "EUR", Zone: "Europe/Rome", Country: "IT"},
			offer{title: "Olive room", price: 118, guests: 2},
			offer{title: "Fig room", price: 112, guests: 2},
			offer{title: "The barn", price: 196, guests: 6}),
		open(inn.Property{Slug: "spice-garden", Name: "Spice Garden", Category: inn.Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"},
			offer{title: "Cardamom room", price: 3400, guests: 2},
			offer{title: "Pepper room", price: 3400, guests: 2},
			offer{title: "Clove room", price: 3100, guests: 2},
			offer{title: "Tree house", price: 5200, guests: 3}),
		open(inn.Property{Slug: "casa-do-rio", Name: "Casa do Rio", Category: inn.Stay, Units: 5, Currency: "EUR", Zone: "Europe/Lisbon", Country: "PT"},
			offer{title: "River studio", price: 96, guests: 2},
			offer{title: "River studio, second floor", price: 102, guests: 2},
			offer{title: "Tile apartment", price: 128, guests: 4},
			offer{title: "Terrace apartment", price: 144, guests: 4},
			offer{title: "Attic", price: 78, guests: 2}),
		open(inn.Property{Slug: "harbour-rooms", Name: "Harbour Rooms", Category: inn.Stay, Units: 4, Currency: "GBP", Zone: "Europe/London", Country: "GB"},
			offer{title: "Room 1, harbour view", price: 124, guests: 2},
			offer{title: "Room 2, harbour view", price: 124, guests: 2},
			offer{title: "Room 3", price: 98, guests: 2},
			offer{title: "Loft", price: 152, guests: 4}),
		open(inn.Property{Slug: "gion-machiya", Name: "Gion Machiya", Category: inn.Stay, Units: 2, Currency: "JPY", Zone: "Asia/Tokyo", Country: "JP"},
			offer{title: "Street house", price: 28000, guests: 4},
			offer{title: "Garden house", price: 34000, guests: 5}),
		open(inn.Property{Slug: "lakeside-cars", Name: "Lakeside Cars", Category: inn.Car, Units: 5, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"},
			offer{title: "Hatchback", price: 1900, guests: 4},
			offer{title: "Hatchback, automatic", price: 2200, guests: 4},
			offer{title: "Saloon with driver", price: 3400, guests: 4},
			offer{title: "Seven-seater with driver", price: 4600, guests: 7},
			offer{title: "Open jeep", price: 2900, guests: 4}),
		open(inn.Property{Slug: "old-town-walks", Name: "Old Town Walks", Category: inn.Tour, Units: 12, Currency: "EUR", Zone: "Europe/Lisbon", Country: "PT"},
			offer{title: "Alfama before breakfast", price: 28, guests: 6},
			offer{title: "Tiles and custard tarts", price: 36, guests: 6},
			offer{title: "Fado night walk", price: 45, guests: 4}),
		open(inn.Property{Slug: inn.Desk, Name: "Desk", Category: inn.Transfer, Currency: "INR", Zone: "Asia/Kolkata"},
			offer{title: "Udaipur airport to Lake House", price: 1600, guests: 4},
			offer{title: "Lake House to Jodhpur", price: 6800, guests: 4},
			offer{title: "Kochi airport to Spice Garden", price: 4900, guests: 6},
			offer{title: "Lisbon airport to Casa do Rio", price: 34, guests: 4, currency: "EUR"},
			offer{title: "Pisa airport to Hill Cottage", price: 88, guests: 6, currency: "EUR"},
			offer{title: "Sunset on Lake Pichola", price: 1200, guests: 6, category: inn.Tour},
			offer{title: "Old Udaipur on foot", price: 900, guests: 6, category: inn.Tour},
			offer{title: "Kumbhalgarh by car, one day", price: 5200, guests: 4, category: inn.Car}),
	}
}

// open makes a house of a property: what is sold there is of its category and
// in its currency unless the offer says otherwise.
func open(p inn.Property, offers ...offer) house {
	for i := range offers {
		if offers[i].category == "" {
			offers[i].category = p.Category
		}
		if offers[i].currency == "" {
			offers[i].currency = p.Currency
		}
	}
	return house{p, offers, p.Location()}
}
