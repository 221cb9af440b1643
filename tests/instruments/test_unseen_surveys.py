"""LimeSurvey surveys that nobody here has seen: real ones, changed as people and programs change them."""

import re
from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from instruments.definition import from_json, questions, to_json
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.limesurvey import read
from instruments.foreign.limesurvey_kinds import _LEFT_OUT, _TYPES
from instruments.foreign.markup import plain
from instruments.inspection import inspect
from tests.house.tree import ROOT
from tests.instruments.sayings import everything_said
from tests.instruments.test_limesurvey import Ask, imported, survey

Element = etree._Element

LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OTHERS = ROOT.parent / "shared/forms/limesurvey"
SMALL = 150_000
EVERY = [
    Ask(kind, f"q{at}", lines="ab", columns="cd", answers="xy", second="pq")
    for at, kind in enumerate([*_TYPES, *_LEFT_OUT])
]
OWN = {
    "new.lss": survey(*EVERY, languages=("en", "fr")),
    "old.lss": survey(*EVERY, Ask("S", "last", relevance="q0 > 3"), languages=("en", "de-informal"), new=False),
}
FILES = {**OWN, **{path.name: path.read_bytes() for path in sorted(OTHERS.glob("*.lss"))}}
CELLS = (
    "", "0", "1", "N", "Y", "S", "a", "SQ001", "other", "-oth-", "größe", "999999999999", "-5", "en", "de-informal",
    "zz", "fr",
    "<p>Hi {q0.NAOK}</p>", "{if(q0 == 1, 'a', 'b')}", "{INSERTANS:1X2X3}", "self.NAOK > 3", "that.NAOK == 'Y'",
    "count(self) > 1",
    "q0_a.NAOK == 'Y' and !is_empty(q1)", "((q0.NAOK >= 2))", "1X2X10 == 'A'", "TOKEN:FIRSTNAME == 'x'",
    "rand(1,2) == 1", "x(", "{",
    "<table><tr><td>x</td></tr></table>", "]]", "<b>not closed", "&amp;lt;", "${q}", "x" * 300, "\u2028", "😀",
    "/^[0-9]+$/",
)  # fmt: skip
LETTERS = "1235ABCDEFGHIKLMNOPQRSTUXY!:;|*?"
TABLES = ("quota", "quota_members", "assessments", "defaultvalues", "conditions", "themes", "survey_url_parameters")


def _other_text(root: Element, row: Element, random: Random) -> None:
    if cells := list(row):
        random.choice(cells).text = random.choice(CELLS)


def _other_type(root: Element, _: Element, random: Random) -> None:
    if typed := root.findall("questions/rows/row/type"):
        random.choice(typed).text = random.choice(LETTERS)


def _row_gone(_: Element, row: Element, __: Random) -> None:
    holder = row.getparent()
    if holder is not None:
        holder.remove(row)


def _row_twice(_: Element, row: Element, __: Random) -> None:
    if row.getparent() is not None:
        row.addnext(etree.fromstring(etree.tostring(row)))


def _other_order(_: Element, row: Element, random: Random) -> None:
    holder = row.getparent()
    if holder is not None:
        inside = list(holder)
        random.shuffle(inside)
        holder.extend(inside)


def _cell_gone(_: Element, row: Element, random: Random) -> None:
    if cells := list(row):
        row.remove(random.choice(cells))


def _table_gone(root: Element, _: Element, random: Random) -> None:
    table = random.choice(list(root))
    if table.tag != "questions":
        root.remove(table)


def _further_table(root: Element, _: Element, random: Random) -> None:
    row = etree.SubElement(etree.SubElement(etree.SubElement(root, random.choice(TABLES)), "rows"), "row")
    for name in ("qid", "cqid", "cid", "cfieldname", "method", "value", "gid"):
        etree.SubElement(row, name).text = random.choice(CELLS)


MUTATIONS: tuple[Callable[[Element, Element, Random], None], ...] = (
    _other_text, _other_text, _other_text, _other_text, _other_type, _other_type, _row_gone, _row_twice, _other_order,
    _cell_gone, _table_gone, _further_table,
)  # fmt: skip


def changed(root: Element, random: Random) -> None:
    """One thing of the survey is otherwise."""
    rows = root.findall("*/rows/row")
    random.choice(MUTATIONS)(root, random.choice(rows) if rows else root, random)


def parts_in(root: Element) -> int:
    """How many groups, questions, lines and answers there are, counted once for all languages."""
    found: set[tuple[str, ...]] = set()
    for table, keys in (("groups", ("gid",)), ("questions", ("qid",)), ("subquestions", ("qid",))):
        found |= {(table.removeprefix("sub"), *_key(row, keys)) for row in root.iterfind(f"{table}/rows/row")}
    for row in root.iterfind("answers/rows/row"):
        found.add(
            ("answers", *(_key(row, ("aid",)) if row.findtext("aid") else _key(row, ("qid", "scale_id", "code"))))
        )
    return len(found)


