package intake

import "baithaka/internal/inn"

// ofProperty reads what is said of a property, of one of its rooms, or of nights
// that are not for sale.
func (b *binder) ofProperty(p *inn.Publication, f *fields, property inn.Field[string]) {
	switch p.Type {
	case inn.UnitStateChanged:
		p.Unit = b.unit(f, property, p)
	case inn.BlockMade, inn.BlockChanged, inn.BlockRemoved:
		p.Block = b.block(f, property, p)
	default:
		p.Property = b.propertyChange(f, property, p)
	}
}

func (b *binder) unit(f *fields, property inn.Field[string], p *inn.Publication) *inn.UnitChange {
	b.needsProperty(f, property, p)
	c := &inn.UnitChange{Property: property.Value, Note: f.text("note", inn.MaxUnitNote)}
	slug := f.slug("unit")
	if c.Slug = slug.Value; c.Slug == "" {
		f.wrong("unit", "is needed: the slug of one of the property's rooms")
	}
	state := f.text("state", 32)
	c.State = inn.Given(inn.UnitState(state.Value))
	if !c.State.Value.Valid() {
		f.wrong("state", "must be clean, dirty, inspected or out_of_order")
	}
	f.known("propertyId", "unit", "state", "note")
	return c
}

func (b *binder) block(f *fields, property inn.Field[string], p *inn.Publication) *inn.BlockChange {
	b.needsProperty(f, property, p)
	c := &inn.BlockChange{Property: property, Unit: f.slug("unit"), From: f.date("from"), To: f.date("to"), Title: f.text("title", inn.MaxName)}
	id := f.key("id")
	if c.ID = id.Value; !id.Given {
		f.wrong("id", "is needed: the block's id")
	}
	if reason := f.text("reason", 32); reason.Given {
		c.Reason = inn.Given(inn.BlockReason(reason.Value))
		if !c.Reason.Value.Valid() {
			f.wrong("reason", "must be maintenance, owner, closed or unknown")
		}
	}
	f.known("id", "propertyId", "unit", "from", "to", "reason", "title")
	return c
}

// needsProperty reports where a property is missing that an event of this kind
// happens at.
func (b *binder) needsProperty(f *fields, property inn.Field[string], p *inn.Publication) {
	switch property.Value {
	case "":
		f.wrong("propertyId", "is needed, or property above: the slug of a property")
	case inn.Desk:
		b.wrong(b.place.property, "must be a property; the desk has no rooms")
	}
}
