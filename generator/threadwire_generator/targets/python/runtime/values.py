"""How the members of a payload are checked: strictly, and open to what is not known yet.

Nothing is coerced: a string is no number, a boolean no integer.  An integer may be spelled as a
number without a fraction (1710330641.0, 1.7e9), as JSON Schema has it.  Members that a payload does
not declare are kept as they came.  Numbers that JSON has no word for (NaN, Infinity, 1e400) are
refused everywhere, since they could not be written back.

(Annotations are evaluated here: pydantic 2.12 looks for that of `__pydantic_extra__` in the module
of a subclass if it is text.)
"""

# pyright: reportIncompatibleVariableOverride=false
# (`__pydantic_extra__` may be narrowed so, says pydantic)

import math
import os
from collections.abc import Iterable
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# Labels of the branches of a union in pydantic's error locations; `errors.py` takes them out again.
# They are made anew each time the module is loaded, so that no member of a payload can have one.
_OURS = os.urandom(8).hex()
KNOWN_TAGS: Final = f"known tags {_OURS}"
UNKNOWN_TAG: Final = f"unknown tag {_OURS}"
BRANCH: Final = f"branch {_OURS}"

KNOWN_TAG_ERROR: Final = "known_tag"


def _checked(schema: CoreSchema) -> GetPydanticSchema:
    """A marker for `Annotated`: type checkers see the type, pydantic checks by this schema."""
    return GetPydanticSchema(lambda _source, _handler: schema)


def _integral(value: float) -> int:
    if not value.is_integer():
        raise ValueError
    return int(value)


_FINITE = core_schema.float_schema(strict=True, allow_inf_nan=False)

Integer: TypeAlias = Annotated[
    int,
    _checked(
        core_schema.union_schema(
            [
                core_schema.int_schema(strict=True),
                core_schema.no_info_after_validator_function(_integral, _FINITE),
            ],
            mode="left_to_right",
            custom_error_type="integer",
            custom_error_message="an integer",
        )
    ),
]
"""An integer, however it is spelled."""

Number: TypeAlias = Annotated[
    float,
    _checked(
        core_schema.union_schema(
            [core_schema.int_schema(strict=True), _FINITE],
            mode="left_to_right",
            custom_error_type="number",
            custom_error_message="a number",
        )
    ),
]
"""A number; one that is spelled as an integer stays an `int`, so that no digit is lost."""


_Json: TypeAlias = "dict[str, _Json] | list[_Json] | str | float | None"


def _not_finite(value: _Json) -> tuple[str | int, ...] | None:
    """The path of the first number in a value that JSON has no word for."""
    if isinstance(value, float):
        return None if math.isfinite(value) else ()
    members: Iterable[tuple[str | int, _Json]] = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for step, member in members:
        path = _not_finite(member)
        if path is not None:
            return (step, *path)
    return None


def _json_value(value: Any) -> Any:
    path = _not_finite(value)
    if path is not None:
        raise PydanticCustomError("finite", "a finite number", {"path": path})
    return value


JsonValue: TypeAlias = Annotated[
    Any,
    _checked(core_schema.no_info_after_validator_function(_json_value, core_schema.any_schema())),
]
"""Any JSON value."""

T = TypeVar("T")


class _FirstWrongItem:
    """pydantic's `FailFast`, but hashable, which a part of a union must be."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema: Any = handler(source)
        schema["fail_fast"] = True
        return cast(CoreSchema, schema)


Array: TypeAlias = Annotated[list[T], _FirstWrongItem()]
"""A list.  Of its items only the first that is wrong is told: there may be millions."""

OPEN: Final = _checked(core_schema.str_schema(strict=True))
"""Marks an enumeration that may grow: the known values are for readers, any string passes."""


class Payload(BaseModel):
    """The data of an event, or a part of it.

    Members that are not declared are kept: as attributes, in `model_extra`, and when written back.
    A member that is absent is not written; `model_fields_set` tells it from one that is null.
    """

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        defer_build=True,  # most programs meet few of the payloads
        serialize_by_alias=True,
        ser_json_inf_nan="constants",  # seen when written, and refused
        protected_namespaces=(),
    )
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)


class tagged:  # noqa: N801 - reads as a word in `Annotated[...]`
    """Marks a union of payloads that are told apart by the constant in one member.

    Args:
        tag: the member.
        open: whether the last variant of the union stands for every tag that the others have not.
            It never stands in for a known tag whose body is wrong: that is an error of its branch.
    """

    def __init__(self, tag: str, *, open: bool = True) -> None:  # noqa: A002 - the schema's word
        self.tag = tag
        self.open = open

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Try the known tags first, then what stands for the others: in a closed union, nothing."""
        variants = list(get_args(source)) or [source]
        unknown = variants.pop() if self.open else None
        choices: dict[Any, CoreSchema] = {}
        for variant in variants:
            for value in get_args(variant.model_fields[self.tag].annotation):
                choices[value] = handler.generate_schema(variant)
        if unknown is None:
            tags = core_schema.literal_schema(list(choices))
            member = core_schema.typed_dict_field(tags, required=True)
            others: CoreSchema = core_schema.typed_dict_schema({self.tag: member})
        else:
            others = handler.generate_schema(unknown)

        def not_known(value: Any) -> Any:
            if unknown is None or getattr(value, self.tag) in choices:
                raise PydanticCustomError(KNOWN_TAG_ERROR, "a tag that is not known")
            return value

        return core_schema.union_schema(
            [
                (core_schema.tagged_union_schema(choices, self.tag), KNOWN_TAGS),
                (core_schema.no_info_after_validator_function(not_known, others), UNKNOWN_TAG),
            ],
            mode="left_to_right",
        )


class mixed:  # noqa: N801 - reads as a word in `Annotated[...]`
    """Marks a union of values of different JSON types."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Try one branch after the other; at most one can fit."""
        branches = [handler.generate_schema(branch) for branch in get_args(source)]
        return core_schema.union_schema(
            [(branch, BRANCH) for branch in branches], mode="left_to_right"
        )
