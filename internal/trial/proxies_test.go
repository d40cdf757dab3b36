package trial

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/oracle"
)

// lines returns what docs/deploy.md has for a program: the block of that kind.
func lines(t *testing.T, kind string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/deploy.md")
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)```" + kind + "\n(.*?)```").FindStringSubmatch(string(text))
	require.NotNil(t, found, kind)
	return found[1]
}

// certificate makes one for desk.example.com: its file, its key's, and one with
// both.
func certificate(t *testing.T, dir string) (pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"desk.example.com"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "desk.key"), keyPEM, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "desk.pem"), append(certPEM, keyPEM...), 0o600))
	pool = x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(certPEM))
	return pool
}

// proxies says how the lines of each become a whole configuration and what runs
// it. What the test changes in them is the port, the backend and where the
// certificate lies.
var proxies = map[string]struct {
	program, kind, port, file string
	whole                     func(lines, dir string) string
	args                      func(dir, file string) []string
	hides                     []string // over what the version of Debian 12 makes an end of a crash: docs/deploy.md says so
}{
	"nginx": {"nginx", "nginx", "443 ssl", "nginx.conf", func(lines, dir string) string {
		user := ""
		if os.Getuid() == 0 {
			user = "user root;\n"
		}
		temporary := ""
		for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			temporary += name + "_temp_path " + filepath.Join(dir, name) + ";\n"
		}
		return user + "daemon off;\nerror_log stderr;\npid " + filepath.Join(dir, "pid") + ";\nevents {}\nhttp {\n" + temporary + lines + "}\n"
	}, func(dir, file string) []string { return []string{"-p", dir, "-c", file, "-e", "stderr"} }, nil},
	"Apache": {"apache2", "apache", "*:443", "apache.conf", func(lines, dir string) string {
		modules := ""
		for _, name := range []string{"mpm_event", "authz_core", "ssl", "proxy", "proxy_http", "http2"} {
			modules += "LoadModule " + name + "_module /usr/lib/apache2/modules/mod_" + name + ".so\n"
		}
		port := regexp.MustCompile(`VirtualHost \*:(\d+)`).FindStringSubmatch(lines)[1]
		return modules + "ServerRoot " + dir + "\nDefaultRuntimeDir " + dir + "\nPidFile " + filepath.Join(dir, "pid") + "\nErrorLog /dev/stderr\nServerName localhost\n" +
			"Listen 127.0.0.1:" + port + "\nProtocols h2 http/1.1\n" + lines
	}, func(dir, file string) []string { return []string{"-d", dir, "-f", file, "-DFOREGROUND"} }, nil},
	"HAProxy": {"haproxy", "haproxy", ":443 ssl", "haproxy.cfg", func(lines, _ string) string { return lines },
		func(_, file string) []string { return []string{"-db", "-f", file} }, []string{"HTTP/2.0"}},
	"Caddy": {"caddy", "caddyfile", "desk.example.com {", "Caddyfile", func(lines, dir string) string {
		tls := "tls " + filepath.Join(dir, "desk.pem") + " " + filepath.Join(dir, "desk.key") + "\n"
		return "{\nadmin off\nauto_https disable_redirects\n}\n" + strings.Replace(lines, " {\n", " {\n"+tls, 1)
	}, func(_, file string) []string { return []string{"run", "--adapter", "caddyfile", "--config", file} }, []string{"HTTP/1.1", "HTTP/2.0"}},
}

