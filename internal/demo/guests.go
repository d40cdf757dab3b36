package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// guest is somebody who books.
type guest struct{ name, country, email, phone string }

// nation is where guests come from. The phone numbers are of ranges kept for
// fiction where there is one, and begin with zeros that no exchange has where
// there is none: nobody is rung by accident.
type nation struct {
	country     string
	phone       string // # is a digit
	first, last []string
}

var nations = []nation{
	{"IN", "+91 00000 00###",
		strings.Fields("Aarav Ananya Rohan Priya Kabir Ishita Arjun Sneha Farhan Lakshmi"),
		strings.Fields("Iyer Sharma Patel Banerjee Khan Reddy Joshi D'Souza Nair Singh")},
	{"GB", "+44 7700 900###",
		strings.Fields("Oliver Amelia Harriet George Imogen Callum Siân Alasdair"),
		strings.Fields("Thompson Hughes MacLeod Bennett O'Brien Whitfield Clarke Adeyemi")},
	{"IT", "+39 000 0000###",
		strings.Fields("Giulia Matteo Chiara Lorenzo Francesca Niccolò Elena Davide"),
		strings.Fields("Rossi Bianchi Conti Marchetti Esposito Galli Ferri Lombardi")},
	{"PT", "+351 000 000 ###",
		strings.Fields("João Inês Tiago Mariana Duarte Beatriz Gonçalo Leonor"),
		strings.Fields("Ferreira Almeida Carvalho Magalhães Nunes Teixeira Simões Vaz")},
	{"DE", "+49 171 39200##",
		strings.Fields("Jonas Lena Felix Johanna Jürgen Anke Moritz Käthe"),
		strings.Fields("Schneider Weber Hoffmann Krüger Bauer Yılmaz Schäfer Vogel")},
	{"FR", "+33 6 39 98 0# ##",
		strings.Fields("Camille Étienne Margaux Julien Anaïs Théo Sabine Karim"),
		strings.Fields("Moreau Lefèvre Garnier Benali Rousseau Perrin Chevalier Dupont")},
	{"US", "+1 202 555 01##",
		strings.Fields("Emily Marcus Hannah Tyler Grace Diego Naomi Walter"),
		strings.Fields("Johnson Ramirez Goldberg Nguyen Carter Kowalski Brooks Reyes")},
	{"JP", "+81 90 0000 0###",
		strings.Fields("Yui Haruto Sakura Kenji Aoi Daichi Misaki Takumi"),
		strings.Fields("Tanaka Satō Suzuki Yamamoto Nakamura Kobayashi Itō Mori")},
	{"AU", "+61 000 000 ###",
		strings.Fields("Jack Matilda Liam Ruby Angus Zoe Cooper Mei"),
		strings.Fields("Williams Kelly Walker Papadopoulos Chen Murray Fraser Nolan")},
	{"BR", "+55 00 00000 0###",
		strings.Fields("Rafael Luíza Thiago Camila Otávio Júlia Caio Renata"),
		strings.Fields("Souza Oliveira Araújo Barbosa Lima Rezende Castro Mendonça")},
	{"NL", "+31 6 0000 0###",
		strings.Fields("Daan Sanne Bram Fleur Joost Noor Ruben Lotte"),
		strings.Fields("Visser Bakker Smit Hendriks Dekker Mulder Bos Jansen")},
	{"AE", "+971 00 000 0###",
		strings.Fields("Omar Fatima Khalid Noura Yusuf Mariam Saeed Hessa"),
		strings.Fields("Haddad Mansour Rahman Qureshi Saleh Darwish Nasser Aziz")},
}

// meet draws a guest: two in five are from the country itself, where it is one
// of the nations.
func meet(rng *rand.Rand, country string) guest {
	n := nations[rng.IntN(len(nations))]
	if rng.IntN(5) < 2 {
		for _, own := range nations {
			if own.country == country {
				n = own
			}
		}
	}
	first, last := rng.IntN(len(n.first)), rng.IntN(len(n.last))
	return n.guest(first, last)
}

// guest returns the person of that name, who has the same address and number each
// time: one who comes again is known again.
func (n nation) guest(first, last int) guest {
	digits := strings.Count(n.phone, "#")
	number := fmt.Sprintf("%0*d", digits, first*len(n.last)+last)
	phone := n.phone
	for _, digit := range number {
		phone = strings.Replace(phone, "#", string(digit), 1)
	}
	name := n.first[first] + " " + n.last[last]
	return guest{name, n.country, address(name), phone}
}

// unaccented writes the letters of the names above as an address does.
var unaccented = strings.NewReplacer(" ", ".", "'", "", "’", "",
	"ã", "a", "â", "a", "á", "a", "ä", "a", "ç", "c", "é", "e", "ê", "e", "è", "e", "í", "i", "ï", "i", "ı", "i",
	"õ", "o", "ō", "o", "ò", "o", "ü", "u", "ú", "u")

// address is at a domain that is kept for examples and has no mail.
func address(name string) string {
	return unaccented.Replace(strings.ToLower(name)) + "@example.com"
}

// wishes are what guests ask for. Most ask for nothing.
var wishes = []string{
	"Arriving late, around 23:00.",
	"Vegetarian breakfast, please.",
	"Allergic to nuts.",
	"Travelling with a baby; a cot if there is one.",
	"Celebrating ten years married.",
	"Would like a quiet room.",
	"Needs a parking place.",
	"Second visit; liked the room above the garden.",
	"One guest uses a wheelchair.",
	"Will pay in cash on arrival.",
}
