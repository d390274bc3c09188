package config

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// field is one setting of a struct, as its tags describe it.
type field struct {
	name    string // YAML key
	doc     string
	def     string // default as written in YAML; empty means the zero value
	example string
	needed  bool // has no default and must be given
	index   int
	typ     reflect.Type
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	prefixType   = reflect.TypeFor[netip.Prefix]()
	secretType   = reflect.TypeFor[Secret]()
	dsnType      = reflect.TypeFor[DSN]()
)

// fields lists the settings of a struct type in the order of the source.
func fields(t reflect.Type) []field {
	out := make([]field, t.NumField())
	for i := range out {
		f := t.Field(i)
		out[i] = field{
			name: f.Tag.Get("yaml"), doc: f.Tag.Get("doc"), def: f.Tag.Get("default"),
			example: f.Tag.Get("example"), needed: f.Tag.Get("required") == "true", index: i, typ: f.Type,
		}
	}
	return out
}

// isSection reports whether t is a struct of settings rather than a scalar.
func isSection(t reflect.Type) bool { return t.Kind() == reflect.Struct && t != prefixType }

// isEntries reports whether t is a list of sections, each known by its id.
func isEntries(t reflect.Type) bool { return t.Kind() == reflect.Slice && isSection(t.Elem()) }

// isSecret reports whether a value of type t may be read from a file named by an environment variable and
// must not be quoted.
func isSecret(t reflect.Type) bool {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t == secretType || t == dsnType
}

// setDefaults fills in the defaults of a pointer to a struct of settings. A tag that does not fit its field is
// a mistake of ours that every test would meet, hence the panic.
func setDefaults(ptr any) { setDefaultsOf(reflect.ValueOf(ptr).Elem()) }

func setDefaultsOf(v reflect.Value) {
	for _, f := range fields(v.Type()) {
		fv := v.Field(f.index)
		switch {
		case isSection(f.typ):
			setDefaultsOf(fv)
		case f.def == "":
		case f.typ.Kind() == reflect.Slice:
			if err := setList(fv, strings.Split(strings.Trim(f.def, "[]"), ",")); err != nil {
				panic("config: default of " + f.name + ": " + err.Error())
			}
		default:
			if err := setScalar(fv, f.def); err != nil {
				panic("config: default of " + f.name + ": " + err.Error())
			}
		}
	}
}

// setList replaces a list of scalars by the texts, each trimmed; empty ones are left out.
func setList(v reflect.Value, texts []string) error {
	list := reflect.MakeSlice(v.Type(), 0, len(texts))
	for _, text := range texts {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if err := setScalar(item, text); err != nil {
			return err
		}
		list = reflect.Append(list, item)
	}
	v.Set(list)
	return nil
}

// setScalar parses text into v. Its errors read "what is wrong; how to mend it" and quote the text only
// for types that hold no secret.
func setScalar(v reflect.Value, text string) error {
	switch {
	case v.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a length of time; write a number with its unit, such as 500ms, 30s, 5m or 24h", text)
		}
		v.SetInt(int64(d))
	case v.Type() == prefixType:
		p, err := parsePrefix(text)
		if err != nil {
			return fmt.Errorf("%q is not a network; write an address with its prefix length, such as 10.0.0.0/8 or 2001:db8::/32", text)
		}
		v.Set(reflect.ValueOf(p))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false; write one of the two", text)
		}
		v.SetBool(text == "true")
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a whole number; write digits only, such as 50", text)
		}
		v.SetInt(n)
	case v.CanFloat():
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number; write it with a point, such as 2.5", text)
		}
		v.SetFloat(n)
	default:
		return errors.New("has a type that settings cannot have: " + v.Type().String())
	}
	return nil
}

// parsePrefix reads a network, or a single address as a network of one.
func parsePrefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.Prefix(addr.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}

// split parts an error of setScalar into what is wrong and how to mend it.
func split(err error) (what, fix string) {
	what, fix, _ = strings.Cut(err.Error(), "; ")
	return what, fix
}
