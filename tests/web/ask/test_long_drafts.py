"""A draft of hundreds of questions: a section at a time, searched, and never older than the last saving."""

from urllib.parse import quote
from uuid import UUID

import pytest

from instruments import drafts
from instruments.definition import Instrument, Question, Section
from instruments.definition import Role as Written
from instruments.kinds import ShortText, YesNo
from tests.web.ask.conftest import Desk
from tests.web.pages import Page


def long_draft() -> Instrument:
    """A survey of 150 questions in ten sections; one has no words, one leads people to an answer."""
    sections = [
        Section(
            id=f"s{part}",
            title={"en": f"Part {part}"},
            questions=tuple(
                Question(id=f"q{at}", kind=YesNo(), label={"en": f"Is matter {at} in your way?"}, relevant=_asked(at))
                for at in range(part * 15, part * 15 + 15)
            ),
        )
        for part in range(10)
    ]
    odd = Question(id="odd", kind=ShortText(), label={"en": "Do you agree that the garden helps?"})
    silent = Question(id="silent", kind=ShortText(), label={})
    sections[8] = Section(id="s8", title={"en": "Part 8"}, questions=(*sections[8].questions, odd, silent))
    return Instrument(
        id="long", role=Written.SURVEY, title={"en": "Long"}, languages=("en",), sections=tuple(sections), minutes=30
    )


def _asked(at: int) -> str:
    return "${q1} = 'yes'" if at == 40 else ""


@pytest.fixture
def instrument(desk: Desk) -> UUID:
    with desk.house.stores.work() as work:
        begun = drafts.begin(work.db, desk.study.id, long_draft(), by=desk.person.id, now=desk.now).instrument_id
        work.commit()
    return begun


def _list(desk: Desk, instrument: UUID, query: str = "") -> Page:
    return desk.get(f"/instruments/{instrument}/draft/questions{query}")


def test_a_long_draft_is_shown_a_section_at_a_time_with_a_way_to_each(desk: Desk, instrument: UUID) -> None:
    page = _list(desk, instrument)
    assert "matter 3 in" in page.words()
    assert "matter 20 in" not in page.words()
    assert "Part 8 17 · 1" in page.words(".parts-of")
    assert "matter 20 in" in _list(desk, instrument, "?section=s1").words()
    assert "matter 20 in" in _list(desk, instrument, "?question=q20").words()


def test_questions_are_found_by_their_words_and_by_their_names(desk: Desk, instrument: UUID) -> None:
    assert "1 question found" in _list(desk, instrument, "?find=GARDEN").words()
    found = _list(desk, instrument, f"?find={quote('q14')}")
    assert "11 questions found" in found.words()
    assert "Up" not in found.words("#q-q14")
    assert "0 questions found" in _list(desk, instrument, "?find=nowhere").words()
    many = _list(desk, instrument, "?find=matter").words()
    assert "150 questions found" in many
    assert "The first 120 are shown." in many


def test_what_has_to_be_put_right_is_shown_by_itself(desk: Desk, instrument: UUID) -> None:
    wrong = _list(desk, instrument, "?only=error")
    assert "(no words yet)" in wrong.words("#q-silent")
    assert "1 question found" in wrong.words()
    assert "may lead people" in _list(desk, instrument, "?only=advice").words("#q-odd")
    assert "matter 3 in" in _list(desk, instrument, "?only=nonsense").words()


def test_every_page_shows_what_was_saved_last_however_it_is_reached(desk: Desk, instrument: UUID) -> None:
    for number in range(3):
        form = desk.get(f"/instruments/{instrument}/draft/question/q1")
        said = f"Is it better for the time {number}?"
        page = form.form("/question/q1").fill(**{"label.en": said, "id": f"q1_{number}"}).submit()
        assert said in page.words(f"#q-q1_{number}")
        # The condition on the question that was renamed has to be put right, and says so at once.
        assert "Part 2 15 · 1" in page.words(".parts-of")
        assert "There is no question" in desk.get(f"/instruments/{instrument}/draft/question/q40").words()
        later = desk.get(f"/instruments/{instrument}/draft/question/q40").text
        assert f'<option value="q1_{number}">2 · {said}' in later
        page.form("/undo").submit()
        assert "Part 2 15 · 1" not in _list(desk, instrument).words(".parts-of")
        assert "There is no question" not in desk.get(f"/instruments/{instrument}/draft/question/q40").words()


def test_what_an_author_types_is_never_taken_for_a_gap_of_the_page(desk: Desk, instrument: UUID) -> None:
    odd = "\x020\x03 \x02token\x03 {{ 1 }} <b>"
    form = desk.get(f"/instruments/{instrument}/draft/question/q1").form("/question/q1")
    page = form.fill(**{"label.en": odd}).submit()
    assert page.status == 200
    assert "<b>" not in page.text.split('id="q-q1"')[1].split("</li>")[0]
    assert "{{ 1 }} <b>" in page.words("#q-q1")
    assert desk.get(f"/instruments/{instrument}/draft/question/q2").status == 200
