package store

import "baithaka/inn"

// indexCards brings the search index of the cards along with events: a card's
// title and body change with an event about its subject and never without. They
// hold neither money nor contacts: a search answers questions about what it does
// not show.
func (t *tx) indexCards(events []inn.Event) error {
	seen := map[string]bool{}
	for _, e := range events {
		if seen[e.Subject] || !e.Type.MakesCard() && len(e.To) == 0 {
			continue
		}
		seen[e.Subject] = true
		err := t.exec(`
			INSERT OR REPLACE INTO card_search (rowid, title, body)
			SELECT id, title, body FROM notifications WHERE subject = $1`, e.Subject)
		if err != nil {
			return err
		}
	}
	return nil
}
