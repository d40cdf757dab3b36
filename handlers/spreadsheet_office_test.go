//go:build office

package handlers

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOpenedFileSumsToThePage opens the history in LibreOffice with German and with
// English settings (go test -tags office ./handlers): every amount is a number
// there, every date and time is one, and they add up to what the page says.
func TestOpenedFileSumsToThePage(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("SKIPPED: there is no LibreOffice on this machine; on Debian: apt-get install libreoffice-calc-nogui")
	}
	s := newSite(t)
	key := s.key("events:write,metrics:read,money:read")
	for i, amount := range []string{"14400.50", "1234", "0.05", "999999.99", "1.234"} {
		currency := "EUR"
		if amount == "1.234" {
			currency = "KWD" // which a German spreadsheet reads as one thousand two hundred
		}
		key.publish(booking("new", fmt.Sprintf("BK-%d", i), "hill-cottage", fmt.Sprintf(`,"amount":%s,"currency":%q`, amount, currency)))
	}
	for decimal, language := range map[string]string{"comma": "1031", "point": "1033"} {
		body := s.as("admin").get("/history.csv?type=booking:new&decimal=" + decimal).Body
		sums := map[string]float64{}
		for _, row := range opened(t, office, body, map[string]string{"comma": "59", "point": "44"}[decimal], language) {
			assert.Equal(t, []string{"date", "time", "float"}, []string{row["Date"].Type, row["Time"].Type, row["Amount"].Type}, decimal)
			n, err := strconv.ParseFloat(row["Amount"].Number, 64)
			require.NoError(t, err)
			sums[row["Currency"].Text] += n
		}
		assert.InDelta(t, 1015634.54, sums["EUR"], 0.001, decimal)
		assert.InDelta(t, 1.234, sums["KWD"], 0.00001, decimal)
	}
	assert.Contains(t, s.as("admin").get("/").Body, "1,015,634.54", "which is what the page says")
}

// cell is one of an opened spreadsheet.
type cell struct {
	Type   string `xml:"value-type,attr"`
	Number string `xml:"value,attr"`
	Text   string `xml:"p"`
	Times  int    `xml:"number-columns-repeated,attr"`
}

// opened returns the lines of a file as LibreOffice reads it in a language, by the
// headings.
func opened(t *testing.T, office, body, parted, language string) []map[string]cell {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file.csv"), []byte(body), 0o600))
	cmd := exec.Command(office, "-env:UserInstallation=file://"+dir+"/profile", "--headless",
		"--infilter=CSV:"+parted+",34,76,1,,"+language+",false,true", "--convert-to", "fods", "--outdir", dir, filepath.Join(dir, "file.csv"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(filepath.Join(dir, "file.fods"))
	require.NoError(t, err)
	var document struct {
		Rows []struct {
			Cells []cell `xml:"table-cell"`
		} `xml:"body>spreadsheet>table>table-row"`
	}
	require.NoError(t, xml.Unmarshal(text, &document))
	var head []string
	var rows []map[string]cell
	for _, row := range document.Rows {
		var cells []cell
		for _, c := range row.Cells {
			for range max(1, min(c.Times, 64)) {
				cells = append(cells, c)
			}
		}
		if head == nil {
			for _, c := range cells {
				head = append(head, c.Text)
			}
			continue
		}
		named := map[string]cell{}
		for i, c := range cells[:min(len(cells), len(head))] {
			named[head[i]] = c
		}
		if named["Kind"].Text != "" {
			rows = append(rows, named)
		}
	}
	require.NotEmpty(t, rows)
	return rows
}
