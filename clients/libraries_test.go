package clients

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	launchdarkly "github.com/launchdarkly/eventsource"
	r3labs "github.com/r3labs/sse/v2"
	tmaxmax "github.com/tmaxmax/go-sse"
	"gopkg.in/cenkalti/backoff.v1"
)

// heard is what a library gave its user: an event, or that it has ended for good.
type heard struct {
	Event, Data string
	Ended       string
}

// library opens a stream and tells what it hears until the context ends.
type library struct {
	name, version string
	settings      string // what it needs beside the key, "" for as it comes
	open          func(ctx context.Context, url, key string, tell func(heard))
}

func request(ctx context.Context, url, key string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		panic(err) // of our own making
	}
	r.Header.Set("Authorization", "Bearer "+key)
	return r
}

// goLibraries are those of Go: each as it comes and, where that is not enough,
// with settings.
var goLibraries = []library{
	{"github.com/r3labs/sse/v2", "2.10.0", "", func(ctx context.Context, url, key string, tell func(heard)) {
		c := r3labs.NewClient(url)
		c.Headers["Authorization"] = "Bearer " + key
		err := c.SubscribeRawWithContext(ctx, func(m *r3labs.Event) { tell(heard{Event: string(m.Event), Data: string(m.Data)}) })
		tell(heard{Ended: fmt.Sprint(err)})
	}},
	{"github.com/r3labs/sse/v2", "2.10.0", "`ReconnectStrategy` without an end (it gives up after 15 minutes); end the context at `bye`", func(ctx context.Context, url, key string, tell func(heard)) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		c := r3labs.NewClient(url, r3labs.ClientMaxBufferSize(1<<20))
		c.Headers["Authorization"] = "Bearer " + key
		forEver := backoff.NewExponentialBackOff()
		forEver.MaxElapsedTime, forEver.MaxInterval = 0, 30*time.Second
		c.ReconnectStrategy = backoff.WithContext(forEver, ctx)
		err := c.SubscribeRawWithContext(ctx, func(m *r3labs.Event) {
			tell(heard{Event: string(m.Event), Data: string(m.Data)})
			if string(m.Event) == "bye" {
				cancel()
			}
		})
		tell(heard{Ended: fmt.Sprint(err)})
	}},
	{"github.com/tmaxmax/go-sse", "0.12.0", "", func(ctx context.Context, url, key string, tell func(heard)) {
		c := tmaxmax.NewConnection(request(ctx, url, key))
		c.SubscribeToAll(func(e tmaxmax.Event) { tell(heard{Event: e.Type, Data: e.Data}) })
		tell(heard{Ended: fmt.Sprint(c.Connect())})
	}},
	{"github.com/tmaxmax/go-sse", "0.12.0", "`Backoff.MaxInterval`; call `Connect` again when it ends, unless with 401; end the context at `bye`", func(ctx context.Context, url, key string, tell func(heard)) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		client := tmaxmax.Client{
			Backoff: tmaxmax.Backoff{InitialInterval: time.Second, Multiplier: 1.5, Jitter: 0.5, MaxInterval: 30 * time.Second},
		}
		c := client.NewConnection(request(ctx, url, key))
		c.SubscribeToAll(func(e tmaxmax.Event) {
			tell(heard{Event: e.Type, Data: e.Data})
			if e.Type == "bye" {
				cancel()
			}
		})
		for {
			err := c.Connect()
			if ctx.Err() != nil || strings.Contains(err.Error(), "401") {
				tell(heard{Ended: fmt.Sprint(err)})
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}},
	{"github.com/launchdarkly/eventsource", "1.11.0", "", func(ctx context.Context, url, key string, tell func(heard)) {
		followLaunchDarkly(ctx, tell, false, request(ctx, url, key))
	}},
	{"github.com/launchdarkly/eventsource", "1.11.0", "`StreamOptionCanRetryFirstConnection(-1)`, `StreamOptionUseBackoff`, an error handler that closes at 401; `Close` at `bye`", func(ctx context.Context, url, key string, tell func(heard)) {
		followLaunchDarkly(ctx, tell, true, request(ctx, url, key),
			launchdarkly.StreamOptionCanRetryFirstConnection(-1), launchdarkly.StreamOptionInitialRetry(time.Second),
			launchdarkly.StreamOptionUseBackoff(30*time.Second), launchdarkly.StreamOptionUseJitter(0.5),
			launchdarkly.StreamOptionErrorHandler(func(err error) launchdarkly.StreamErrorHandlerResult {
				refused, is := err.(launchdarkly.SubscriptionError)
				return launchdarkly.StreamErrorHandlerResult{CloseNow: is && refused.Code == http.StatusUnauthorized}
			}))
	}},
}

func followLaunchDarkly(ctx context.Context, tell func(heard), byes bool, r *http.Request, options ...launchdarkly.StreamOption) {
	s, err := launchdarkly.SubscribeWithRequestAndOptions(r, options...)
	if err != nil {
		tell(heard{Ended: err.Error()})
		return
	}
	defer s.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case e, open := <-s.Events:
			if !open {
				tell(heard{Ended: "closed"})
				return
			}
			tell(heard{Event: e.Event(), Data: e.Data()})
			if byes && e.Event() == "bye" {
				tell(heard{Ended: "bye"})
				return
			}
		case <-s.Errors: // read, or the stream waits
		}
	}
}
