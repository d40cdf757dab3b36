package inn

import (
	"strings"
	"unicode/utf8"
)

// placeholders are the words, folded, that channels and receptionists write where
// a name is not known or is none.
var placeholders = func() map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(`
		reserved reservation reservations booked booking bookings blocked block closed close unavailable available not no na none nil null
		unknown unnamed anonymous name guest guests guesty visitor customer client tenant person people owner owners owned host house staff
		maintenance cleaning repair tentative provisional hold held option tba tbd tbc tbn test testing dummy walkin walk in vip group party
		airbnb vrbo homeaway expedia agoda hotels hostelworld tripadvisor google ical icalendar direct website online phone email channel
		manager com by a the an of for via to from and imported import sync synced private personal stay double single room apartment
		reservee reserve reservado reservada reservierung reserviert belegt gesperrt gast gaste gastes riservato riservata prenotato occupato ospite
		indisponible indisponivel provisoire bloque bloquee bloqueado bloqueada cerrado ocupado huesped hospede ferme complet client cliente
		besetzt geschlossen gereserveerd niet beschikbaar gesloten geblokkeerd`) {
		all[word] = true
	}
	return all
}()

// isPlaceholder reports whether a name is none: "Reserved", "Airbnb (Not
// available)", "CLOSED - Not available".
func isPlaceholder(name string) bool {
	for _, word := range Words(name) {
		if !placeholders[word.Text] {
			return false
		}
	}
	return true
}

// isOrdinary reports whether a name may as well be words of the language: one
// word, as in "Sunny terrace", a placeholder, or one with a number, "Guest 2". What
// has a digit among its letters is a word of no language.
func isOrdinary(name string) bool {
	numbered := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return ' '
		}
		return r
	}, Fold(name))
	return isPlaceholder(numbered) || len(strings.Fields(name)) == 1 && numbered == Fold(name)
}

// tooShort reports whether a name has too few letters to be looked for in the
// texts of others: "Al" is everywhere. In a script without spaces two say as much.
func tooShort(name string) bool {
	letters := 0
	for _, word := range Words(name) {
		n := utf8.RuneCountInString(word.Text)
		if word.Dense {
			n *= 2
		}
		letters += n
	}
	return letters < leastName
}

const leastName = 4
