package inn

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// filled returns a value in which every field says something, whatever fields there
// are by now.
func filled(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		for i := range v.NumField() {
			filled(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		filled(key)
		filled(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("status") // the name of a field that everybody may see the change of
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	default:
		v.SetInt(1)
	}
}

// saying names the fields of a struct that say something.
func namesIn(v any) (names []string) {
	of := reflect.ValueOf(v)
	for i := range of.NumField() {
		if !of.Field(i).IsZero() {
			names = append(names, of.Type().Field(i).Name)
		}
	}
	return names
}

// Who adds a field to a booking or to the figures decides here who may see it.
// Until then it is those who may see all.
func TestAFieldThatNobodyNamedIsHidden(t *testing.T) {
	var b Booking
	filled(reflect.ValueOf(&b).Elem())
	all := namesIn(b)
	hidden := map[string]string{
		"Price": "money", "Priced": "money", "Email": "contacts", "Phone": "contacts", "Notes": "contacts", "Reason": "contacts",
	}
	open := "ID Property PropertyName Category Title Customer Status Country CheckIn CheckOut Units Guests Source ExternalID Version " +
		"Unit StartTime EndTime Place ToPlace Seats BookedAt ConfirmedAt EndedAt Last ChangedAt Changed By Event AcknowledgedBy AcknowledgedAt ErasedAt"
	for _, s := range []Visibility{{}, {Money: true}, {Contacts: true}, {Money: true, Contacts: true}} {
		want := strings.Fields(open)
		for field, need := range hidden {
			if need == "money" && s.Money || need == "contacts" && s.Contacts {
				want = append(want, field)
			}
		}
		assert.ElementsMatch(t, want, namesIn(b.Redact(s)), "%+v", s)
	}
	assert.Equal(t, all, namesIn(b.Redact(Visibility{Money: true, Contacts: true, AllProperties: true})))

	var m Metrics
	filled(reflect.ValueOf(&m).Elem())
	assert.ElementsMatch(t, strings.Fields("Scope Window ActiveBookings BookingsChange TotalCustomers CustomersChange Occupancy Timestamp Tonight NewToday Trend WindowLen Undated"),
		namesIn(m.Redact(Visibility{Contacts: true})))
	assert.ElementsMatch(t, []string{"Bookings", "Customers", "Occupancy"}, namesIn(m.Redact(Visibility{}).Trend))
	assert.Equal(t, m, m.Redact(Visibility{Money: true}))
}

// A booking says where it came from, and what it was there, to those only who see
// every property.
func TestAMovedBookingDoesNotNameWhereItCameFrom(t *testing.T) {
	b := asha()
	b.Changed = []Change{{"status", "new", "confirmed"}, {"propertyId", "hill-cottage", "lake-house"}, {"title", "Hill Cottage, 3 nights", "Lake House, 3 nights"}}
	for _, et := range []Type{BookingModified, BookingConfirmed, BookingReinstated} {
		e := event(t, et, b)
		for _, s := range []Visibility{{}, {Money: true}, {Contacts: true}, {Money: true, Contacts: true}} {
			var keys struct{ Changed []Change }
			seen := Redact(e, s)
			require.NoError(t, seen.Into(&keys))
			assert.Equal(t, []Change{{Field: "propertyId", To: "lake-house"}}, keys.Changed)
			assert.NotContains(t, strings.ToLower(string(seen.Data)), "hill")
		}
		assert.Same(t, e, Redact(e, Visibility{Money: true, Contacts: true, AllProperties: true}))
	}
}

// A field's name in capitals, in another object or with a longer name is another
// name: only what is named passes, and only in its form.
func TestWhatIsReportedPassesByNameAndForm(t *testing.T) {
	report := func(et Type, data string) *Event {
		return &Event{ID: 1, Type: et, Topic: House, Subject: "report:pms", Data: json.RawMessage(data)}
	}
	for _, c := range []struct {
		et         Type
		data, seen string
		visibility Visibility
	}{
		{UserAction, `{"action":"Changed the rates","title":"December","reported":"key:pms"}`, `{"action":"Changed the rates","title":"December","reported":"key:pms"}`, Visibility{}},
		{UserAction, `{"action":"refund","Amount":5000,"totalAmount":5000,"data":{"amount":5000},"list":[{"price":5000}]}`, `{"action":"refund"}`, Visibility{}},
		{UserAction, `{"action":{"amount":5000},"detail":[5000],"title":5000,"name":true}`, `{}`, Visibility{}},
		{UserAction, `{"Action":"x","EMAIL":"asha@x","guest":{"email":"asha@x"},"from":"asha@x"}`, `{}`, Visibility{Money: true}},
		{UserLogin, `{"user":"7","balance":12}`, `{}`, Visibility{Contacts: true}},
		{UserAction, `{"Amount":5000}`, `{"Amount":5000}`, Visibility{Money: true, Contacts: true}},
		{MetricsUpdate, `{"occupancy":7,"adr":3,"totalRevenue":5000,"reported":"key:pms"}`, `{"occupancy":7,"reported":"key:pms"}`, Visibility{Contacts: true}},
		{MetricsUpdate, `{"occupancy":{"INR":5000},"scope":{"revenue":1},"window":[5000],"timestamp":5000,"activeBookings":"INR 5000"}`, `{}`, Visibility{}},
		{MetricsUpdate, `{"scope":"INR 5000","window":"5000","timestamp":"INR 5000","property":"a b"}`, `{}`, Visibility{}},
		{MetricsUpdate, `{"scope":"property:lake-house","window":"30d","timestamp":"2026-12-01T10:00:00Z","bookingsChange":null}`,
			`{"scope":"property:lake-house","window":"30d","timestamp":"2026-12-01T10:00:00Z","bookingsChange":null}`, Visibility{}},
		{MetricsUpdate, `{"currencies":{"INR":{"totalRevenue":1,"adr":null,"guest":"asha@x","coverage":{"priced":1,"mail":"asha@x"}},"asha@x":{"adr":1}},"currency":"asha@x","Adr":1}`,
			`{"currencies":{"INR":{"totalRevenue":1,"adr":null,"coverage":{"priced":1}}}}`, Visibility{Money: true}},
		{MetricsUpdate, `{"guest":"asha@x","adr":1}`, `{"guest":"asha@x","adr":1}`, Visibility{Money: true, Contacts: true}},
	} {
		assert.JSONEq(t, c.seen, string(Redact(report(c.et, c.data), c.visibility).Data), "%s for %+v", c.data, c.visibility)
	}
	own := &Event{Type: UserAction, Topic: UserTopic(3), Subject: "user:3", Data: json.RawMessage(`{"name":"Asha","action":"signed out everywhere","detail":"all"}`)}
	assert.JSONEq(t, string(own.Data), string(Redact(own, Visibility{}).Data), "what one did oneself is told as it is")
}

// payload makes a random document in which every leaf is another value.
func payload(r *rand.Rand, depth int, next func() any) any {
	switch n := r.IntN(6); {
	case depth > 4 || n < 3:
		return next()
	case n == 3:
		list := make([]any, r.IntN(3))
		for i := range list {
			list[i] = payload(r, depth+1, next)
		}
		return list
	}
	names := slices.Collect(maps.Keys(with(with(moneyFigures, actionFields), with(reportedActionFields, map[string]form{
		"amount": nil, "Amount": nil, "totalAmount": nil, "INR": nil, "price": nil, "customerEmail": nil, "email": nil, "Action": nil, "phone": nil,
		"notes": nil, "coverage": nil, "payload": nil, "data": nil, "": nil, "ACTION": nil, "unknown": nil,
	}))))
	object := map[string]any{}
	for range r.IntN(8) {
		object[names[r.IntN(len(names))]] = payload(r, depth+1, next)
	}
	return object
}

// Whatever a program reports, nothing of it reaches a reader without money but
// what stands in the list, where and in the form in which it stands there.
func TestNothingPassesThatIsNotInTheList(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	count := 0
	for range 20_000 {
		next := func() any {
			count++
			return []any{1_000_000 + count, fmt.Sprintf("leaf-%d", count), fmt.Sprintf("leaf %d", count), true, nil, fmt.Sprintf("%dd", count%366+1)}[r.IntN(6)]
		}
		document, ok := payload(r, 0, next).(map[string]any)
		if !ok {
			continue
		}
		checkReport(t, []Type{UserAction, UserLogin, UserLogout, MetricsUpdate}[r.IntN(4)], document)
	}
}

// FuzzReports is the same for documents that nobody thought of.
func FuzzReports(f *testing.F) {
	f.Add(true, `{"action":{"amount":5000},"occupancy":{"INR":[1]},"Amount":1}`)
	f.Add(false, `{"currencies":{"INR":{"adr":{"adr":1}}},"scope":"a","window":"30d"}`)
	f.Fuzz(func(t *testing.T, figures bool, data string) {
		var document map[string]any
		if json.Unmarshal([]byte(data), &document) != nil || document == nil {
			return
		}
		checkReport(t, map[bool]Type{true: MetricsUpdate, false: UserAction}[figures], document)
	})
}

func checkReport(t *testing.T, et Type, document map[string]any) {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		return
	}
	var original map[string]any
	require.NoError(t, json.Unmarshal(data, &original))
	texts, numbers := []string{"reported", "name", "action", "title", "detail"}, []string(nil)
	if et == MetricsUpdate {
		texts = []string{"scope", "window", "timestamp", "property", "reported"}
		numbers = []string{"activeBookings", "bookingsChange", "totalCustomers", "customersChange", "occupancy"}
	}
	for _, s := range []Visibility{{}, {Contacts: true}, {Contacts: true, AllProperties: true}} {
		texts := texts
		if s.Contacts && et != MetricsUpdate {
			texts = append(slices.Clone(texts), "customerEmail", "customerPhone", "email", "phone", "notes")
		}
		var seen map[string]any
		require.NoError(t, Redact(&Event{Type: et, Subject: "report:pms", Data: data}, s).Into(&seen))
		for name, value := range seen {
			switch value.(type) {
			case string:
				require.Contains(t, texts, name, "%s", data)
			case float64, nil:
				require.Contains(t, numbers, name, "%s", data)
			default:
				t.Fatalf("%s let %v through of %s", name, value, data)
			}
			require.Equal(t, original[name], value, "%s", data)
		}
	}
}
