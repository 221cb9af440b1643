"""The one text of a definition, and its fingerprint.

The text is JSON with the keys in alphabetical order, no spaces, every field that has its default left out, and
integers written as integers; two definitions have the same text if and only if they are equal. Leaving defaults out
lets the model grow: a field added later does not change the fingerprint of what was published before. The first line
names the format, so a later one can never be taken for this one.
"""

import functools
import hashlib
import json
from enum import Enum

import msgspec

from instruments.definition import Instrument
from instruments.kinds import Json, Value

FORMAT = "verbatim instrument 1"


def canonical(instrument: Instrument) -> str:
    """The canonical text: the same for equal definitions, another for any two that differ."""
    body = json.dumps(plain(instrument), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{FORMAT}\n{body}\n"


def fingerprint(instrument: Instrument) -> str:
    """SHA-256 of the canonical text in UTF-8, as 64 hexadecimal digits."""
    # A lone surrogate cannot be typed, but a definition made by a program may hold one, and it has to differ too.
    return hashlib.sha256(canonical(instrument).encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: object) -> Json:
    """A definition, or a part of one, as plain JSON values without what has its default."""
    if isinstance(value, Value):
        return _fields(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a definition holds no {type(value).__name__}")


def _fields(value: Value) -> dict[str, Json]:
    config = value.__struct_config__
    found: dict[str, Json] = {str(config.tag_field): str(config.tag)} if config.tag_field else {}
    for name, default in _defaults(type(value)):
        inner = getattr(value, name)
        if default is _REQUIRED or inner != default:
            found[name] = plain(inner)
    return found


_REQUIRED = object()


@functools.cache
def _defaults(of: type[Value]) -> tuple[tuple[str, object], ...]:
    """Each field of a kind of value with its default."""
    return tuple((field.name, _default(field)) for field in msgspec.structs.fields(of))


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return _REQUIRED
