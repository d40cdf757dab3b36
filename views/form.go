package views

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"baithaka/internal/inn"
)

// Form is a form as it is shown: how it calls its fields, and, when it was sent
// and refused, what is wrong. A page makes one and takes every field from it, so
// that the summary above and the words beside the fields agree.
type Form struct {
	ID      string     // of the form element
	Prefix  string     // of the ids of its fields, where two forms of a page have fields of one name
	Labels  []Label    // in the order of the fields
	Problem *inn.Error // nil when nothing is wrong
}

// Label is how a form calls the field of a name.
type Label struct{ Name, Text string }

// Field is one control of a form, or a group of controls of one name, with its
// label, its hint and what is wrong with it.
type Field struct {
	Name, Label, Hint, Wrong string

	id    string
	first bool // of those that are wrong: the focus goes there
}

// field returns the field of a name, with what stands below its control before
// anything is wrong; "" for nothing.
func (f Form) field(name, hint string) Field {
	wrong := f.wrong()
	return Field{
		Name: name, Label: f.label(name), Hint: hint, Wrong: faultOf(f.Problem, name),
		id: f.Prefix + name, first: len(wrong) > 0 && wrong[0].Name == name,
	}
}

// label returns how a field is called. One that the form does not know has its
// name in words.
func (f Form) label(name string) string {
	for _, l := range f.Labels {
		if l.Name == name {
			return l.Text
		}
	}
	return inWords(name)
}

// wrong returns the labels of the fields that are wrong, in the order of the
// form.
func (f Form) wrong() []Label {
	var all []Label
	for _, l := range f.Labels {
		if faultOf(f.Problem, l.Name) != "" {
			all = append(all, l)
		}
	}
	return all
}

// others returns what is wrong and stands in no field of the form.
func (f Form) others() []inn.FieldError {
	var all []inn.FieldError
	if f.Problem != nil {
		for _, wrong := range f.Problem.Fields {
			if !f.has(wrong.Field) {
				all = append(all, wrong)
			}
		}
	}
	return all
}

func (f Form) has(name string) bool {
	for _, l := range f.Labels {
		if l.Name == name {
			return true
		}
	}
	return false
}

// control returns the attributes of the field's control: its id and name, what
// describes it, and the focus where it is the first that is wrong.
func (f Field) control() templ.Attributes {
	attributes := f.marked()
	attributes["id"], attributes["name"] = f.id, f.Name
	if f.first {
		attributes["autofocus"] = true
	}
	return attributes
}

// marked returns what says of a control that it is wrong, and why.
func (f Field) marked() templ.Attributes {
	attributes := f.described()
	if f.Wrong != "" {
		attributes["aria-invalid"] = "true"
	}
	return attributes
}

// described returns what ties a control, or the fieldset around several, to what
// is said below it.
func (f Field) described() templ.Attributes {
	var by []string
	if f.Hint != "" {
		by = append(by, f.id+"-hint")
	}
	if f.Wrong != "" {
		by = append(by, f.id+"-wrong")
	}
	attributes := templ.Attributes{}
	if len(by) > 0 {
		attributes["aria-describedby"] = strings.Join(by, " ")
	}
	return attributes
}

// box returns the attributes of the i-th box of a group. The summary leads to the
// first.
func (f Field) box(i int) templ.Attributes {
	if i == 0 {
		return f.control()
	}
	attributes := templ.Attributes{}
	attributes["name"] = f.Name
	return attributes
}

// Input is what an input of one line holds and takes. Name it for what is typed:
// the zero value is plain text that may be left empty.
type Input struct {
	Type, Value string
	Complete    string // how a browser may complete it; "off" where that is not said
	Needed      bool
	First       bool // it is to be filled first: the focus goes there when the page opens
	Least, Most int  // characters, or for a number its bounds; 0 for none
}

// complete returns how a browser may complete it.
func (in Input) complete() string { return cmp.Or(in.Complete, "off") }

// zoneHint says how a time zone is chosen.
const zoneHint = "Type a city near you, such as Kolkata, and choose."

// faultOf returns what is wrong with a field.
func faultOf(e *inn.Error, name string) string {
	if e != nil {
		for _, wrong := range e.Fields {
			if wrong.Field == name {
				return wrong.Detail
			}
		}
	}
	return ""
}

// inWords writes the name of a field as words: "customerName" as "Customer name".
func inWords(name string) string {
	var words strings.Builder
	for i, r := range name {
		switch {
		case r == '/' || r == '.' || r == '_' || r == '-':
			words.WriteRune(' ')
		case unicode.IsUpper(r) && i > 0:
			words.WriteRune(' ')
			words.WriteRune(unicode.ToLower(r))
		default:
			words.WriteRune(r)
		}
	}
	return sentence(strings.TrimSpace(words.String()))
}
