"""The one thing everybody gets wrong: a quote stands where its position says, whatever people wrote."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import spans
from exports.dataset import Aside
from exports.documents import documents
from exports.refi_profiles import PROFILES
from exports.selections import Selection, check_utf16, in_utf16
from exports.spans import QuoteMoved, script_of
from exports.xml_text import writable
from tests.exports.reading_qdpx import NS, Opened, asking, project, said, with_records
from tests.exports.samples import CASES, FORM, HOSTILE, record, sample

# Letters, line ends of every system, combining marks, what lies beyond the first plane, and what XML forbids.
TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=20),
        st.sampled_from(
            [
                "\r\n", "\r", "\n", "\n\n", "\t", "\x00", "\x0b", "\x1c", "\x85", "\u2028", "\ufeff", "\ufffe",
                "\uffff", "e\u0301", "\u0301", "\U0001f600", "\U0001f469\u200d\U0001f52c", "\U0010ffff",
                "\ud83d", "\ude00",
                "]]>", "&#10;", " ", "\xa0", "\u202e", *HOSTILE,
            ]
        ),
    ),
    max_size=8,
).map("".join)  # fmt: skip


def _check(opened: Opened, profile: str) -> int:
    """Compare every quote with what stands there as the program counts; the answer is how many there were."""
    codec, width = ("utf-16-le", 2) if PROFILES[profile].utf16 else ("utf-32-le", 4)
    count = 0
    for source in opened.all("Sources", "TextSource"):
        units = opened.text(source).encode(codec)
        for selection in source.findall(NS + "PlainTextSelection"):
            start, end = int(selection.attrib["startPosition"]), int(selection.attrib["endPosition"])
            assert 0 <= start < end <= len(units) / width
            assert units[width * start : width * end].decode(codec) == selection.attrib["name"]
            count += 1
    return count


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_quote_of_the_sample_equals_its_span(profile: str) -> None:
    assert _check(project(sample(), profile), profile) > 40


@pytest.mark.parametrize("profile", ["standard", "qualcoder", "nvivo"])
@given(answers=st.lists(TEXTS, min_size=1, max_size=3), wording=TEXTS, memo=TEXTS, aside=TEXTS)
@settings(max_examples=60, deadline=None)
def test_every_quote_equals_its_span_whatever_was_said(
    profile: str, answers: list[str], wording: str, memo: str, aside: str
) -> None:
    place, story, words = [*answers, "x", "y"][:3]
    form = record(CASES[1], FORM, 1, {"place": place, "story": story, "role": {"code": "other", "words": words}})
    talk = said(answers[0], memo=memo, asides=(Aside(aside, "", ""),))
    opened = project(with_records(replace(sample(), instruments=(asking(wording), FORM)), talk, form), profile)

    _check(opened, profile)
    quotes = {selection.attrib["name"] for selection in opened.every("PlainTextSelection")}
    assert {writable(text) for text in (answers[0], place, story, words) if text.strip()} <= quotes


@given(TEXTS)
@settings(deadline=None)
def test_only_line_ends_and_what_xml_forbids_are_changed_and_no_accent_is(text: str) -> None:
    kept = writable(text)

    assert writable(kept) == kept
    assert "\r" not in kept
    assert len(kept) == len(text.replace("\r\n", "\n"))
    changed = {old for old, new in zip(text.replace("\r\n", "\n"), kept, strict=True) if old != new}
    assert all(one == "\r" or one < " " or one in "\ufffe\uffff" or "\ud800" <= one <= "\udfff" for one in changed)
    kept.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
@settings(deadline=None)
def test_positions_for_nvivo_count_what_lies_beyond_the_first_plane_twice(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))

    assert in_utf16(text)(at) == len(text[:at].encode("utf-16-le")) // 2


def test_a_quote_that_stands_elsewhere_is_refused() -> None:
    script = script_of(next(documents(sample())))
    moved = replace(script, text=" " + script.text)

    with pytest.raises(QuoteMoved):
        moved.check()
    with pytest.raises(QuoteMoved):
        check_utf16("\U0001f600 later", Selection("", 2, 7, (), "later"), 2, 7)
    check_utf16("\U0001f600 later", Selection("", 2, 7, (), "later"), 3, 8)


def test_no_file_is_written_if_a_quote_stands_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    right = spans._passage
    monkeypatch.setattr(spans, "_passage", lambda part, number, at: right(part, number, at + 1))

    with pytest.raises(QuoteMoved):
        project(sample())
