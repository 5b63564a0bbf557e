package main

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/openai/openai-go/v3/packages/respjson"
)

// A value of the SDK as JSON.
//
// Members come from the typed fields; the metadata beside them says which are there, and which are
// null, as the SDK documents it.  A member whose value did not fit its field counts as absent: the
// field has the zero value.  What the SDK has no type for it keeps as raw JSON, and that is taken:
// members out of ExtraFields, variants of a union out of RawJSON.
func typed(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Struct:
		return structure(value)
	case reflect.Slice:
		items := []any{}
		for i := range value.Len() {
			items = append(items, typed(value.Index(i)))
		}
		return items
	case reflect.Map:
		members := object{}
		for _, key := range value.MapKeys() {
			members[key.String()] = typed(value.MapIndex(key))
		}
		return members
	case reflect.Float64:
		if number := value.Float(); math.IsInf(number, 0) || math.IsNaN(number) {
			return strconv.FormatFloat(number, 'g', -1, 64) // no JSON can say it
		}
	}
	return value.Interface()
}

func structure(value reflect.Value) any {
	metadata := value.FieldByName("JSON")
	if method := value.MethodByName("AsAny"); method.IsValid() {
		if variant := method.Call(nil)[0]; !variant.IsNil() {
			return typed(variant.Elem())
		}
		if raw, ok := value.Interface().(interface{ RawJSON() string }); ok {
			return json.RawMessage(raw.RawJSON())
		}
	}
	members := object{}
	for _, field := range reflect.VisibleFields(value.Type()) {
		about := metadata.FieldByName(field.Name)
		if field.Name == "JSON" || field.Anonymous || !about.IsValid() {
			continue
		}
		name, inline, _ := strings.Cut(field.Tag.Get("json"), ",")
		state := about.Interface().(respjson.Field)
		switch {
		case inline == "inline" && state.Valid():
			return typed(value.FieldByIndex(field.Index))
		case state.Valid():
			members[name] = typed(value.FieldByIndex(field.Index))
		case state.Raw() == respjson.Null && inline != "inline":
			members[name] = nil
		}
	}
	for name, raw := range extra(value, metadata) {
		members[name] = raw
	}
	return members
}

// The members that the SDK keeps and has no field for.
func extra(value, metadata reflect.Value) map[string]json.RawMessage {
	members := map[string]json.RawMessage{}
	if kept := metadata.FieldByName("ExtraFields"); kept.IsValid() {
		for name, state := range kept.Interface().(map[string]respjson.Field) {
			members[name] = json.RawMessage(state.Raw())
		}
	} else if union, ok := value.Interface().(interface{ RawJSON() string }); ok {
		if json.Unmarshal([]byte(union.RawJSON()), &members) != nil {
			return nil // it is no object
		}
		for _, field := range reflect.VisibleFields(value.Type()) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			delete(members, name)
		}
	}
	return members
}
