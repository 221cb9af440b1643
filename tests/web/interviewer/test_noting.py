"""What the script sends while somebody types: what changed is kept at once, and the answer says what of it is."""

import re
import time

from consent.scopes import Scope
from instruments.definition import Instrument, Question, Section
from instruments.definition import Role as For
from instruments.kinds import Probe, Topic
from tests.web.interviewer.conftest import Call, Desk


def test_a_note_is_kept_and_its_number_is_said(call: Call) -> None:
    status, told = call.note(holds="start", start__notes="By chance.", tab="t1")

    assert status == 200
    assert told == {"kept": ["topic:start"], "overtaken": [], "problems": [], "sequence": 2}
    assert call.record().topics["start"]["notes"] == "By chance."
    assert call.record().newest["topic:start"] == 2


def test_saying_the_same_again_keeps_nothing_more(call: Call) -> None:
    call.note(holds="start", start__notes="By chance.", tab="t1")
    _, told = call.note(holds="start", start__notes="By chance.", tab="t1")

    assert told == {"kept": [], "overtaken": [], "problems": [], "sequence": 0}


def test_several_parts_of_the_page_come_in_one_note(call: Call) -> None:
    _, told = call.note(
        holds=["start", "experience"], start__notes="a", experience__state="declined", about__present="a colleague",
        candidate="c1", candidate__c1__words="Who decided?", candidate__c1__after="start", tab="t1",
    )  # fmt: skip

    assert told["kept"] == ["candidate:c1", "meta", "topic:experience", "topic:start"]
    record = call.record()
    assert record.candidates[0].after == "start"
    assert record.about["present"] == "a colleague"


def test_a_probe_has_the_time_that_the_script_says(call: Call) -> None:
    call.note(
        holds="experience", experience__probe=["one_or_several"],
        experience__probe_at__one_or_several="2026-11-23T11:59:01Z", tab="t1",
    )  # fmt: skip
    assert call.record().topics["experience"]["probes"] == {"one_or_several": "2026-11-23T11:59:01Z"}

    call.note(holds="experience", experience__notes="unticked", _seen_topic__experience="2", tab="t1")
    assert call.record().topics["experience"]["probes"] == {}


def test_a_candidate_that_is_typed_on_stays_one(call: Call) -> None:
    for words in ("Wh", "Who deci", "Who decided?"):
        call.note(candidate="c1", candidate__c1__words=words, candidate__c1__theme="", tab="t1")
    assert [one.words for one in call.record().candidates] == ["Who decided?"]

    call.note(candidate="c1", candidate__c1__words="", candidate__c1__theme="", tab="t1")
    assert call.record().candidates == ()


def test_typing_on_in_one_window_is_not_overtaken_by_itself(call: Call) -> None:
    for words in ("B", "By ch", "By chance."):
        # The number of the answer before has not arrived yet.
        _, told = call.note(holds="start", start__notes=words, tab="t1")
        assert told["overtaken"] == []
    assert call.record().earlier == ()


def test_two_windows_that_type_on_keep_both_texts_however_long_it_goes_on(call: Call) -> None:
    call.note(holds="start", start__notes="common", tab="first")
    seen = str(call.record().newest["topic:start"])
    for round_ in range(3):
        for tab in ("first", "second"):
            note = {"seen.topic:start": seen, "start__notes": f"{tab} window {round_}"}
            _, told = call.note(holds="start", tab=tab, **note)
            assert told["overtaken"] == (["topic:start"] if (round_, tab) != (0, "first") else [])

    record = call.record()
    texts = {record.topics["start"]["notes"], *(one.value["notes"] for one in record.earlier)}
    assert texts == {"first window 2", "second window 2"}
    assert "first window 2" in call.page.words("#t-start")
    assert "second window 2" in call.page.text


def test_what_cannot_be_taken_is_said_and_the_rest_is_kept(call: Call) -> None:
    status, told = call.note(
        holds=["start", "effect"], start__notes="x" * 50_001, effect__notes="kept", about__setting="y" * 501, tab="t1"
    )  # fmt: skip

    assert status == 200
    assert told["kept"] == ["topic:effect"]
    assert [unit for unit, _ in told["problems"]] == ["topic:start", "meta"]
    assert set(call.record().topics) == {"effect"}


