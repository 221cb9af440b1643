"""What somebody asks for when they ask for a release: plain values that are kept with it, and their spelling."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import msgspec

from exports.disclosure import Bands, LeaveOut, Merge, Rule, YearOnly
from vault.errors import Invalid

MOST_DAYS = 90

_RULES: dict[str, Callable[..., Rule]] = {"leave_out": LeaveOut, "merge": Merge, "bands": Bands, "year_only": YearOnly}
_NAMES: dict[Callable[..., Rule], str] = {kind: name for name, kind in _RULES.items()}


class NoVoice(Invalid):
    """A voice is a name that cannot be taken out of a text."""

    public = "There are no recordings in this installation that could be released. Ask for the release without voices."


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for. Of ``instruments``, ``sites``, ``strata`` and ``participants``, none named means all of them.

    ``attributes`` are those that stand beside the texts, all of them if it is None; ``rules`` make them coarser.
    ``days`` is how long the finished file can be fetched.
    """

    profile: str
    purpose: str
    recipients: str
    instruments: tuple[UUID, ...] = ()
    sites: tuple[UUID, ...] = ()
    strata: tuple[UUID, ...] = ()
    participants: tuple[UUID, ...] = ()
    attributes: tuple[str, ...] | None = None
    rules: tuple[Rule, ...] = ()
    shifted: bool = False
    language: str = "en"
    voice: bool = False
    days: int = 14

    def require_sense(self) -> None:
        """Return if somebody can decide on this; Invalid or NoVoice with what to do if not."""
        if not self.purpose.strip() or not self.recipients.strip():
            raise Invalid("Say what the release is for and who will receive it. Whoever approves it decides by that.")
        if self.voice:
            raise NoVoice
        if not 1 <= self.days <= MOST_DAYS:
            raise Invalid(f"Say for how many days the file can be fetched, from 1 to {MOST_DAYS}.")


class _Kept(msgspec.Struct, frozen=True):
    """The spelling of terms. Rules are maps, because their kinds have no tags of their own."""

    profile: str
    purpose: str
    recipients: str
    instruments: tuple[UUID, ...]
    sites: tuple[UUID, ...]
    strata: tuple[UUID, ...]
    participants: tuple[UUID, ...]
    attributes: tuple[str, ...] | None
    rules: list[dict[str, Any]]
    shifted: bool
    language: str
    voice: bool
    days: int


_decode = msgspec.json.Decoder(_Kept).decode


def spelled(terms: Terms) -> str:
    """The terms as JSON that ``read`` reads back as the same value."""
    rules = rules_spelled(terms.rules)
    plain = {name: getattr(terms, name) for name in Terms.__slots__} | {"rules": rules}
    return msgspec.json.encode(plain).decode()


def read(text: str) -> Terms:
    """The terms that were ``spelled``."""
    kept = _decode(text)
    plain = {name: getattr(kept, name) for name in Terms.__slots__}
    return Terms(**plain | {"rules": rules_read(kept.rules)})


def rules_spelled(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Rules as plain values, for a form, a file or the database."""
    return [{"rule": _NAMES[type(rule)], **asdict(rule)} for rule in rules]


def rules_read(plain: Iterable[dict[str, Any]]) -> tuple[Rule, ...]:
    """Rules from plain values; Invalid for what is none."""
    try:
        return tuple([_rule(dict(one)) for one in plain])
    except (KeyError, TypeError, ValueError):
        raise Invalid("This is no rule that makes an attribute coarser.") from None


def _rule(plain: dict[str, Any]) -> Rule:
    kind = _RULES[plain.pop("rule")]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()})
