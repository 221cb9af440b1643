"""The instruments that come with Verbatim: the reference study's guides and survey, as files in ``library/``.

All are reconstructions and say so in their provenance. List 1 grew while the study ran, so it is here in its four
versions, each with the reasons for what it changed: themes found in the interviews held until then.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from instruments.comparison import Reason
from instruments.definition import Instrument
from instruments.yaml_text import read_yaml


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the library: one version of an instrument, and why it differs from the version before."""

    file: str
    instrument: str
    version: int = 1
    after_interview: int = 0  # how many interviews had been held when it came into use
    reasons: tuple[Reason, ...] = ()


SHORT_SURVEY = Entry("short-survey.yaml", "short_survey")

LIST_1 = (
    Entry("list-1-version-1.yaml", "list_1"),
    Entry(
        "list-1-version-2.yaml",
        "list_1",
        version=2,
        after_interview=4,
        reasons=(
            Reason(
                ("assigned_or_chosen",),
                "Mentees set mentors who were assigned to them apart from those they had found themselves, without "
                "being asked. Every further interview should cover it.",
                theme="Assigned versus self-identified mentor",
                evidence="Interviews 1 to 4",
            ),
        ),
    ),
    Entry(
        "list-1-version-3.yaml",
        "list_1",
        version=3,
        after_interview=9,
        reasons=(
            Reason(
                ("barriers",),
                "What hinders mentoring came up under other questions, each time with others. Asked by itself, "
                "it can be compared between participants.",
                theme="Barriers",
                evidence="Interviews 5 to 9",
            ),
            Reason(
                ("matching",),
                "Some mentees wished for a mentor whose life resembles theirs; others saw no need. We ask why.",
                theme="Matching",
                evidence="Interviews 6 and 8",
            ),
            Reason(
                ("effect",),
                "Answers mixed what mentoring did to output and what it did to the person, sometimes in opposite "
                "directions. The two are asked for separately.",
                evidence="Interviews 3, 7 and 9",
            ),
        ),
    ),
    Entry(
        "list-1-version-4.yaml",
        "list_1",
        version=4,
        after_interview=14,
        reasons=(
            Reason(
                ("ownership",),
                "Work taken by a mentor was told as a difficulty; how it came to that is not known yet.",
                theme="Ownership of ideas",
                evidence="Interviews 2, 10 and 13",
            ),
            Reason(
                ("strategies",),
                "Mentees began to propose remedies. We ask everybody, with those that were named as probes.",
                theme="Strategies",
                evidence="Interviews 10 to 14",
            ),
            Reason(
                ("roles", "work_life"),
                "Life outside work was too large for a probe: it becomes a question of its own, and the probe goes.",
                theme="Experience with mentorship",
                evidence="Interviews 4, 11 and 12",
            ),
        ),
    ),
)

LIST_2 = Entry("list-2.yaml", "list_2", after_interview=14)

ENTRIES = (SHORT_SURVEY, *LIST_1, LIST_2)


def text_of(entry: Entry) -> str:
    """The file as it is written, with its comments."""
    return (files("instruments") / "library" / entry.file).read_text(encoding="utf-8")


@cache
def load(entry: Entry) -> Instrument:
    """The definition in the file."""
    return read_yaml(text_of(entry))
