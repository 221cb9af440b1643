"""What a REDCap field annotation says: tags (@HIDDEN, @CHARLIMIT='100') and, beside them, words for the team."""

import re
from dataclasses import dataclass

_TAG = re.compile(
    r"""@(?P<name>[A-Z][A-Z0-9-]*)
    (?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s@,"']+)|(?P<call>\([^()]*(?:\([^()]*\)[^()]*)*\)))?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """The tags in their order, each with what it is set to, and the words that are no tag."""

    tags: tuple[tuple[str, str], ...]
    words: str

    def value(self, name: str) -> str | None:
        """What a tag is set to, empty if to nothing; None if it is not there."""
        return next((value for tag, value in self.tags if tag == name), None)


def annotation_of(text: str) -> Annotation:
    """The annotation that a cell says."""
    tags = tuple((match["name"], _bare(match["value"] or match["call"] or "")) for match in _TAG.finditer(text))
    return Annotation(tags, _TAG.sub("", text).strip())


def listed(value: str) -> tuple[str, ...]:
    """The codes in a value: "1,2"."""
    return tuple(code.strip() for code in value.split(",") if code.strip())


def _bare(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"') else value
