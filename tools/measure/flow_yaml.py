"""Writes plain values as YAML flow style, one value a line, without a YAML library."""

from __future__ import annotations

import json
import math
import re

# Strings that need no quotes inside a flow collection and that no YAML 1.1 or 1.2 reader takes for anything but a
# string.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*\Z")
_NOT_STRINGS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}


def scalar(value: object) -> str:
    """One value as YAML. Floats keep six significant digits; infinities and NaN are refused with ValueError."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"not a finite number: {value}")
        # YAML 1.1 reads an exponent only after a decimal point and with a sign.
        text = f"{value:.6g}"
        mantissa, _, exponent = text.partition("e")
        return text if not exponent else f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    if isinstance(value, str):
        if _PLAIN.match(value) and value.lower() not in _NOT_STRINGS:
            return value
        return json.dumps(value)
    raise TypeError(f"no YAML for {type(value).__name__}")


def flow(value: object) -> str:
    """A value with its mappings and lists in flow style: `{a: 1, b: [x, y]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def comment(text: str) -> str:
    """Text as comment lines."""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


class RecordFile:
    """
    A file of records that is valid YAML after every line: what was measured before an interruption stays readable.
    """

    def __init__(self, path: str, header: str) -> None:
        self.path = path
        self.count = 0
        with open(path, "w", encoding="utf-8") as file:
            file.write(comment(header) + "records: []\n")
        self._header = header

    def append(self, record: dict) -> None:
        """Adds one record and flushes it."""
        if self.count == 0:
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(comment(self._header) + "records:\n")
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"- {flow(record)}\n")
        self.count += 1
