"""The same chains in the store: every state comes back as it was, and only what is sound becomes a version."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import draft_states, drafts, versions
from instruments.canonical import canonical
from instruments.comparison import Reason, What
from instruments.definition import Instrument, questions
from instruments.drafts import Draft, NothingToUndo
from instruments.kinds import name_of
from instruments.versions import NotPublishable, ReasonsMissing, Version
from tests.approving import granted
from tests.instruments.chains import deeds, sound
from tests.instruments.making import instruments
from tests.vault.people import Person, person, study_of
from vault import approvals
from vault.approvals import Decided
from vault.store import Work

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
# The desk is one for all examples: each begins an instrument of its own there.
LAW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Desk:
    """A study with an approval in which instruments are begun, changed and published."""

    def __init__(self, work: Work) -> None:
        self.db = work.db
        self.by: Person = person(work.db, "ada", now=NOW)
        self.study = study_of(work.db, self.by, now=NOW)
        self.names: Iterator[int] = count(1)
        decided = Decided("Board", "R-1", "All", NOW.date(), NOW.date().replace(year=2027))
        approvals.record(self.db, self.study.id, decided, by=self.by.id, now=NOW)

    def begin(self, instrument: Instrument) -> Draft:
        """A draft of an instrument whose name nobody has."""
        named = replace(instrument, id=f"it_{next(self.names)}")
        return drafts.begin(self.db, self.study.id, named, by=self.by.id, now=NOW)

    def stands(self, draft: Draft) -> Draft:
        """The draft as it is now, read anew."""
        draft_states.forget()
        return drafts.draft_of(self.db, draft.instrument_id)

    def publish(self, draft: Draft, places: list[str]) -> Version:
        """The draft published, with a reason for these places."""
        reasons = [Reason(tuple(places), "A theme was found.")] if places else []
        approval = granted(self.db, draft, by=self.by.id, now=NOW)
        return versions.publish(self.db, draft, reasons, approval=approval, by=self.by.id, now=NOW)


@pytest.fixture
def desk(work: Work) -> Desk:
    """An empty desk."""
    return Desk(work)


@LAW
@given(instruments(), st.data())
def test_history_brings_every_state_back_and_undoing_is_the_exact_way_back(
    desk: Desk, instrument: Instrument, data: st.DataObject
) -> None:
    draft = desk.begin(instrument)
    first = draft.definition
    # What undoing leads back through: a model that keeps whole states, where the store keeps what changed.
    way, states = [first], {1: first}
    for _ in range(data.draw(st.integers(1, 8))):
        stands = desk.stands(draft)
        assert stands.definition == way[-1]
        match data.draw(st.sampled_from(["change", "change", "change", "undo", "take back"])):
            case "change":
                deed = data.draw(deeds(way[-1], list(states.values())))
                drafts.change(
                    desk.db, draft.instrument_id, deed, touches=(), seen=stands.number, by=desk.by.id, now=NOW
                )
                wanted = deed(way[-1])
                way += [] if wanted == way[-1] else [wanted]
            case "undo" if len(way) == 1:
                with pytest.raises(NothingToUndo):
                    drafts.undo(desk.db, draft.instrument_id, seen=stands.number, by=desk.by.id, now=NOW)
            case "undo":
                drafts.undo(desk.db, draft.instrument_id, seen=stands.number, by=desk.by.id, now=NOW)
                way.pop()
            case _:
                number = data.draw(st.sampled_from(sorted(states)))
                drafts.take_back(
                    desk.db, draft.instrument_id, number, seen=stands.number, by=desk.by.id, now=NOW
                )  # fmt: skip
                way.append(states[number])
        states[desk.stands(draft).number] = way[-1]
    now = desk.stands(draft)
    assert now.definition == way[-1]
    assert {state.number for state in drafts.befores(desk.db, draft.instrument_id)} <= set(states)
    for expected in reversed(way[:-1]):
        drafts.undo(desk.db, draft.instrument_id, seen=desk.stands(draft).number, by=desk.by.id, now=NOW)
        assert desk.stands(draft).definition == expected


@LAW
@given(sound(), st.data())
def test_a_chain_of_versions_keeps_every_text_and_the_kind_of_every_question_or_is_refused_with_reasons(
    desk: Desk, instrument: Instrument, data: st.DataObject
) -> None:
    draft = desk.begin(instrument)
    published: list[tuple[Version, Instrument]] = []
    for _ in range(data.draw(st.integers(1, 5))):
        for _ in range(data.draw(st.integers(0, 3))):
            stands = desk.stands(draft)
            careful = data.draw(st.integers(0, 5)) > 0
            deed = data.draw(deeds(stands.definition, [text for _, text in published], careful=careful))
            drafts.change(desk.db, draft.instrument_id, deed, touches=(), seen=stands.number, by=desk.by.id, now=NOW)
        stands = desk.stands(draft)
        found = versions.review(desk.db, stands)
        places = [difference.place for difference in found.differences]
        if found.errors:
            with pytest.raises(NotPublishable) as refused:
                desk.publish(stands, places)
            assert all(str(finding.sentence) for finding in refused.value.findings)
            continue
        if published and not places:
            continue
        if places:
            with pytest.raises(ReasonsMissing) as missing:
                desk.publish(stands, places[1:])
            assert places[0] in missing.value.places
        version = desk.publish(stands, places)
        published.append((version, stands.definition))
        told = {change.question: change.kinds for change in versions.changes_of(desk.db, version)}
        assert list(told) == places
        ever = {name for _, text in published[:-2] for name in _kinds(text)}
        lately = set(_kinds(published[-2][1])) if len(published) > 1 else set()
        for name in (ever - lately) & set(_kinds(stands.definition)):
            assert told[name] == {What.RESTORED}
    desk.db.expire_all()
    again = versions.of_instrument(desk.db, draft.instrument_id)
    assert [one.number for one in again] == list(range(1, len(published) + 1))
    kinds: dict[str, str] = {}
    for version, (_, text) in zip(again, published, strict=True):
        assert canonical(versions.definition_of(version)) == canonical(text)
        for name, kind in _kinds(text).items():
            assert kinds.setdefault(name, kind) == kind


def _kinds(instrument: Instrument) -> dict[str, str]:
    return {question.id: name_of(question.kind) for question in questions(instrument)}
