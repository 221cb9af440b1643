"""Texts that the team and the ethics board write for one another: neither empty nor endless, and tied to the log."""

from hashlib import sha256

from vault.errors import Invalid

LONGEST = 5_000  # characters


def remark(words: str, otherwise: str = "") -> str:
    """The text without the spaces around it. Invalid if it is too long, or empty where ``otherwise`` is to be said."""
    words = words.strip()
    if otherwise and not words:
        raise Invalid(otherwise)
    if len(words) > LONGEST:
        raise Invalid("The text is longer than 5,000 characters. Shorten it.")
    return words


def fingerprint(words: str) -> str:
    """SHA-256 in hex of what the log does not hold; empty for nothing."""
    return sha256(words.encode()).hexdigest() if words else ""
