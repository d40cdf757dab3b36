package views

import (
	"baithaka/internal/inn"
)

// change is one thing that changed, in words: "12–15 Jan" → "13–16 Jan". From
// and To are both empty where the values are not to be shown.
type change struct{ Label, From, To string }

// dateChange returns the change of a booking's dates, both ends as one, with the
// year where that is not the given one. A change from one year to another says
// both.
func dateChange(b inn.Booking, year int) (change, bool) {
	in, inChanged := b.ChangeOf("checkIn")
	out, outChanged := b.ChangeOf("checkOut")
	if !inChanged && !outChanged {
		return change{}, false
	}
	was := b
	if inChanged {
		was.CheckIn = inn.Date(in.From)
	}
	if outChanged {
		was.CheckOut = inn.Date(out.From)
	}
	for _, d := range []inn.Date{was.CheckIn, was.CheckOut, b.CheckIn, b.CheckOut} {
		if d != "" && d.Year() != year {
			year = 0
		}
	}
	return change{From: dates(was.CheckIn, was.CheckOut, year), To: stay(b, year)}, true
}

// priceBefore returns the amount a booking had before its last change.
func priceBefore(b inn.Booking) (string, bool) {
	amount, changed := b.ChangeOf("amount")
	if !changed || amount.From == "" {
		return "", false
	}
	currency := b.Price.Currency
	if c, changed := b.ChangeOf("currency"); changed {
		currency = c.From
	}
	before, err := inn.ParseMoney(amount.From, currency)
	if err != nil {
		return "", false
	}
	return price(inn.Booking{Price: before, Priced: true}), true
}

// changeLabels name the fields whose change is told beside dates, amount and
// status, which have their own place on a card.
var changeLabels = map[string]string{
	"type":          "kind",
	"title":         "title",
	"customerName":  "name",
	"units":         "units",
	"guests":        "guests",
	"country":       "country",
	"source":        "source",
	"externalId":    "reference",
	"customerEmail": "e-mail",
	"customerPhone": "phone",
	"notes":         "notes",
	"propertyId":    "property",
}

// otherChanges returns what else the last event changed. Contacts say only that
// they did: a card is read over shoulders.
func otherChanges(b inn.Booking) []change {
	var changes []change
	for _, c := range b.Changed {
		label, told := changeLabels[c.Field]
		if !told {
			continue
		}
		switch c.Field {
		case "customerEmail", "customerPhone", "notes", "propertyId":
			changes = append(changes, change{Label: label})
		case "type":
			changes = append(changes, change{label, kindBefore(c.From), categoryName(b.Category)})
		default:
			changes = append(changes, change{label, known(c.From), known(c.To)})
		}
	}
	return changes
}

func kindBefore(from string) string {
	if from == "" {
		return known("")
	}
	return categoryName(inn.Category(from))
}

// known stands in for a value that was not known.
func known(value string) string {
	if value == "" || value == "0" {
		return "none"
	}
	return value
}
