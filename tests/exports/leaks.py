"""Generated studies whose texts name people wrongly in every way, and everything that can be read out of a release.

A study has a roster of twelve invented people and two institutions. Each of them is named once in every way in which a
name can be corrupted (tests.exports.invented), wherever a record has words. What is heard only is named within the
limits that are promised, so few slips or the same sound; ``python -m bench deid`` measures what lies beyond them.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from zipfile import ZipFile, is_zipfile

import polars as pl
import pyreadstat
from jellyfish import damerau_levenshtein_distance, metaphone

from exports.dataset import Aside, Dataset, File, Record, Theme
from exports.deidentify import clean, clean_text
from exports.finding import Finder
from exports.lexicon import is_ordinary, is_place
from exports.roster_names import Roster
from exports.spelling import WORD, folded
from instruments.kinds import Answer
from tests.exports import invented
from tests.exports.samples import ATTRIBUTES, CASES, FORM, GUIDE, record, sample

INSTITUTIONS = ("University of Calgary", "McGill University")
_NAMED_SO = ("the University of Calgary", "U of C", "McGill", "Calgary University", "Universty of Calgary")


@dataclass(frozen=True)
class Study:
    """A dataset before and after, with the forms of names that were put into it."""

    roster: Roster
    forms: tuple[str, ...]
    dirty: Dataset
    clean: Dataset


def study(seed: int) -> Study:
    """A study that is the same for the same seed."""
    random = Random(seed)  # noqa: S311
    families = random.sample(invented.FAMILY, 12)
    people = [(random.choice(invented.GIVEN), family) for family in families]
    roster = invented.roster_of(people, INSTITUTIONS)
    said = list(_said(people, random))
    random.shuffle(said)
    records = tuple(_records([text for _, text in said], random))
    forms = tuple(form for form, _ in said)
    finder = Finder(roster)
    instruments = {one.id: one for one in (GUIDE, FORM)}
    cleaned = tuple(clean(one, instruments[one.instrument], finder).record for one in records)
    theme = Theme(f"What {' '.join(people[0])} wanted", (("list_1", "barriers"),))
    dirty = replace(sample(), attributes=ATTRIBUTES[1:], themes=(theme,), records=lambda: iter(records))
    tidy = replace(theme, name=clean_text(theme.name, finder))
    cases = tuple(replace(case, attributes={}) for case in CASES)
    return Study(
        roster, (*forms, " ".join(people[0])), dirty,
        replace(dirty, attributes=(), cases=cases, themes=(tidy,), records=lambda: iter(cleaned)),
    )  # fmt: skip


def _said(people: list[tuple[str, str]], random: Random) -> Iterator[tuple[str, str]]:
    """Forms of names, each with a text that has it."""
    for person in people:
        for kind in invented.CORRUPTIONS:
            form, text = invented.corrupted(person, kind, random)
            if form is not None and ("phonetic" not in kind or _is_promised(" ".join(person), form)):
                yield form, text
    for name in _NAMED_SO:
        yield name, random.choice(invented.SENTENCES).format(name)


def _is_promised(name: str, form: str) -> bool:
    parts = [folded(word) for word in WORD.findall(name)]
    return all(any(_is_within(part, folded(word)) for part in parts) for word in WORD.findall(form) if len(word) > 2)


def _is_within(part: str, word: str) -> bool:
    if word == part:
        return True
    if is_ordinary(word) or is_place(word):
        return False
    slips = damerau_levenshtein_distance(part, word)
    return slips <= (1 if len(part) <= 5 else 2) or (len(part) > 3 and metaphone(part) == metaphone(word))


def _records(texts: list[str], random: Random) -> Iterator[Record]:
    """The texts spread over everything in which a record has words, a few to each."""
    # Whoever writes without capitals does so throughout a text.
    small, large = ([text for text in texts if text.islower() is lower] for lower in (True, False))
    pairs = [some[at : at + 2] for some in (small, large) for at in range(0, len(some), 2)]
    random.shuffle(pairs)
    pieces = iter(map(" ".join, pairs))
    for occasion in range(1, 6):
        taken = [next(pieces, "Nothing more.") for _ in range(6)]
        topics: dict[str, Answer] = {
            name: {"state": "asked", "notes": notes, "probes": {}}
            for name, notes in zip(("experience", "effect", "barriers"), taken, strict=False)
        }
        asides = (Aside(taken[3], "effect", taken[4]),)
        yield record(CASES[0], GUIDE, 2, topics, occasion=occasion, asides=asides, memo=taken[5])
    for occasion in range(1, 6):
        given = {
            "story": next(pieces, "Nothing."), "place": next(pieces, "Here"),
            "reasons": {"first": next(pieces, "None")}, "role": {"code": "other", "words": next(pieces, "nurse")},
        }  # fmt: skip
        yield record(CASES[1], FORM, 1, given, occasion=occasion)


def readable(file: File, scratch: Path) -> Iterator[str]:
    """Every text in a file of a release: its bytes, those of what is packed in it, and what other programs read."""
    sink = io.BytesIO()
    file.write(sink)
    data = sink.getvalue()
    yield from _texts(data)
    if file.name.endswith(".parquet"):
        yield _cells(pl.read_parquet(io.BytesIO(data)))
    elif file.name.endswith((".sav", ".zsav", ".dta")):
        path = scratch / f"read{Path(file.name).suffix}"
        path.write_bytes(data)
        read = pyreadstat.read_dta if file.name.endswith(".dta") else pyreadstat.read_sav
        table, about = read(path, output_format="polars")
        yield _cells(table)
        yield f"{about.column_names_to_labels} {about.variable_value_labels}"


def _cells(table: pl.DataFrame) -> str:
    return "\n".join(str(value) for row in table.rows() for value in row)


def _texts(data: bytes) -> Iterator[str]:
    if is_zipfile(io.BytesIO(data)):
        with ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name
                yield from _texts(packed.read(name))
        return
    try:
        text = data.decode()
    except UnicodeDecodeError:
        # Three letters stand somewhere in any file of numbers.
        yield " ".join(re.findall(r"[^\W\d_]{6,}", data.decode("utf-8", "replace")))
        return
    yield text
    if "<" in text:
        # A name may be divided by an element.
        yield re.sub(r"<[^<>]*>", "", text)