def _heads(found: Imported) -> Iterator[str]:
    """The places of rows; those of their parts begin with them."""
    head = None
    for line in found.lines:
        if head is None or not line.place.startswith(f"{head}, "):
            head = line.place
            yield head


def _key(row: Element, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row.findtext(name) or "" for name in names)


def taken_or_refused(data: bytes, name: str = "s.lss") -> Imported | str:
    """What was read, or the sentence with which it was refused."""
    try:
        return read(data, name)
    except FormUnreadable as refused:
        return str(refused.said)


@LAW
@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_a_changed_survey_is_taken_with_every_part_accounted_for_or_refused_with_one_sentence(
    random: Random, changes: int
) -> None:
    root = etree.fromstring(random.choice([data for data in FILES.values() if len(data) < SMALL]))
    for _ in range(changes):
        changed(root, random)
    data = etree.tostring(root, xml_declaration=True, encoding=random.choice(["UTF-8", "UTF-16", "US-ASCII"]))

    found = taken_or_refused(data)

    if isinstance(found, str):
        assert re.fullmatch(r"[^\n]{20,400}\.", found)
        return
    heads = list(_heads(found))
    assert sum(head.startswith(("group ", "question ", "line or answer ")) for head in heads) >= parts_in(root)
    assert from_json(to_json(found.instrument)) == found.instrument
    said = {str(line.sentence) for line in found.lines}
    errors = [str(one.sentence) for one in inspect(found.instrument) if one.severity is Severity.ERROR]
    assert [error for error in errors if error not in said] == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_text_of_what_was_taken_is_in_the_instrument(name: str) -> None:
    root = etree.fromstring(FILES[name])
    found = read(FILES[name], name)
    heard = {_bare(text) for text in everything_said(found.instrument)}
    told = " ".join(heard)
    left = {line.place for line in found.lines if line.fate is Fate.LEFT_OUT}
    spoken = {row.text for row in root.iterfind("languages/language")}
    titles = {row.findtext("qid"): row.findtext("title") for row in root.iterfind("questions/rows/row")}
    for table, column in (("questions", "question"), ("subquestions", "question"), ("answers", "answer")):
        for row in root.iterfind(f"{table}/rows/row"):
            of = row.findtext("parent_qid") if table == "subquestions" else row.findtext("qid")
            place = f"question {titles.get(of)} ({of})"
            code = row.findtext("title" if table == "subquestions" else "code") or ""
            scale = f" of scale {row.findtext('scale_id')}" if row.findtext("scale_id") not in (None, "", "0") else ""
            place += {"questions": "", "subquestions": f" line {code}", "answers": f" answer {code}"}[table] + scale
            if place in left or row.findtext("language") not in (None, *spoken):
                continue
            text = _bare(plain(row.findtext(column) or ""))
            assert text in heard or text in told, (place, text)


def _bare(text: str) -> str:
    """A text without what it repeats of answers, which is written otherwise here."""
    return re.sub(r"\W+", "", re.sub(r"\$?\{[^}]*\}|\[[^\]]*\]", " ", text)).lower()


def test_what_a_question_had_under_another_type_is_left_out_and_says_so() -> None:
    found = imported(Ask("S", lines="a", answers="x"), Ask("R", "order", lines="12", answers="xy"))
    fates = {line.place: line.fate for line in found.lines}
    assert fates["question q (10) line a"] is fates["question q (10) answer x"] is Fate.LEFT_OUT
    assert fates["question order (11) line 1"] is Fate.LEFT_OUT
    assert fates["question order (11) answer x"] is Fate.TAKEN


def test_a_language_that_was_taken_out_of_the_list_is_named() -> None:
    data = survey(Ask("S", text={"en": "How?", "fr": "Comment ?"}), languages=("en", "fr"), new=False)
    found = read(data.replace(b"<language>fr</language>", b"", 1), "s.lss")
    assert found.instrument.languages == ("en",)
    assert any(
        line.place == "survey, languages" and str(line.sentence).endswith("left out: fr.") for line in found.lines
    )


def test_what_is_only_read_is_never_required_and_a_validation_without_effect_is_said() -> None:
    found = imported(Ask("X", mandatory="Y"), Ask("N", "n", preg="/^[0-9]$/"))
    assert [question.required for question in questions(found.instrument)] == [False, False]
    assert [line.place for line in found.lines if line.place.endswith("validation")] == ["question n (11), validation"]
