package handlers

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// afterNames are the parameters that say from where to go on, the first that is
// given counts. The others are what client libraries send who cannot set a header.
var afterNames = []string{"after", "lastEventId", "lastEventID"}

// resumesAfter returns the position after which a request asks to go on; "" when it
// asks for none. One that is asked for under a name that means nothing here is
// refused: passed over, it would be a silent gap. known are the other parameters of
// the address.
func resumesAfter(c echo.Context, known ...string) (after string, err error) {
	query := c.QueryParams()
	for name := range query {
		if !slices.Contains(afterNames, name) && !slices.Contains(known, name) && looksLikePosition(name) {
			return "", &inn.Error{Code: inn.Malformed, Text: "That parameter means nothing here. To go on from a position send it as ?after=; a stream takes the header Last-Event-ID too.",
				Fields: []inn.FieldError{{Field: clipped(name), Detail: "is not known; say after"}}}
		}
	}
	for _, name := range afterNames {
		if after = query.Get(name); after != "" {
			break
		}
	}
	return after, nil
}

// positionWords are what other services call a position, in lower case and without
// what stands between the words.
var positionWords = []string{
	"after", "afterid", "before", "beforeid", "checkpoint", "cursor", "eventid", "from", "fromid", "fromposition", "last", "lastid", "lastmessageid",
	"lastseen", "offset", "position", "pos", "resume", "resumeafter", "resumefrom", "resumetoken", "seq", "sequence", "since", "sinceid", "start", "startafter",
	"startfrom", "startid", "startingafter", "startingposition",
}

func looksLikePosition(name string) bool {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return strings.Contains(plain, "lasteventid") || slices.Contains(positionWords, plain)
}

// clipped returns a name from outside as far as it is repeated to who sent it.
func clipped(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), inn.MaxIdentifier)], "")
}
