"""What each program reads of the REFI-QDA standard, as it was measured on real ones, and what it therefore loses."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from exports.attributes import Variables
from exports.codetree import LONGEST_NAME, CodeTree
from exports.documents import Document
from exports.spans import Script
from exports.xml_text import beyond_first_plane, forbids

_LONGEST_COMMENT = 511


class Sets(Enum):
    """What sets of documents are made for."""

    NONE = auto()
    INSTRUMENTS = auto()  # a set for each instrument, as groups of documents
    VALUES = auto()  # a set "Variable::Value" for each value, in place of variables


@dataclass(frozen=True, slots=True)
class Profile:
    """What one program reads. Without ``cases``, what is known of a participant stands with each of their documents."""

    name: str
    losses: tuple[str, ...]
    utf16: bool = False  # it counts UTF-16 units, not characters
    cases: bool = True
    case_codes: bool = False  # it finds a case's text by a code that bears the GUID of the case
    case_selections: bool = False  # it takes a case's selections for that; others make annotations of them
    anchored_memos: bool = True  # it keeps a note that a document refers to; others lose it and get free ones
    longest_comment: int | None = None
    sets: Sets = Sets.NONE


_FREE_MEMOS = "Memos are not tied to their documents; each is called like the document that it is about."
_NO_CASES = (
    "There are no cases: what is known of a participant stands with each of their documents, and participants without "
    "a document are not in the project."
)
PROFILES = {
    profile.name: profile
    for profile in (
        Profile("standard", (), case_selections=True),
        Profile(
            "qualcoder",
            (_FREE_MEMOS, "QualCoder keeps yes, no and dates as text, and every number as a decimal number."),
            case_codes=True,
            anchored_memos=False,
        ),
        Profile("nvivo", (_FREE_MEMOS,), utf16=True, case_codes=True, anchored_memos=False),
        Profile("maxqda", (_NO_CASES,), cases=False, longest_comment=_LONGEST_COMMENT, sets=Sets.INSTRUMENTS),
        Profile(
            "atlas",
            (_NO_CASES, "Variables are sets of documents called “Variable::Value”, without a type.", _FREE_MEMOS),
            cases=False,
            anchored_memos=False,
            sets=Sets.VALUES,
        ),
    )
}
_ALWAYS = (
    "Only what was said in words is here. Choices, numbers, dates and scales, and why a question has no answer, stand "
    "in the tables of a release.",
    "Texts are plain, without bold or colours, and no recordings go along.",
    "No time of day is known: every date is written as midnight, UTC.",
)


class Losses:
    """What a project cannot carry, gathered while its documents go by. Sentences hold counts, and nothing said."""

    def __init__(self, profile: Profile, tree: CodeTree, variables: Variables) -> None:
        self._profile = profile
        self._tree = tree
        self._variables = variables
        self._replaced = 0
        self._beyond = 0

    def see(self, document: Document, script: Script, note: str) -> None:
        """Count what this document loses."""
        said = [document.memo, *(text for part in document.parts for text in (part.heading, part.text))]
        self._replaced += any(forbids(text) for text in said)
        self._beyond += beyond_first_plane(script.text) or beyond_first_plane(note)

    def sentences(self) -> tuple[str, ...]:
        """All losses, the general ones first."""
        return (*_ALWAYS, *self._profile.losses, *self._of_names(), *self._of_texts())

    def _of_names(self) -> Iterator[str]:
        tree, variables = self._tree, self._variables
        for old, new in tree.renamed:
            yield f"The code “{old}” is called “{new}” here, because names are unique over the whole code book."
        for old, new in variables.renamed:
            yield f"The variable “{old}” is called “{new}” here, because names are unique."
        for name in tree.long_names():
            yield f"The code name “{name}” has more than {LONGEST_NAME} characters; some programs cut it."
        for name in variables.as_text:
            yield f"The variable “{name}” is text here, because not every value fits the type that it was given."
        longest = self._profile.longest_comment
        for code in tree.walk():
            if longest is not None and len(code.description) > longest:
                yield f"The comment of the code “{code.name}” is cut after {longest} characters."

    def _of_texts(self) -> Iterator[str]:
        if self._replaced:
            yield (
                f"{_texts(self._replaced)} control characters or other ones that no XML file can hold; each is "
                "replaced by U+FFFD."
            )
        if self._beyond and self._profile.utf16:
            yield (
                f"{_texts(self._beyond)} characters above U+FFFF, such as emoji. Positions are counted as NVivo "
                "does; in other programs codings behind such a character are misplaced."
            )
        elif self._beyond:
            yield (
                f"{_texts(self._beyond)} characters above U+FFFF, such as emoji. Positions are counted as the "
                "standard says; NVivo misplaces codings behind such a character and needs the profile “nvivo”."
            )


def _texts(count: int) -> str:
    return "1 document has" if count == 1 else f"{count} documents have"