def test_a_tape_needs_consent_to_be_recorded(undecided: Desk) -> None:
    undecided.field.agree(undecided.jo, frozenset({Scope.TAKE_PART}))
    call = undecided.begin()
    _, told = call.note(about__tape="T-1", about__setting="by telephone, at night", tab="t1")

    assert told["kept"] == ["meta"]
    assert told["problems"][0][0] == "meta"
    assert call.record().about["setting"] == "by telephone, at night"
    assert "tape" not in call.record().about


def test_a_refusal_is_a_sentence_and_not_a_page(call: Call) -> None:
    call.desk.field.withdraw_consent(call.desk.jo, Scope.TAKE_PART)
    status, told = call.note(holds="start", start__notes="x", tab="t1")
    assert status == 403
    assert "while it stands" in told["sentence"]

    call.desk.field.unassign(call.desk.jo)
    status, told = call.note(holds="start", start__notes="x", tab="t1")
    assert (status, "not assigned to you" in told["sentence"]) == (403, True)
    assert call.note(holds="nonsense", nonsense__notes="x", tab="t1")[0] == 403
    assert call.desk.field.status(call.desk.jo) == "consented"


def test_fields_of_no_question_change_nothing(call: Call) -> None:
    status, told = call.note(holds="nonsense", nonsense__notes="x", tab="t" * 500)

    assert (status, told["kept"], told["sequence"]) == (200, [], 0)


def test_a_session_that_ended_answers_with_a_page_that_the_script_knows_by(call: Call) -> None:
    call.desk.house.clock.move(minutes=31)
    page = call.desk.browser.send(f"{call.here}/note", [("holds", "start"), ("start.notes", "x")])

    assert page.status == 403
    assert page.headers["Content-Type"].startswith("text/html")


def test_what_is_noted_after_the_end_and_before_the_deposit_is_kept(call: Call) -> None:
    call.page.form(str(call.interview.response_id)).submit(then="end")

    assert call.note(holds="start", start__notes="in another window", tab="t1")[0] == 200
    assert call.record().topics["start"]["notes"] == "in another window"


def test_nothing_that_was_noted_lies_anywhere_in_clear(call: Call) -> None:
    call.note(
        holds="start", start__notes="the mentor never answered my letters", about__present="a quiet witness",
        candidate="c1", candidate__c1__words="Who decided that?", tab="t1",
    )  # fmt: skip
    files = [file.read_bytes() for file in call.desk.house.settings.home.rglob("*") if file.is_file()]

    for words in (b"never answered", b"quiet witness", b"Who decided that"):
        assert not any(words in held for held in files)


def long_guide(topics: int, probes: int) -> Instrument:
    """A guide of the largest size that is promised to work without lag."""
    ticks = tuple(Probe(id=f"p{at}", label={"en": f"Probe {at} with some words"}) for at in range(probes))
    asked = tuple(
        Question(id=f"t{at}", kind=Topic(probes=ticks), label={"en": f"Topic {at}: please tell me about it, at length"})
        for at in range(topics)
    )
    sections = (Section(id="all", title={"en": "All"}, questions=asked),)
    return Instrument(id="long", role=For.GUIDE, title={"en": "Long"}, languages=("en",), sections=sections)


def test_thirty_topics_with_six_probes_each_are_one_page_of_moderate_size(desk: Desk) -> None:
    guide = desk.field.publish_guide(long_guide(30, 6))
    call = Call(desk, desk.field.start(desk.jo, guide=guide))
    began = time.perf_counter()
    page = call.page
    took = time.perf_counter() - began

    assert len(page.document.xpath("//section[@data-id]")) == 30
    assert len(page.document.xpath("//input[@type='checkbox']")) == 180
    assert len(page.text.encode()) < 160_000
    assert took < 2  # the figure is in bench/interview.py; this only finds what has gone very wrong
    assert call.note(holds="t29", t29__notes="x", t29__probe=["p0", "p5"], tab="t1")[0] == 200


def test_the_answer_to_a_note_is_small(call: Call) -> None:
    page = call.desk.browser.send(f"{call.here}/note", [("holds", "start"), ("start.notes", "x")])

    assert len(page.text) < 200
    assert re.fullmatch("application/json", page.headers["Content-Type"])
