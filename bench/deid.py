"""Names taken out of texts: how many of the study's are found however they are written, how many words are taken for a
name that they are not, and how fast it goes."""

import json
import random
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil

from bench.figure import Figure, cpu_seconds
from exports import lexicon
from exports.deidentify import clean_text
from exports.finding import Finder
from exports.roster_names import Sort
from exports.spelling import WORD
from tests.exports import invented

_ROOT = Path(__file__).parents[1]
_CORPORA = _ROOT / "../shared/deid"
_NOTES = _ROOT / "web/cli/demo_study/interviews"
_STUDIES, _PEOPLE = 50, 20
_DOCUMENTS, _WORDS = 1_000, 5_000
_SECONDS = 60
# Of 1,000 mentions; a sound can be written in more ways than anybody foresees.
_LEAST = {"phonetic": 990, "phonetic, lower case": 960}
_INSTITUTIONS = ("University of Calgary", "University of Alberta")


def recall(kind: str) -> float:
    """Of 1,000 mentions that were corrupted in one way, those of which no word is left."""
    chance = random.Random(kind)  # noqa: S311
    found = said = 0
    for _ in range(_STUDIES):
        people = [invented.full_name(chance) for _ in range(_PEOPLE)]
        finder = Finder(invented.roster_of(people))
        for person in people:
            form, text = invented.corrupted(person, kind, chance)
            if form is not None:
                said += 1
                found += not invented.left_of(form, clean_text(text, finder))
    return 1000 * found / said


def false_alarms(*, lower: bool) -> tuple[float, int]:
    """Per 100,000 words of the corpora what is found of people who are not in them, and how many words there are.

    What the corpora mark as a person does not count: it is a name, though somebody else's.
    """
    alarms = words = 0
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311
        people = [*(invented.full_name(chance) for _ in range(28)), *invented.ORDINARY]
        finder = Finder(invented.roster_of(people, _INSTITUTIONS))
        for name in ("tab113", "panorama151"):
            for document in json.loads((_CORPORA / f"{name}.json").read_text(encoding="utf-8")):
                persons = invented.persons_of(document)
                words += len(WORD.findall(document["text"]))
                alarms += sum(
                    hit.sort in (Sort.PERSON, Sort.INSTITUTION)
                    and not any(start < hit.end and hit.start < end for start, end in persons)
                    for hit in finder.find(document["text"].lower() if lower else document["text"]).hits
                )
    return 100_000 * alarms / words, words


def _texts() -> list[str]:
    """Documents made of the sentences of the demo's interviews, which are full of names."""
    chance = random.Random(5)  # noqa: S311
    written = [path.read_text(encoding="utf-8").split("---\n", 2)[2] for path in sorted(_NOTES.glob("*.md"))]
    sentences = [one for text in written for one in re.split(r"(?<=[.!?”]) |\n+", text) if one]
    texts = []
    for _ in range(_DOCUMENTS):
        chosen: list[str] = []
        words = 0
        while words < _WORDS:
            chosen.append(chance.choice(sentences))
            words += chosen[-1].count(" ") + 1
        texts.append(" ".join(chosen))
    return texts


def _speed() -> tuple[float, float, int, float]:
    """Seconds to compile a roster, seconds for all documents, their words, and MiB that lists and roster take."""
    before = psutil.Process().memory_info().rss
    began = cpu_seconds()
    chance = random.Random(6)  # noqa: S311
    people = [invented.full_name(chance) for _ in range(24)] + [
        ("Augustin", "Hartsease"), ("Benno", "Applecross"), ("Delphine", "Oakhurst"), ("Corvin", "Ashgrove"),
    ]  # fmt: skip
    finder = Finder(invented.roster_of([*people, *invented.ORDINARY], _INSTITUTIONS))
    lexicon.is_ordinary("x")
    clean_text("Augustin Hartseese", finder)
    compiled = cpu_seconds() - began
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    texts = _texts()
    words = sum(len(WORD.findall(text)) for text in texts)
    began = cpu_seconds()
    for text in texts:
        clean_text(text, finder)
    return compiled, cpu_seconds() - began, words, grown


def measure() -> Iterator[Figure]:
    """The roster layer of de-identification."""
    for kind in invented.CORRUPTIONS:
        least = _LEAST.get(kind, 1000)
        found = recall(kind)
        yield Figure(f"names found, {kind}", found, "of 1,000", goal=f"≥ {least}", holds=found >= least)
    for lower, most in ((False, 100), (True, 160)) if _CORPORA.is_dir() else ():
        rate, words = false_alarms(lower=lower)
        what = "false alarms, without capitals" if lower else "false alarms"
        yield Figure(what, rate, f"in 100,000 words ({words:,})", goal=f"≤ {most}", holds=rate <= most)
    # A process of its own, so that what the lists take can be told from what everything else does.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        compiled, seconds, words, grown = apart.submit(_speed).result()
    yield Figure("lists read and a roster of 32 compiled", compiled * 1000, "ms", goal="≤ 500", holds=compiled <= 0.5)
    yield Figure("what they take", grown, "MiB", goal="≤ 60", holds=grown <= 60)
    yield Figure(
        f"{_DOCUMENTS:,} documents of {_WORDS:,} words cleaned", seconds, "s", goal=f"≤ {_SECONDS}",
        holds=seconds <= _SECONDS,
    )  # fmt: skip
    yield Figure("words read", words / seconds, "per second", goal="≥ 20,000", holds=words / seconds >= 20_000)
