package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// with is a good booking event with one field of the payload replaced or added.
func with(field, value string) string {
	fields := []string{`"id":"BK-bad"`, `"type":"property"`, `"title":"T"`, `"customerName":"C"`, `"amount":100`, `"currency":"INR"`}
	replaced := false
	for i, f := range fields {
		if strings.HasPrefix(f, `"`+field+`":`) {
			fields[i], replaced = fmt.Sprintf(`%q:%s`, field, value), true
		}
	}
	if !replaced {
		fields = append(fields, fmt.Sprintf(`%q:%s`, field, value))
	}
	return `{"type":"booking:new","property":"lake-house","payload":{` + strings.Join(fields, ",") + `}}`
}

// top is a good booking event with one more field above the payload.
func top(field, value string) string {
	return strings.Replace(with("units", "1"), `"property":"lake-house"`, fmt.Sprintf(`"property":"lake-house",%q:%s`, field, value), 1)
}

func without(field string) string {
	return strings.Replace(with(field, "0"), fmt.Sprintf(`%q:0,`, field), "", 1)
}

func array(n int, item string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

func utf16LE(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

const alert = `{"type":"alert:raised","property":"lake-house","payload":%s}`

// bad is one publish that must be refused: how, and which field is to blame
// ("" for none).
type bad struct {
	name, body string
	status     int
	pointer    string
	headers    []string
}

func badBodies() []bad {
	good := with("units", "1")
	future := time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	return []bad{
		{"truncated", good[:len(good)-5], 400, "", nil},
		{"empty", "", 400, "", nil},
		{"spaces", " \n\t", 400, "", nil},
		{"null", "null", 422, "", nil},
		{"a number", "17", 422, "", nil},
		{"a string", `"booking:new"`, 422, "", nil},
		{"trailing garbage", good + "x", 400, "", nil},
		{"a second value", good + good, 400, "", nil},
		{"NaN", with("amount", "NaN"), 400, "", nil},
		{"infinity", with("amount", "Infinity"), 400, "", nil},
		{"duplicate names", with("x", `1,"x":2`), 400, "", nil},
		{"duplicate names by escape", with("x", `1,"\u0078":2`), 400, "", nil},
		{"deep nesting", with("title", strings.Repeat("[", 10000)+strings.Repeat("]", 10000)), 400, "", nil},
		{"invalid UTF-8", with("title", "\"a\xff\""), 400, "", nil},
		{"UTF-16", utf16LE(good), 400, "", nil},
		{"a byte order mark", "\ufeff" + good, 400, "", nil},
		{"NUL", with("title", "\"a\x00\""), 400, "", nil},
		{"a raw line break", with("title", "\"a\nb\""), 400, "", nil},
		{"single quotes", strings.ReplaceAll(good, `"`, `'`), 400, "", nil},
		{"a trailing comma", strings.Replace(good, "}}", ",}}", 1), 400, "", nil},
		{"a comment", "/* */" + good, 400, "", nil},
		{"300 KiB", with("notes", `"`+strings.Repeat("a", 300<<10)+`"`), 413, "", nil},
		{"array above 1 MiB", array(3, with("notes", `"`+strings.Repeat("a", 400<<10)+`"`)), 413, "", nil},
		{"no media type", good, 415, "", []string{"Content-Type", ""}},
		{"text", good, 415, "", []string{"Content-Type", "text/plain"}},
		{"a form", good, 415, "", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"a broken media type", good, 415, "", []string{"Content-Type", "application/json; charset"}},
		{"no key", good, 401, "", []string{"Authorization", ""}},
		{"a wrong key", good, 401, "", []string{"Authorization", "Bearer bk_0000000000000000000000000000000000000000"}},
		{"basic authorization", good, 401, "", []string{"Authorization", "Basic eDp5"}},

		{"unknown type", `{"type":"booking:imagined","payload":{"id":"a"}}`, 422, "/type", nil},
		{"no type", `{"payload":{"id":"a"}}`, 422, "/type", nil},
		{"type of another type", `{"type":7,"payload":{"id":"a"}}`, 422, "/type", nil},
		{"booking:moved", strings.Replace(good, "booking:new", "booking:moved", 1), 422, "/type", nil},
		{"member:changed", `{"type":"member:changed","payload":{}}`, 422, "/type", nil},
		{"session:ended", `{"type":"session:ended","payload":{"session":1}}`, 422, "/type", nil},
		{"notification:read", `{"type":"notification:read","payload":{"all":true}}`, 422, "/type", nil},
		{"an empty kind", `{"type":"","data":{}}`, 422, "/type", nil},
		{"no payload", `{"type":"booking:new","property":"lake-house"}`, 422, "/payload", nil},
		{"null payload", `{"type":"booking:new","payload":null}`, 422, "/payload", nil},
		{"array payload", `{"type":"booking:new","payload":[]}`, 422, "/payload", nil},
		{"string payload", `{"type":"metrics:update","property":"lake-house","payload":"x"}`, 422, "/payload", nil},
		{"payload and data", `{"type":"booking:new","payload":{"id":"a"},"data":{"id":"a"}}`, 422, "/payload", nil},
		{"unknown field above", top("colour", `"red"`), 422, "/colour", nil},
		{"unknown field", with("colour", `"red"`), 422, "/payload/colour", nil},
		{"unknown field with a slash", with("a/b~", `1`), 422, "/payload/a~1b~0", nil},
		{"unknown property", strings.Replace(good, "lake-house", "no-house", 1), 404, "/property", nil},
		{"unknown property in the payload", strings.Replace(with("propertyId", `"no-house"`), `"property":"lake-house",`, "", 1), 404, "/payload/propertyId", nil},
		{"unknown property of an alert", `{"type":"alert:raised","payload":{"propertyId":"no-house","key":"k","title":"T"}}`, 404, "/payload/propertyId", nil},
		{"unknown property in A's form", `{"type":"property_update","data":{"propertyId":"no-house","status":"maintenance"}}`, 404, "/data/propertyId", nil},
		{"unknown property in the third of three", "[" + with("id", `"A-1"`) + "," + with("id", `"A-2"`) + "," + strings.Replace(with("propertyId", `"no-house"`), `"property":"lake-house",`, "", 1) + "]", 404, "/2/payload/propertyId", nil},
		{"property of another shape", strings.Replace(good, `"lake-house"`, `"Lake House!"`, 1), 422, "/property", nil},
		{"property and propertyId differ", with("propertyId", `"hill-cottage"`), 422, "/payload/propertyId", nil},
		{"unknown currency", with("currency", `"XYZ"`), 422, "/payload/currency", nil},
		{"lower-case currency", with("currency", `"inr"`), 422, "/payload/currency", nil},
		{"currency of another type", with("currency", `12`), 422, "/payload/currency", nil},
		{"amount without currency", without("currency"), 422, "/payload/currency", nil},
		{"too many decimals", with("amount", "1.005"), 422, "/payload/amount", nil},
		{"1e400", with("amount", "1e400"), 422, "/payload/amount", nil},
		{"1e15", with("amount", "1e15"), 422, "/payload/amount", nil},
		{"huge amount", with("amount", strings.Repeat("9", 39)), 422, "/payload/amount", nil},
		{"negative amount", with("amount", "-1"), 422, "/payload/amount", nil},
		{"amount as string", with("amount", `"100"`), 422, "/payload/amount", nil},
		{"amount as object", with("amount", `{"value":100}`), 422, "/payload/amount", nil},
		{"negative units", with("units", "-1"), 422, "/payload/units", nil},
		{"no units", with("units", "0"), 422, "/payload/units", nil},
		{"half a unit", with("units", "1.5"), 422, "/payload/units", nil},
		{"units as string", with("units", `"2"`), 422, "/payload/units", nil},
		{"huge integer", with("units", "99999999999999999999999"), 422, "/payload/units", nil},
		{"negative guests", with("guests", "-3"), 422, "/payload/guests", nil},
		{"negative version", with("version", "-1"), 422, "/payload/version", nil},
		{"huge version", with("version", "9223372036854775808"), 422, "/payload/version", nil},
		{"impossible date", with("checkIn", `"2026-02-30"`), 422, "/payload/checkIn", nil},
		{"date and time", with("checkIn", `"2026-02-03T10:00:00Z"`), 422, "/payload/checkIn", nil},
		{"date as number", with("checkIn", `20260203`), 422, "/payload/checkIn", nil},
		{"check-out before check-in", with("checkIn", `"2026-12-15","checkOut":"2026-12-12"`), 422, "/payload/checkOut", nil},
		{"eleven years", with("checkIn", `"2026-12-15","checkOut":"2037-12-16"`), 422, "/payload/checkOut", nil},
		{"a name of 10,000", with("customerName", `"`+strings.Repeat("é", 10000)+`"`), 422, "/payload/customerName", nil},
		{"a title of 201", with("title", `"`+strings.Repeat("é", 201)+`"`), 422, "/payload/title", nil},
		{"notes of 2,001", with("notes", `"`+strings.Repeat("é", 2001)+`"`), 422, "/payload/notes", nil},
		{"a blank title", with("title", `" \t\n "`), 422, "/payload/title", nil},
		{"no title", without("title"), 422, "/payload/title", nil},
		{"no customer", without("customerName"), 422, "/payload/customerName", nil},
		{"no id", without("id"), 422, "/payload/id", nil},
		{"null id", with("id", "null"), 422, "/payload/id", nil},
		{"empty id", with("id", `""`), 422, "/payload/id", nil},
		{"line break in an id", with("id", `"BK-1\nevent: bye"`), 422, "/payload/id", nil},
		{"blank in an id", with("id", `"BK 1"`), 422, "/payload/id", nil},
		{"an id of 65", with("id", `"`+strings.Repeat("a", 65)+`"`), 422, "/payload/id", nil},
		{"an id that looks alike", with("id", `"ВК-1"`), 422, "/payload/id", nil}, // Cyrillic
		{"externalId with a quote", with("externalId", `"a\"b"`), 422, "/payload/externalId", nil},
		{"unknown category", with("type", `"castle"`), 422, "/payload/type", nil},
		{"null category", with("type", `null`), 422, "/payload/type", nil},
		{"status differs from the type", with("status", `"cancelled"`), 422, "/payload/status", nil},
		{"unknown user", top("affectedUsers", `["nobody@house.test"]`), 422, "/affectedUsers/0", nil},
		{"users as string", top("affectedUsers", `"staff@house.test"`), 422, "/affectedUsers", nil},
		{"101 users", top("affectedUsers", array(101, `"staff@house.test"`)), 422, "/affectedUsers", nil},
		{"unknown room", top("rooms", `["lobby"]`), 422, "/rooms/0", nil},
		{"room of no property", top("rooms", `["system","property:no-house"]`), 422, "/rooms/1", nil},
		{"bad role", top("role", `"BUTLER"`), 422, "/role", nil},
		{"bad priority", top("priority", `"urgent"`), 422, "/priority", nil},
		{"future timestamp", top("timestamp", `"`+future+`"`), 422, "/timestamp", nil},
		{"future timestamp within", with("timestamp", `"`+future+`"`), 422, "/payload/timestamp", nil},
		{"comma in the timestamp", top("timestamp", `"2026-12-01T10:00:00,5Z"`), 422, "/timestamp", nil},
		{"hour of one digit", top("timestamp", `"2026-12-01T9:00:00Z"`), 422, "/timestamp", nil},
		{"offset of a day", with("timestamp", `"2026-11-01T10:00:00+24:00"`), 422, "/payload/timestamp", nil},
		{"money of another time", with("currency", `"HRK"`), 422, "/payload/currency", nil},
		{"timestamp without zone", top("timestamp", `"2026-01-01T10:00:00"`), 422, "/timestamp", nil},
		{"timestamp of another age", with("timestamp", `"0001-01-01T00:00:00Z"`), 422, "/payload/timestamp", nil},
		{"timestamp as number", with("timestamp", `1767225600000`), 422, "/payload/timestamp", nil},

		{"A's short form, unknown id", `{"type":"booking_update","data":{"bookingId":"BK-none","status":"confirmed"}}`, 404, "", nil},
		{"A's form, no id", `{"type":"booking_update","data":{"status":"confirmed"}}`, 422, "/data/bookingId", nil},
		{"A's form, unknown status", `{"type":"booking_update","data":{"bookingId":"BK-known","status":"levitating"}}`, 422, "/data/status", nil},
		{"impossible step", `{"type":"booking:checked_out","payload":{"id":"BK-known"}}`, 409, "", nil},
		{"impossible step, A's form", `{"type":"booking_update","data":{"bookingId":"BK-known","status":"checked_out"}}`, 409, "", nil},
		{"alert without key", fmt.Sprintf(alert, `{"title":"T"}`), 422, "/payload/key", nil},
		{"alert with null key", fmt.Sprintf(alert, `{"key":null,"title":"T"}`), 422, "/payload/key", nil},
		{"alert without title", fmt.Sprintf(alert, `{"key":"k"}`), 422, "/payload/title", nil},
		{"alert on the desk", strings.Replace(fmt.Sprintf(alert, `{"key":"k","title":"T"}`), "lake-house", "desk", 1), 422, "/property", nil},
		{"alert on the desk, said in the payload", `{"type":"alert:raised","payload":{"propertyId":"desk","key":"k","title":"T"}}`, 422, "/payload/propertyId", nil},
		{"resolving an unknown alert", strings.Replace(fmt.Sprintf(alert, `{"key":"none"}`), "raised", "resolved", 1), 404, "", nil},
		{"property event on the desk", `{"type":"property:status","property":"desk","payload":{"status":"open"}}`, 422, "/property", nil},
		{"property event without property", `{"type":"property:status","payload":{"status":"open"}}`, 422, "/payload/propertyId", nil},
		{"property event without status", `{"type":"property:status","property":"lake-house","payload":{}}`, 422, "/payload/status", nil},
		{"metrics of no house", `{"type":"metrics:update","property":"no-house","payload":{}}`, 404, "/property", nil},

		{"empty array", "[]", 422, "", nil},
		{"array of 501", array(501, `{"type":"x"}`), 422, "", nil},
		{"array of nulls", "[null]", 422, "/0", nil},
		{"array in an array", "[[]]", 422, "/0", nil},
		{"one bad of four", "[" + strings.Join([]string{with("id", `"A-1"`), with("id", `"A-2"`), with("id", `"A-3"`), with("amount", "-5")}, ",") + "]", 422, "/3/payload/amount", nil},
		{"one bad binding of four", "[" + strings.Join([]string{with("id", `"A-1"`), with("id", `"A-2"`), with("id", `"A-3"`), with("units", "-5")}, ",") + "]", 422, "/3/payload/units", nil},
		{"one impossible of four", "[" + strings.Join([]string{with("id", `"A-1"`), with("id", `"A-2"`), with("id", `"A-3"`), `{"type":"booking:checked_out","payload":{"id":"A-1"}}`}, ",") + "]", 409, "/3", nil},
		{"a bad idempotency key", good, 422, "/Idempotency-Key", []string{"Idempotency-Key", "with blanks"}},
	}
}

func TestBadPublishes(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	writer.publish(booking("new", "BK-known", "lake-house", ""))
	table := badBodies()
	reader := s.key("events:read")
	limited := s.key("events:write", "hill-cottage")
	before := s.stored()
	refused := func(b bad, as *caller) {
		t.Helper()
		assertProblem(t, b, as.post("/api/v1/events", b.body, b.headers...))
		assert.Equal(t, before, s.stored(), "%s: something was stored", b.name)
	}
	for _, b := range table {
		refused(b, writer)
	}
	good := with("units", "1")
	refused(bad{name: "wrong scope", body: good, status: 403}, reader)
	refused(bad{name: "key of another property", body: good, status: 404, pointer: "/property"}, limited)
	refused(bad{name: "another property's booking", body: `{"type":"booking:confirmed","payload":{"id":"BK-known"}}`, status: 404}, limited)
	refused(bad{name: "key without the desk", body: `{"type":"booking:new","payload":{"id":"BK-x","type":"car","title":"T","customerName":"C"}}`, status: 422, pointer: "/property"}, limited)
	refused(bad{name: "whole house", body: `{"type":"metrics:update","payload":{}}`, status: 422, pointer: "/property"}, limited)
	refused(bad{name: "system room", body: top("rooms", `["system"]`), status: 422, pointer: "/rooms/0"}, limited)

	r := writer.post("/api/v1/events", `{"type":"booking:checked_out","payload":{"id":"BK-known"}}`)
	assert.Contains(t, r.Body, "BK-known is new", "the conflict names the present status")

	writer.publish(good)
	assert.Equal(t, [3]int{before[0] + 1, before[1] + 1, before[2] + 1}, s.stored())
	assert.NotContains(t, s.logged.String(), "panic")
	assert.NotContains(t, s.logged.String(), `"level":"ERROR"`)
	t.Logf("%d bad publishes", len(table)+7)
}

// assertProblem holds an answer against RFC 9457 as CONTRACT has it.
func assertProblem(t *testing.T, b bad, r answer) {
	t.Helper()
	assert.Equal(t, b.status, r.Status, "%s: %s", b.name, r.Body)
	assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"), b.name)
	p := r.json(t)
	for _, name := range []string{"type", "title", "status", "detail"} {
		assert.Contains(t, p, name, b.name)
	}
	assert.InDelta(t, b.status, p["status"], 0, b.name)
	assert.Equal(t, http.StatusText(b.status), p["title"], b.name)
	assert.NotEmpty(t, p["detail"], b.name)
	if b.pointer != "" {
		var pointers []string
		list, _ := p["errors"].([]any)
		for _, e := range list {
			field, _ := e.(map[string]any)
			require.NotEmpty(t, field["detail"], b.name)
			pointers = append(pointers, fmt.Sprint(field["pointer"]))
		}
		assert.Contains(t, pointers, b.pointer, "%s: %s", b.name, r.Body)
	}
	for _, internal := range []string{"json:", "sql", "SQL", "invalid character", "goroutine", ".go:", "unmarshal", "Unmarshal", "/tmp", "strconv", "inn.", "panic"} {
		assert.NotContains(t, r.Body, internal, b.name)
	}
}
