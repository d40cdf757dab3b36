package command

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// notifier tells systemd how the server is, as sd_notify(3) has it. Without
// systemd, or from another kind of unit, it says nothing.
type notifier struct {
	socket   string        // "" when nobody listens
	watchdog time.Duration // 0 when nobody watches
	logger   *slog.Logger
}

func newNotifier(logger *slog.Logger) notifier {
	n := notifier{socket: os.Getenv("NOTIFY_SOCKET"), logger: logger}
	microseconds, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if pid := os.Getenv("WATCHDOG_PID"); err == nil && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		n.watchdog = time.Duration(microseconds) * time.Microsecond
	}
	return n
}

// tell sends one state. Nothing depends on its arriving.
func (n notifier) tell(state string) {
	if n.socket == "" {
		return
	}
	conn, err := net.Dial("unixgram", n.socket)
	if err == nil {
		defer conn.Close()
		_, err = conn.Write([]byte(state))
	}
	if err != nil {
		n.logger.Warn("systemd could not be told", "state", state, "error", err)
	}
}

// watch says time and again, until ctx ends, that the server lives: that it takes
// a connection and answers. When it does not, systemd starts it again.
func (n notifier) watch(ctx context.Context, address string) {
	if n.socket == "" || n.watchdog <= 0 {
		return
	}
	client := &http.Client{Timeout: n.watchdog / 2, Transport: &http.Transport{DisableKeepAlives: true}}
	ticker := time.NewTicker(n.watchdog / 3)
	defer ticker.Stop()
	for {
		res, err := client.Get("http://" + address + "/livez")
		if err == nil {
			res.Body.Close()
			n.tell("WATCHDOG=1")
		} else {
			n.logger.Warn("the server does not answer itself", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