// The lines of docs/deploy.md do what they say, on another port than 443: pages
// and forms pass with their Host, events come when they happen, and a server that
// dies is an error to whoever listens, and no end.
func TestProxies(t *testing.T) {
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(proxy.program)
			if err != nil {
				program = filepath.Join("/usr/sbin", proxy.program) // not in everybody's path
				if _, err := os.Stat(program); err != nil {
					t.Skip("SKIPPED: there is no " + proxy.program + " here")
				}
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			_, port, _ := net.SplitHostPort(l.Addr().String())
			require.NoError(t, l.Close())
			at := "https://desk.example.com:" + port

			dir, key := newHouse(t)
			status, _, errOut := runCommand(t, dir, "user", "add", "staff@house.test", "--name", "Staff", "--role", "STAFF", "--property", "lake-house")
			require.Zero(t, status, errOut)
			server := serve(t, dir, "--public-url", at, "--trusted-proxy", "127.0.0.1/32")
			behind := strings.TrimPrefix(server.url, "http://")

			scene := t.TempDir()
			pool := certificate(t, scene)
			text := strings.ReplaceAll(lines(t, proxy.kind), "127.0.0.1:8080", behind)
			text = strings.ReplaceAll(text, "/etc/ssl/", scene+"/")
			require.Contains(t, text, proxy.port)
			text = strings.Replace(text, proxy.port, strings.NewReplacer("443", port, "desk.example.com {", "desk.example.com:"+port+" {").Replace(proxy.port), 1)
			text = strings.Replace(text, "bind :", "bind 127.0.0.1:", 1)
			text = strings.Replace(text, "listen "+port, "listen 127.0.0.1:"+port, 1)
			file := filepath.Join(scene, proxy.file)
			require.NoError(t, os.WriteFile(file, []byte(proxy.whole(text, scene)), 0o600))
			cmd := exec.Command(program, proxy.args(scene, file)...)
			cmd.Env = append(os.Environ(), "HOME="+scene, "XDG_DATA_HOME="+scene, "XDG_CONFIG_HOME="+scene)
			said := &said{}
			cmd.Stdout, cmd.Stderr = said, said
			require.NoError(t, cmd.Start())
			t.Cleanup(func() {
				_ = cmd.Process.Signal(os.Interrupt)
				gone := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
				_ = cmd.Wait()
				gone.Stop()
				if t.Failed() {
					t.Logf("%s said: %s\nits configuration:\n%s", proxy.program, said, proxy.whole(text, scene))
				}
			})

			for version, protocols := range map[string]func(*http.Protocols){"HTTP/1.1": func(p *http.Protocols) { p.SetHTTP1(true) }, "HTTP/2.0": func(p *http.Protocols) { p.SetHTTP2(true) }} {
				transport := &http.Transport{
					TLSClientConfig: &tls.Config{RootCAs: pool}, Protocols: new(http.Protocols), DisableCompression: true,
					DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
						return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
					},
				}
				protocols(transport.Protocols)
				defer transport.CloseIdleConnections()
				browser := &http.Client{Transport: transport, CheckRedirect: client.CheckRedirect}
				ask := func(method, path, body string, headers ...string) (*http.Response, error) {
					req, err := http.NewRequestWithContext(t.Context(), method, at+path, strings.NewReader(body))
					require.NoError(t, err)
					for i := 0; i+1 < len(headers); i += 2 {
						req.Header.Set(headers[i], headers[i+1])
					}
					return browser.Do(req)
				}
				require.Eventually(t, func() bool {
					res, err := ask("GET", "/login", "")
					if err != nil {
						return false
					}
					defer res.Body.Close()
					return res.StatusCode == 200 && res.Proto == version
				}, soon, 50*time.Millisecond, "%s: the page does not come: %s", version, said)

				// A form, as browsers without Sec-Fetch-Site send it.
				form := url.Values{"email": {"staff@house.test"}, "password": {passwords}}.Encode()
				res, err := ask("POST", "/login", form, "Content-Type", "application/x-www-form-urlencoded", "Origin", at)
				require.NoError(t, err)
				answer, _ := io.ReadAll(res.Body)
				res.Body.Close()
				require.Equal(t, 303, res.StatusCode, "%s: %s", version, answer)
				assert.Equal(t, "__Host-baithaka", res.Cookies()[0].Name)
				page, err := ask("GET", "/", "", "Cookie", res.Cookies()[0].Name+"="+res.Cookies()[0].Value)
				require.NoError(t, err)
				page.Body.Close()
				assert.Equal(t, 200, page.StatusCode)

				// What is percent-encoded arrives as it was sent.
				id := "BK:" + strings.ReplaceAll(version, ".", "-")[5:]
				stream, err := ask("GET", "/api/v1/stream", "", "Authorization", "Bearer "+key)
				require.NoError(t, err)
				heard, failed := make(chan oracle.Message, 1024), make(chan error, 1)
				go func() {
					failed <- oracle.Read(stream.Body, func(m oracle.Message) { heard <- m })
					close(heard)
				}()
				until := func(so func(oracle.Message) bool) {
					t.Helper()
					for {
						select {
						case m, open := <-heard:
							require.True(t, open, "the stream ended")
							if so(m) {
								return
							}
						case <-time.After(soon):
							require.FailNow(t, "it does not come: is it buffered?")
						}
					}
				}
				until(func(m oracle.Message) bool { return m.Event == "live" })
				book(t, server.url, key, id, "lake-house")
				until(func(m oracle.Message) bool { return strings.Contains(m.Data, `"booking:`+id+`"`) })
				one, err := ask("GET", "/api/v1/bookings/"+strings.ReplaceAll(id, ":", "%3A"), "", "Authorization", "Bearer "+key)
				require.NoError(t, err)
				one.Body.Close()
				assert.Equal(t, 200, one.StatusCode)

				require.NoError(t, server.cmd.Process.Kill())
				server.wait()
				for range heard { // to the end
				}
				if err := <-failed; errors.Is(err, io.EOF) && slices.Contains(proxy.hides, version) {
					t.Logf("KNOWN: over %s this version makes an end of a crash", version)
				} else {
					assert.NotErrorIs(t, err, io.EOF, "%s: a crash looks like an end", version)
				}
				stream.Body.Close()
				server = start(t, nil, "serve", "--listen", behind, "--data", dir, "--public-url", at, "--trusted-proxy", "127.0.0.1/32")
			}
		})
	}
}

// The unit is one that systemd takes, with little for it to say against.
func TestSystemdUnit(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("SKIPPED: there is no systemd-analyze here")
	}
	path, err := binary()
	require.NoError(t, err)
	unit := filepath.Join(t.TempDir(), "baithaka.service")
	text := strings.ReplaceAll(lines(t, "ini"), "/usr/local/bin/baithaka", path)
	require.NoError(t, os.WriteFile(unit, []byte(text), 0o600))
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", unit).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.NotContains(t, string(out), "baithaka", "%s", out)
	out, err = exec.Command("systemd-analyze", "security", "--offline=yes", "--threshold=15", unit).CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out[strings.LastIndex(strings.TrimSpace(string(out)), "\n")+1:])
}
