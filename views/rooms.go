package views

import "baithaka/internal/inn"

// unitSign is how a unit's state is shown: a sign, a word and a tone, so that
// nobody has to tell colours apart.
type unitSign struct{ Icon, Text, Tone string }

func signOf(s inn.UnitState) unitSign {
	switch s {
	case inn.UnitInspected:
		return unitSign{"check-check", "Inspected", "good"}
	case inn.UnitDirty:
		return unitSign{"brush", "Dirty", "warn"}
	case inn.UnitOutOfOrder:
		return unitSign{"wrench", "Out of order", "bad"}
	}
	return unitSign{"sparkles", "Clean", "good"}
}

func tellUnit(e *inn.Event) story {
	var u inn.Unit
	if err := e.Into(&u); err != nil || u.Name == "" {
		return story{Icon: "bed-double", Tone: "soft", Name: "A room", Verb: "changed"}
	}
	sign := signOf(u.State)
	verbs := map[inn.UnitState]string{
		inn.UnitClean: "is clean", inn.UnitDirty: "wants cleaning", inn.UnitInspected: "is inspected", inn.UnitOutOfOrder: "is out of order",
	}
	return story{
		Icon: sign.Icon, Tone: sign.Tone, Name: u.Name, Verb: verbs[u.State], Badge: badge{sign.Text, sign.Tone},
		PropertyName: u.PropertyName, Detail: u.Note, Link: pathProperty(u.Property),
	}
}

func blockReason(r inn.BlockReason) string {
	switch r {
	case inn.BlockMaintenance:
		return "Maintenance"
	case inn.BlockOwner:
		return "Owner's stay"
	case inn.BlockClosed:
		return "Closed"
	}
	return "Not for sale"
}

func tellBlock(e *inn.Event, s inn.Visibility) story {
	var b inn.Block
	if err := e.Into(&b); err != nil || b.ID == "" {
		return story{Icon: "ban", Tone: "soft", Name: "Some nights", Verb: "are not for sale"}
	}
	t := story{
		Icon: "ban", Tone: "soft", Name: joined(", ", b.PropertyName, b.UnitName), Verb: "is blocked", Badge: badge{blockReason(b.Reason), "soft"},
		Detail: joined(": ", dates(b.From, b.To, s.Today.Year()), b.Title), Link: pathProperty(b.Property),
	}
	switch e.Type {
	case inn.BlockChanged:
		t.Verb = "is blocked for other nights"
	case inn.BlockRemoved:
		t.Verb, t.Badge = "is for sale again", badge{"For sale", "good"}
	}
	return t
}
