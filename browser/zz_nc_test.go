package browser

import (
	"fmt"
	"os"
	"testing"
)

func TestZZ(t *testing.T) {
	address := os.Getenv("NC")
	if address == "" {
		t.Skip()
	}
	dir := "/tmp/nc/shots"
	os.MkdirAll(dir, 0o755)
	w := open(t, launch(t), address)
	w.signIn("manager@demo.test", "baithaka-demo", "/")
	for _, width := range []int64{320, 360, 768, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			for name, path := range map[string]string{"dash": "/", "centre": "/notifications", "unread": "/notifications?unread=true&kind=alert_update"} {
				w.take(dir, fmt.Sprintf("%s-%d", name, width), path, width, 900, scheme)
			}
		}
	}
}
