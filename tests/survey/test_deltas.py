"""Merging is a law: order and repetition make no difference, and no text is lost."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as some

from instruments.kinds import Json
from survey import deltas
from survey.deltas import About, Candidate, Delta, Earlier, Memo, Numbered, TopicNote

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def topic(notes: str, state: str = "asked") -> dict[str, Json]:
    return {"state": state, "notes": notes, "probes": {}}


def numbered(*said: Delta) -> list[Numbered]:
    return [Numbered(number, NOON + timedelta(seconds=number), delta) for number, delta in enumerate(said, 1)]


@some.composite
def _histories(draw: some.DrawFn) -> list[Numbered]:
    """What up to three tabs may have sent: each change says which number of its register it was typed on top of."""
    found: list[Delta] = []
    for number in range(draw(some.integers(0, 8))):
        seen = draw(some.integers(0, number))
        words = f"{number}"
        kind = draw(some.sampled_from(["topic", "meta", "candidate", "memo", "all"]))
        found.append(
            Delta(
                topics={draw(some.sampled_from(["a", "b"])): TopicNote(topic(words), seen)}
                if kind in ("topic", "all")
                else {},
                meta=About(tape=words, seen=seen) if kind in ("meta", "all") else None,
                candidates=[Candidate(draw(some.sampled_from(["x", "y"])), words, seen=seen)]
                if kind in ("candidate", "all")
                else [],
                memo=Memo(words, seen) if kind in ("memo", "all") else None,
            )
        )
    return numbered(*found)


@given(_histories(), some.randoms(use_true_random=False), some.data())
def test_order_and_repetition_make_no_difference(
    history: list[Numbered], chance: Random, data: some.DataObject
) -> None:
    again = [*history, *(data.draw(some.lists(some.sampled_from(history), max_size=5)) if history else [])]
    chance.shuffle(again)
    assert deltas.merged(again) == deltas.merged(history)


@given(_histories())
def test_every_text_stands_or_was_seen_by_whoever_replaced_it_or_is_kept_aside(history: list[Numbered]) -> None:
    record = deltas.merged(history)
    said = [
        (register, one.sequence, seen, value)
        for one in history
        for register, (seen, value) in deltas.registers(one.delta).items()
    ]
    standing = {f"topic:{name}": value for name, value in record.topics.items()}
    standing |= {f"meta:{name}": value for name, value in record.about.items()}
    standing |= {f"candidate:{one.id}": {"words": one.words, "theme": "", "after": ""} for one in record.candidates}
    standing["memo"] = record.memo
    aside = {(one.register, str(one.value)) for one in record.earlier}
    for register, sequence, _, value in said:
        seen_by_another = any(other == register and seen >= sequence for other, _, seen, _ in said)
        assert value == standing[register] or seen_by_another or (register, str(value)) in aside
    assert record.newest == {
        register: max(number for other, number, _, _ in said if other == register) for register, *_ in said
    }


def test_a_stale_tab_does_not_undo_what_was_noted_since_and_its_text_is_kept_aside() -> None:
    record = deltas.merged(
        numbered(
            Delta({"barriers": TopicNote(topic("time"), 0)}),
            Delta({"barriers": TopicNote(topic("time and money"), 1)}),
            Delta({"barriers": TopicNote(topic("from the tab left open"), 0)}),
        )
    )
    assert record.topics == {"barriers": topic("time and money")}
    assert record.earlier == (Earlier("topic:barriers", NOON + timedelta(seconds=3), topic("from the tab left open")),)
    assert record.newest == {"topic:barriers": 3}
    assert "time" not in repr(record)


def test_a_tab_cannot_claim_to_have_seen_what_was_not_written_yet() -> None:
    record = deltas.merged(
        numbered(
            Delta(memo=Memo("first", 999)),
            Delta(memo=Memo("second", 1)),
        )
    )
    assert record.memo == "second"


def test_fields_about_the_interview_change_each_by_itself_and_pauses_are_kept() -> None:
    record = deltas.merged(
        numbered(
            Delta(meta=About(tape="T-014", setting="telephone", started_at="2026-11-23T12:00:00Z")),
            Delta(meta=About(pauses=[["2026-11-23T12:10:00Z"]], seen=1)),
            Delta(meta=About(present="", setting="in person", seen=1)),
        )
    )
    assert record.about == {
        "tape": "T-014", "setting": "in person", "started_at": "2026-11-23T12:00:00Z",
        "pauses": [["2026-11-23T12:10:00Z"]],
    }  # fmt: skip


def test_a_candidate_is_typed_on_in_place_and_can_be_taken_back() -> None:
    first, second = Candidate("c1", "Who"), Candidate("c2", "What")
    record = deltas.merged(
        numbered(
            Delta(candidates=[second]),
            Delta(candidates=[first]),
            Delta(candidates=[Candidate("c1", "Who decided?", "assigned", "start", seen=2)]),
        )
    )
    assert record.candidates == (second, Candidate("c1", "Who decided?", "assigned", "start"))
    gone = numbered(Delta(candidates=[first]), Delta(candidates=[Candidate("c1", removed=True, seen=1)]))
    assert deltas.merged(gone).candidates == ()


def test_an_empty_history_is_an_empty_record() -> None:
    record = deltas.merged([])
    assert (record.topics, record.about, record.candidates, record.memo) == ({}, {}, (), "")
