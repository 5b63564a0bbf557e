"""Whatever is not in the official document is an error: members, values, tags, nulls, names."""

import codecs
import json
import re

from jsonschema import Draft202012Validator
from threadwire_conformance.resources import bundle_folder

BUNDLE = json.loads((bundle_folder() / "documented.schema.json").read_text(encoding="utf-8"))
VALIDATORS = {}


def closed(schema):
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if made.get("type") == "object" and "properties" in made and "allOf" not in made:
        made.setdefault("additionalProperties", False)
    return made


def validator(name):
    if name not in VALIDATORS:
        schema = {"$defs": closed(BUNDLE["$defs"]), "$ref": f"#/$defs/event:{name}"}
        VALIDATORS[name] = Draft202012Validator(schema)
    return VALIDATORS[name]


def decode(chunks):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = "".join(decoder.decode(chunk) for chunk in chunks) + decoder.decode(b"", True)
    name, data = "", []
    for line in re.split("\r\n|\r|\n", text.removeprefix("\ufeff")):
        field, _, value = line.partition(":")
        if not line and data:
            if name == "done":
                return
            if f"event:{name}" not in BUNDLE["$defs"]:
                raise ValueError(f"unknown event {name}")
            payload = json.loads("\n".join(data))
            validator(name).validate(payload)
            yield name, payload
        if not line:
            name, data = "", []
        elif field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
    raise EOFError
