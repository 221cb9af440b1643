"""Codes that people type, print and paste: Crockford's base 32, forgiving in what it reads."""

import secrets
import unicodedata
from dataclasses import dataclass, field

from vault.errors import Invalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOCATOR = 6
TYPED = 12  # 60 bits; guarded by Argon2id and by limits
LINK = 26  # 130 bits; needs neither

_LONGEST = 64
_LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
# Spaces and line ends of every kind, hyphens and dashes, and what is pasted along without being seen.
_GAPS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"})


class CodeUnreadable(Invalid):
    """What was typed is no code of ours."""

    public = "This is not a complete code. Type it as it was given to you; capitals, spaces and hyphens do not matter."


def crockford(raw: bytes) -> str:
    """``raw`` in base 32, five bits to a character, filled up with zero bits at the end."""
    bits = len(raw) * 8
    count = -(-bits // 5)
    number = int.from_bytes(raw, "big") << (count * 5 - bits)
    return "".join(ALPHABET[number >> 5 * (count - 1 - at) & 31] for at in range(count))


def normalized(text: str) -> str:
    """The characters of a code, however it was typed; CodeUnreadable if there is anything else in it."""
    if len(text) > 4 * _LONGEST:
        raise CodeUnreadable
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    code = "".join(letter for letter in plain if unicodedata.category(letter) not in _GAPS).upper()
    code = code.translate(_LOOKALIKE)
    if not 0 < len(code) <= _LONGEST or set(code) - set(ALPHABET):
        raise CodeUnreadable
    return code


def new_code(characters: int) -> str:
    """A random code of five bits to a character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))


def grouped(code: str) -> str:
    """A code as it is printed: groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A participant's way in: a public part by which the wrap is found, and the secret that opens it."""

    locator: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "TypedCode":
        """The code in ``text``; CodeUnreadable if it has neither the length of a typed code nor of a link."""
        code = normalized(text)
        if len(code) - LOCATOR not in (TYPED, LINK):
            raise CodeUnreadable
        return cls(code[:LOCATOR], code[LOCATOR:])

    @property
    def text(self) -> str:
        """The whole code as it is printed."""
        return f"{self.locator[:3]}-{self.locator[3:]}-{grouped(self.secret)}"

    @property
    def is_link(self) -> bool:
        """Whether the secret is strong enough to need no stretching."""
        return len(self.secret) == LINK


def pseudonym() -> str:
    """A random name for a participant, such as ``P-7KQ4``."""
    return "P-" + new_code(4)
