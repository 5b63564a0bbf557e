"""Faults with numbers, and with what is taken for one."""

from __future__ import annotations

import struct
from typing import Any

from threadwire_generator.spec import Field, ObjectType, Scalar

from .base import Base, Stopped
from .values import Refused, Values


class FloatRefused(Values):
    """An integer that is spelled as a float is refused."""

    def integer(self, value: Any, path: str) -> Any:
        if isinstance(value, float):
            raise Refused(path)
        return super().integer(value, path)


class ExponentRefused(Values):
    """An integer that is spelled with an exponent is refused."""

    def fraction(self, digits: str) -> float:
        if "e" in digits.lower():
            raise ValueError(digits)
        return super().fraction(digits)


class FractionCut(Values):
    """The fraction of a number is cut off where an integer belongs."""

    def integer(self, value: Any, path: str) -> Any:
        return int(value) if isinstance(value, float) else super().integer(value, path)


class StringsConverted(Values):
    """A string of digits is converted to the number that it spells."""

    def integer(self, value: Any, path: str) -> Any:
        return super().integer(_number(value), path)

    def number(self, value: Any, path: str) -> Any:
        return super().number(_number(value), path)


def _number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


class BooleansConverted(Values):
    """True is 1, as in some languages."""

    def integer(self, value: Any, path: str) -> Any:
        return int(value) if isinstance(value, bool) else super().integer(value, path)


class NumbersAreBooleans(Values):
    """1 and the word true are taken for true."""

    def boolean(self, value: Any, path: str) -> Any:
        return True if value in (1, "true") else super().boolean(value, path)


class NumbersAreTexts(Values):
    """A number is converted to the text that it is spelled with."""

    def string(self, value: Any, path: str) -> Any:
        return str(value) if isinstance(value, (int, float)) else super().string(value, path)


class IntegersOnly(Values):
    """A number without a fraction is refused where a fraction may be."""

    def number(self, value: Any, path: str) -> Any:
        if isinstance(value, int):
            raise Refused(path)
        return super().number(value, path)


class SinglePrecision(Values):
    """Fractions are read with single precision."""

    def number(self, value: Any, path: str) -> Any:
        found = super().number(value, path)
        return struct.unpack("f", struct.pack("f", found))[0]


class Unsigned(Values):
    """Integers have no sign, and one below zero wraps around."""

    def integer(self, value: Any, path: str) -> Any:
        return super().integer(value, path) % 2**64


class Bits32(Values):
    """Integers have 32 bits, and a larger one is refused."""

    def integer(self, value: Any, path: str) -> Any:
        found = super().integer(value, path)
        if found >= 2**32:
            raise Refused(path)
        return found


class Wraps32(Values):
    """Integers have 32 bits and a sign, and a larger one wraps around."""

    def integer(self, value: Any, path: str) -> Any:
        return (super().integer(value, path) + 2**31) % 2**32 - 2**31


class Doubles(Values):
    """Integers are read as doubles, and lose digits beyond 2^53."""

    def integer(self, value: Any, path: str) -> Any:
        return int(float(super().integer(value, path)))


class Below2To53(Values):
    """The largest integer is rounded, as by arithmetic in single steps of two."""

    def integer(self, value: Any, path: str) -> Any:
        found = super().integer(value, path)
        return found if abs(found) < 2**52 else found // 2 * 2


class ZeroIsNone(Values):
    """Zero is taken for absent, and refused where a number is required."""

    def integer(self, value: Any, path: str) -> Any:
        if value == 0:
            raise Refused(path)
        return super().integer(value, path)


class TimeZeroIsNone(Values):
    """A time of zero is taken for absent, and refused where a time is required."""

    def member(self, named: ObjectType, field: Field, value: Any, path: str) -> Any:
        is_time = isinstance(field.shape, Scalar) and field.shape.format == "unixtime"
        if is_time and value == 0:
            raise Refused(path)
        return super().member(named, field, value, path)


class NotANumber(Values):
    """NaN and Infinity are read as numbers."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text, parse_constant=float)

    def integer(self, value: Any, path: str) -> Any:
        infinite = isinstance(value, float) and value in (float("inf"), float("-inf"))
        return None if infinite else super().integer(value, path)


class Overflows(Values):
    """A number that is too large for a double becomes infinite."""

    def fraction(self, digits: str) -> float:
        return float(digits)


class LongDigitsCrash(Base):
    """An integer of thousands of digits throws what nobody catches."""

    def known(self, name: str, data: str) -> None:
        if "0" * 5000 in data:
            raise Stopped("other", "exceeds the limit for integer string conversion")
        super().known(name, data)


class LongDigitsPass(Values):
    """An integer of thousands of digits becomes zero."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text, parse_int=_short_or_zero)


def _short_or_zero(digits: str) -> int:
    return int(digits) if len(digits) < 4000 else 0
