package inn

import (
	"slices"
	"time"
)

// BlockReason is why nights are not for sale.
type BlockReason string

// The reasons of a block.
const (
	BlockMaintenance BlockReason = "maintenance"
	BlockOwner       BlockReason = "owner" // the owner stays there themselves
	BlockClosed      BlockReason = "closed"
	BlockUnknown     BlockReason = "unknown"
)

// BlockReasons lists them in the order they are shown.
var BlockReasons = []BlockReason{BlockMaintenance, BlockOwner, BlockClosed, BlockUnknown}

// Valid reports whether r is one of the four.
func (r BlockReason) Valid() bool { return slices.Contains(BlockReasons, r) }

// Block is a span of nights that is not for sale: of one unit, or of the whole
// property.
type Block struct {
	ID           string      `json:"id"`
	Property     string      `json:"propertyId"`
	PropertyName string      `json:"propertyName,omitempty"` // the property's name as shown; read with the row
	Unit         string      `json:"unit,omitempty"`         // slug; "" for the whole property
	UnitName     string      `json:"unitName,omitempty"`     // as shown; read with the row
	From         Date        `json:"from"`                   // the first night
	To           Date        `json:"to"`                     // the first free day
	Reason       BlockReason `json:"reason"`
	Title        string      `json:"title,omitempty"`
	ByOwner      bool        `json:"byOwner,omitempty"` // an owner made it, so that owners may change it
	By           string      `json:"by,omitempty"`      // who changed it last, as shown
	At           time.Time   `json:"timestamp"`
	Event        int64       `json:"-"` // the last event about it
}

// Subject names the block in events.
func (b Block) Subject() string { return "block:" + b.ID }

// MaxBlock is how long a block may be, in nights.
const MaxBlock = 3660

// BlockChange is what an event from outside, or a form, says about a block.
type BlockChange struct {
	ID       string
	Property Field[string]
	Unit     Field[string] // "" for the whole property
	From, To Field[Date]
	Reason   Field[BlockReason]
	Title    Field[string]
}

// Apply takes a block one step further and is pure. existing is false at first
// sight, when b is the zero Block. It reports changed = false when everything
// already is as the change says.
func (b Block) Apply(t Type, c BlockChange, existing bool, now time.Time) (next Block, as Type, changed bool, err error) {
	as = t
	next = b
	switch {
	case !existing && t != BlockMade:
		return b, t, false, NoSuch("block")
	case !existing:
		next = Block{ID: c.ID, Reason: BlockUnknown}
	case t == BlockRemoved:
		next.At = now
		return next, as, true, nil
	case t == BlockMade:
		as = BlockChanged
	}
	if existing && c.Property.Given && c.Property.Value != b.Property {
		return b, as, false, InvalidFields([]FieldError{{"property", "cannot change: remove the block, and make one there"}})
	}
	c.Property.into(&next.Property)
	c.Unit.into(&next.Unit)
	c.From.into(&next.From)
	c.To.into(&next.To)
	c.Reason.into(&next.Reason)
	if c.Title.Given && !sameText(next.Title, c.Title.Value) {
		next.Title = c.Title.Value
	}
	if err := next.validate(); err != nil {
		return b, as, false, err
	}
	if existing && next == b {
		return b, as, false, nil
	}
	next.At = now
	return next, as, true, nil
}

func (b Block) validate() error {
	var problems []FieldError
	wrong := func(field, detail string) { problems = append(problems, FieldError{field, detail}) }
	if b.From == "" {
		wrong("from", "is needed: the first night that is not for sale")
	}
	switch {
	case b.To == "":
		wrong("to", "is needed: the first day that is free again")
	case b.From != "" && b.To <= b.From:
		wrong("to", "must be after from")
	case b.From != "" && b.From.Days(b.To) > MaxBlock:
		wrong("to", "is more than ten years after from")
	}
	if !b.Reason.Valid() {
		wrong("reason", "must be maintenance, owner, closed or unknown")
	}
	return InvalidFields(problems)
}
