"""Signatures, and what stands in for one where consent is spoken. They are names, so they are sealed for linkage."""

import hashlib
import json
import unicodedata
from dataclasses import asdict, dataclass, field
from uuid import UUID

import msgspec

from vault.errors import CannotOpen, Invalid
from vault.sealing import open_sealed, padded, seal, unpadded

LONGEST = 200

# Characters that turn the direction of writing round; with them a name can read as another one.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@dataclass(frozen=True, slots=True)
class Signed:
    """Who vouches for an occasion on which somebody decided.

    ``signature`` is what the participant typed. Where consent was spoken, ``reader`` is the printed name of the
    account that read the text out, and a ``witness`` heard it or a ``recording`` has it.
    """

    signature: str = field(default="", repr=False)
    witness: str = field(default="", repr=False)
    recording: str = field(default="", repr=False)
    reader: str = field(default="", repr=False)


def tidy(signed: Signed) -> Signed:
    """The same without what nobody typed on purpose: control characters, spaces at the ends, two in a row."""
    return Signed(**{name: _tidy(text) for name, text in asdict(signed).items()})


def _tidy(text: str) -> str:
    kept = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in text
        if letter not in _TURNING and unicodedata.category(letter) != "Cs"
    )
    kept = " ".join(unicodedata.normalize("NFC", kept).split())
    if len(kept) > LONGEST:
        raise Invalid("A name or a reference has at most 200 characters. Shorten it.")
    return kept


def require(signed: Signed, *, spoken: bool) -> None:
    """Return if somebody vouches; Invalid says what to add."""
    if spoken and not (signed.witness or signed.recording):
        raise Invalid("Say who else heard this, or give the number of the recording on which it can be heard.")
    if not spoken and not signed.signature:
        raise Invalid("Type your name to sign what you have decided.")


def digest(signed: Signed) -> str:
    """SHA-256 of what is vouched for, as it stands in the commitment of the log."""
    return hashlib.sha256(_json(signed)).hexdigest()


def keep(key: bytes, signed: Signed, *place: str | UUID) -> bytes:
    """``signed``, readable with the participant's linkage key in ``place`` only; its length tells nothing."""
    return seal(key, padded(_json(signed)), "consent-signature", *place)


def read(key: bytes, blob: bytes, *place: str | UUID) -> Signed:
    """What was kept; CannotOpen with any other key or in any other place."""
    try:
        return msgspec.json.decode(unpadded(open_sealed(key, blob, "consent-signature", *place)), type=Signed)
    except msgspec.MsgspecError:
        raise CannotOpen from None


def _json(signed: Signed) -> bytes:
    return json.dumps(asdict(signed), sort_keys=True, ensure_ascii=False).encode()
