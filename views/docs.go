package views

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Docs is the part of an OpenAPI document that "/docs" shows. It is read from
// the document itself, so that the two cannot differ.
type Docs struct {
	Info struct {
		Title, Version, Summary, Description string
	}
	Guide      []docsGuide `json:"x-guide"`
	Tags       []docsTag
	Paths      ordered[ordered[docsOperation]]
	Components struct {
		Schemas       ordered[docsSchema]
		Parameters    ordered[docsParameter]
		RequestBodies ordered[docsBody]
		Responses     ordered[docsResponse]
	}
}

type docsGuide struct {
	ID, Title string
	Text      []string
	Example   string
}

type docsTag struct{ Name, Description string }

type docsOperation struct {
	ID          string `json:"operationId"`
	Tags        []string
	Scope       string `json:"x-scope"`
	Summary     string
	Description string
	Parameters  []docsParameter
	RequestBody docsBody
	Responses   ordered[docsResponse]

	Method, Path string `json:"-"`
}

type docsParameter struct {
	Ref         string `json:"$ref"`
	Name, In    string
	Required    bool
	Description string
	Example     string
	Schema      docsSchema
}

type docsBody struct {
	Ref     string `json:"$ref"`
	Content ordered[docsMedia]
}

type docsResponse struct {
	Ref         string `json:"$ref"`
	Description string
	Content     ordered[docsMedia]
}

type docsMedia struct {
	Schema   docsSchema
	Example  json.RawMessage
	Examples ordered[docsExample]
}

type docsExample struct {
	Summary string
	Value   json.RawMessage
}

type docsSchema struct {
	Ref         string `json:"$ref"`
	Type        json.RawMessage
	Description string
	Enum        []string
	Format      string
	Pattern     string
	Const       json.RawMessage
	MaxLength   int
	Minimum     *float64
	Maximum     *float64
	Default     json.RawMessage
	Required    []string
	Properties  ordered[docsSchema]
	Items       *docsSchema
	OneOf       []docsSchema
	AnyOf       []docsSchema
}

// ordered is a JSON object whose members keep the order they were written in.
type ordered[T any] []member[T]

type member[T any] struct {
	Name  string
	Value T
}

// UnmarshalJSON reads the members one by one.
func (o *ordered[T]) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var m member[T]
		if err := decoder.Decode(&m.Value); err != nil {
			return fmt.Errorf("%v: %w", name, err)
		}
		m.Name, _ = name.(string)
		*o = append(*o, m)
	}
	return nil
}

func (o ordered[T]) find(name string) (value T) {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return value
}

// ParseDocs reads an OpenAPI document and puts what it refers to in place.
func ParseDocs(document []byte) (Docs, error) {
	var d Docs
	if err := json.Unmarshal(document, &d); err != nil {
		return Docs{}, err
	}
	for i := range d.Paths {
		path := &d.Paths[i]
		for j := range path.Value {
			operation := &path.Value[j].Value
			operation.Method, operation.Path = strings.ToUpper(path.Value[j].Name), path.Name
			for k, p := range operation.Parameters {
				if p.Ref != "" {
					operation.Parameters[k] = d.Components.Parameters.find(refName(p.Ref))
				}
			}
			if ref := operation.RequestBody.Ref; ref != "" {
				operation.RequestBody = d.Components.RequestBodies.find(refName(ref))
			}
			for k, r := range operation.Responses {
				if r.Value.Ref != "" {
					operation.Responses[k].Value = d.Components.Responses.find(refName(r.Value.Ref))
				}
			}
		}
	}
	return d, nil
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// of returns the operations under a tag.
func (d Docs) of(tag string) []docsOperation {
	var list []docsOperation
	for _, path := range d.Paths {
		for _, m := range path.Value {
			if len(m.Value.Tags) > 0 && m.Value.Tags[0] == tag {
				list = append(list, m.Value)
			}
		}
	}
	return list
}

// words says in a few words what a schema takes, but for what it refers to.
func (s docsSchema) words() string {
	var said []string
	var one string
	var many []string
	switch {
	case json.Unmarshal(s.Type, &one) == nil && one != "":
		said = append(said, one)
	case json.Unmarshal(s.Type, &many) == nil:
		said = append(said, strings.Join(many, " or "))
	}
	if s.Format != "" {
		said = append(said, s.Format)
	}
	if s.MaxLength > 0 {
		said = append(said, "up to "+count(s.MaxLength)+" characters")
	}
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		said = append(said, fmt.Sprintf("%v to %v", *s.Minimum, *s.Maximum))
	case s.Minimum != nil:
		said = append(said, fmt.Sprintf("from %v", *s.Minimum))
	}
	if len(s.Const) > 0 {
		said = append(said, string(s.Const))
	}
	if len(s.Default) > 0 {
		said = append(said, "if absent "+strings.Trim(string(s.Default), `"`))
	}
	return strings.Join(said, ", ")
}

// refs returns the names of the schemas that a schema is, or is a list or a choice
// of.
func (s docsSchema) refs() []string {
	var list []string
	add := func(names ...string) {
		for _, name := range names {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	if s.Ref != "" {
		add(refName(s.Ref))
	}
	if s.Items != nil {
		add(s.Items.refs()...)
	}
	for _, one := range slices.Concat(s.OneOf, s.AnyOf) {
		add(one.refs()...)
	}
	return list
}

func (s docsSchema) requires(name string) bool {
	return slices.Contains(s.Required, name)
}

// curl writes a request as one would type it.
func (o docsOperation) curl(body json.RawMessage) string {
	path, query := o.Path, ""
	for _, p := range o.Parameters {
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Example)
		case p.In == "query" && p.Example != "" && query == "":
			query = "?" + p.Name + "=" + p.Example
		}
	}
	lines := []string{"curl https://desk.example.com" + path + query}
	if o.Method == "POST" && body == nil {
		lines[0] = strings.Replace(lines[0], "curl ", "curl -X POST ", 1)
	}
	if o.Scope != "nobody" {
		lines = append(lines, "-H 'Authorization: Bearer bk_…'")
	}
	if body != nil {
		lines = append(lines, "-H 'Content-Type: application/json'", "-d '"+strings.ReplaceAll(compact(body), "'", `'\''`)+"'")
	}
	return strings.Join(lines, " \\\n  ")
}

// compact writes an example with every value on the line of its name.
func compact(body json.RawMessage) string {
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, " ")
		if i > 0 && lines[i] != "}" {
			lines[i] = "    " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// prose is a text in pieces: words, and what stood between backticks.
type prose struct {
	text string
	code bool
}

func prosaic(text string) []prose {
	var list []prose
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			list = append(list, prose{part, i%2 == 1})
		}
	}
	return list
}

func scopeText(scope string) string {
	switch scope {
	case "nobody":
		return "needs no key"
	case "people only":
		return "for people; keys may not"
	}
	return ""
}
