package command

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"baithaka/handlers"
	"baithaka/internal/delivery"
)

// serverFlags are what serve and demo have in common.
type serverFlags struct {
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8080"`
	StreamOrigin []string `help:"Origins of pages elsewhere that may open a stream by a ticket, for example https://www.example.com." placeholder:"ORIGIN"`
}

// streamOrigins checks --stream-origin. Origins are compared as browsers write
// them: in lower case, without the scheme's own port and without a path.
func (f serverFlags) streamOrigins() ([]string, error) {
	for _, origin := range f.StreamOrigin {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || origin != u.Scheme+"://"+u.Host || origin != strings.ToLower(origin) ||
			u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] || strings.HasSuffix(u.Host, ":") {
			return nil, fmt.Errorf("--stream-origin %s is not an origin as browsers send it, such as https://www.example.com", origin)
		}
	}
	return f.StreamOrigin, nil
}

type serveCmd struct {
	dataFlag
	serverFlags
	PublicURL         *url.URL `help:"How browsers reach the server, for example https://desk.example.com."`
	TrustedProxy      []string `help:"Networks of proxies whose forwarding headers are believed (CIDR)." placeholder:"CIDR"`
	StreamsPerPerson  int      `help:"Streams one person may have open; 0 for no limit." default:"20"`
	StreamsPerKey     int      `help:"Streams one API key may have open; 0 for no limit." default:"50"`
	StreamsPerAddress int      `help:"Streams from one address; 0 for no limit." default:"200"`
}

// Run serves until the context ends.
func (c *serveCmd) Run(ctx context.Context, con console) error {
	config := handlers.Config{
		PublicURL: c.PublicURL, Streams: delivery.Config{PerPerson: c.StreamsPerPerson, PerKey: c.StreamsPerKey, PerAddress: c.StreamsPerAddress},
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("--listen must be like 127.0.0.1:8080")
	}
	var err error
	if config.StreamOrigins, err = c.streamOrigins(); err != nil {
		return err
	}
	if c.PublicURL != nil && (c.PublicURL.Host == "" || c.PublicURL.Scheme != "http" && c.PublicURL.Scheme != "https") {
		return fmt.Errorf("--public-url must be like https://desk.example.com")
	}
	for _, s := range c.TrustedProxy {
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return fmt.Errorf("--trusted-proxy %s is not a network such as 10.0.0.0/8", s)
		}
		config.TrustedProxies = append(config.TrustedProxies, prefix)
	}
	h, err := open(ctx, c.Data, newLogger(con.err))
	if err != nil {
		return err
	}
	defer h.close()
	return h.serve(ctx, c.Listen, config, func(address string) error {
		fmt.Fprintf(con.out, "Baithaka serves http://%s\n", address)
		token, err := h.store.SetupToken(ctx)
		if err != nil || token == "" {
			return err
		}
		base := "http://" + address
		if c.PublicURL != nil {
			base = c.PublicURL.Scheme + "://" + c.PublicURL.Host
		}
		fmt.Fprintf(con.out, "Nobody can sign in yet. Make the first administrator here (the link works once):\n  %s/setup?token=%s\n", base, token)
		return nil
	})
}
