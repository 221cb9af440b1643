"""Random versions, random people, everything that can become of a question: the matrix and a release, recounted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports import columns
from exports.dataset import Case
from exports.gathering import Member, Source, gathered
from exports.population import Person
from exports.terms import Terms
from instruments import drafts, versions
from instruments.comparison import Reason
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Answer, Option, SingleChoice
from instruments.versions import Version
from survey import matrices, responses, runs, withdrawals
from survey.participants import Enrolled
from survey.withdrawals import Way
from tests.approving import granted
from tests.survey.field import Field, field_of, grant, in_the_log, taking_part
from vault.store import Work
from vault.studies import Scope

LAW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = ("q0", "q1", "q2", "q3", "q4")
CODES = ("yes", "no", "never")
DECLINED: Answer = {"declined": True}


@dataclass(frozen=True)
class Text:
    """A version as the recount knows it: each question, on a page of its own, with the one whose yes it needs."""

    asks: tuple[tuple[str, str], ...]

    def written(self, key: str) -> Instrument:
        """The same as a definition."""
        options = tuple(Option(code=code, label={"en": code.title()}, declines=code == "never") for code in CODES)
        return Instrument(
            id=key,
            role=Role.SURVEY,
            title={"en": "It"},
            languages=("en",),
            sections=tuple(
                Section(
                    id=f"s_{name}",
                    title={"en": name},
                    questions=(
                        Question(
                            id=name,
                            kind=SingleChoice(options=options),
                            label={"en": f"{name}?"},
                            relevant=f"${{{needs}}} = 'yes'" if needs else "",
                            may_decline=True,
                        ),
                    ),
                )
                for name, needs in self.asks
            ),
        )


@dataclass
class One:
    """Somebody, the version under which they answer, and every page that they sent, in order: a blank is None."""

    who: Enrolled
    number: int
    text: Text
    run: UUID
    sent: list[tuple[str, Answer]] = field(default_factory=list)
    finished: bool = False
    gone: bool = False

    def became(self) -> dict[str, tuple[str, Answer]]:
        """By hand: what became of each question of all versions, and the answer that counts."""
        newest = dict(self.sent)
        found: dict[str, tuple[str, Answer]] = {}
        for name, needs in self.text.asks:
            said = newest.get(name)
            if needs and found[needs] != ("answered", "yes"):
                found[name] = "not_applicable", None
            elif name not in newest:
                found[name] = "not_reached", None
            elif said is None:
                found[name] = "skipped", None
            elif said in (DECLINED, "never"):
                found[name] = "declined", None
            else:
                found[name] = "answered", said
        return {name: found.get(name, ("not_asked", None)) for name in NAMES} if not self.gone else _nothing()


def _nothing() -> dict[str, tuple[str, Answer]]:
    return dict.fromkeys(NAMES, ("withdrawn", None))


@pytest.fixture
def scene(work: Work, now: datetime) -> "Scene":
    """One study for all examples: each has an instrument and people of its own."""
    return Scene(work, now)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """A version that asks some of the questions, in the one order, some of them only after a yes."""
    there = [name for name in NAMES if draw(st.integers(0, 3))] or ["q0"]
    return Text(tuple((name, draw(st.sampled_from(["", "", *there[:at]]))) for at, name in enumerate(there)))


class Scene:
    """A study in which instruments are published, answered and counted."""

    def __init__(self, work: Work, now: datetime) -> None:
        self.work, self.now = work, now
        self.field: Field = field_of(work, now=now)
        self.names: Iterator[int] = count(1)

    def publish(self, instrument: Instrument) -> Version:
        """The next version of the instrument, or the first."""
        db, by = self.work.db, self.field.lead.id
        rows = {row.key: row.id for row in drafts.instruments_of(db, self.field.study.id)}
        if instrument.id in rows:
            draft = drafts.draft_of(db, rows[instrument.id])
            drafts.save_draft(db, draft.instrument_id, instrument, seen=draft.number, by=by, now=self.now)
            draft = drafts.draft_of(db, rows[instrument.id])
        else:
            draft = drafts.begin(db, self.field.study.id, instrument, by=by, now=self.now)
        places = tuple(difference.place for difference in versions.review(db, draft).differences)
        approval = granted(db, draft, by=by, now=self.now)
        reasons = [Reason(places, "A theme was found.")]
        return versions.publish(db, draft, reasons, approval=approval, by=by, now=self.now)

    def begin(self, version: Version, text: Text) -> One:
        """Somebody begins on the newest version."""
        who = taking_part(self.work, self.field, now=self.now)
        run = responses.begin(
            self.work.db, self.work.keyring, who.participant, version.instrument_id, grant(self.work, who),
            now=self.now,
        )  # fmt: skip
        assert run.version_id == version.id
        return One(who, version.number, text, run.id)

    def send(self, one: One, name: str, answer: Answer) -> None:
        """They send the page of a question, as it is or for the second time."""
        db, key = self.work.db, one.who.keys[Scope.RESPONSES]
        run = runs.find(db, one.who.participant.id, one.run, writing=True)
        slot = runs.plan_of(db, run).slot_of(name)
        assert slot is not None
        loaded = responses.load(db, key, run)
        responses.save(
            db, key, grant(self.work, one.who), run, slot, {} if answer is None else {name: answer},
            seen=loaded.newest.get(slot, 0), loaded=loaded, now=self.now,
            subject=in_the_log(self.work, one.who.participant.id),
        )  # fmt: skip
        one.sent.append((name, answer))

    def close(self, one: One) -> None:
        """They send all of it."""
        db, key = self.work.db, one.who.keys[Scope.RESPONSES]
        run = runs.find(db, one.who.participant.id, one.run, writing=True)
        plan = runs.plan_of(db, run)
        one.finished = responses.submit(
            db, self.work.keyring, key, grant(self.work, one.who), run, plan, now=self.now
        )  # fmt: skip

    def leave(self, one: One, backups: Path) -> None:
        """They want everything of theirs erased, and it is."""
        withdrawals.withdraw(self.work.db, self.work.keyring, one.who.participant, Way.ERASE, now=self.now)
        one.gone = True
        self.work.carry_out(withdrawals.carry_out(self.work.db, self.work.keyring, backups, now=self.now))

    def matrix(self, instrument_id: UUID) -> matrices.Matrix:
        """The asked matrix."""
        by = self.field.analyst
        return matrices.asked(
            self.work.db, self.work.keyring, self.field.study.id, instrument_id, account_id=by.id, seed=by.seed,
            now=self.now,
        )  # fmt: skip

    def released(self, instrument_id: UUID, everybody: list[One]) -> dict[str, Mapping[str, tuple[str, Answer]]]:
        """What a release would hold of each, by pseudonym."""
        study = self.field.study.id
        members = tuple(
            Member(
                Person(one.who.participant.id, one.who.participant.pseudonym, grant(self.work, one.who), "en", {}),
                Case(uuid4(), one.who.participant.pseudonym),
                0,
                one.who.keys[Scope.RESPONSES],
            )
            for one in everybody
        )
        asked = columns.of_release(self.work.db, study, [instrument_id])
        of = Source(
            uuid4(), study, study, Terms("csv", "", ""), unfinished=True, memos=True, members=members, asked=asked
        )
        return {
            member.case.pseudonym: {name: (cell.became.value, cell.answer) for name, cell in record.cells.items()}
            for member, record in gathered(self.work.db, of, lambda _done, _all: None)
        }


def _page(draw: st.DataObject, one: One) -> str | None:
    """A page that the route leads to now: mostly the next, sometimes one from before."""
    became = one.became()
    open_ = [name for name, _ in one.text.asks if became[name][0] != "not_applicable"]
    fresh = [name for name in open_ if became[name][0] == "not_reached"][:1]
    back = [name for name in open_ if name in dict(one.sent)]
    possible = [*fresh, *fresh, *fresh, *back]
    return draw.draw(st.sampled_from(possible)) if possible else None


@LAW
@given(st.lists(texts(), min_size=1, max_size=3), st.data())
def test_the_matrix_and_a_release_are_what_a_recount_of_all_that_was_sent_says(
    scene: Scene, tmp_path: Path, versions_of: list[Text], data: st.DataObject
) -> None:
    key = f"it_{next(scene.names)}"
    everybody: list[One] = []
    numbers: dict[str, set[int]] = {}
    for text in dict.fromkeys(versions_of):
        version = scene.publish(text.written(key))
        for name, _ in text.asks:
            numbers.setdefault(name, set()).add(version.number)
        everybody += [scene.begin(version, text) for _ in range(data.draw(st.integers(1, 3)))]
        for _ in range(data.draw(st.integers(3, 15))):
            # Whoever began under an earlier version goes on with it, whatever has been published since.
            one = data.draw(st.sampled_from(everybody))
            if one.finished or one.gone:
                continue
            page = _page(data, one)
            if page is None or data.draw(st.integers(0, 12)) == 12:
                scene.close(one)
            else:
                scene.send(one, page, data.draw(st.sampled_from(["yes", "yes", "no", "never", None, DECLINED])))
    for one in everybody:
        if data.draw(st.integers(0, 6)) == 6:
            scene.leave(one, tmp_path)

    found = scene.matrix(version.instrument_id)

    assert {column.question.id: column.versions for column in found.columns} == numbers
    rows = {row.pseudonym: row for row in found.rows}
    assert len(rows) == len(found.rows) == len(everybody)
    for one in everybody:
        row, expected = rows[one.who.participant.pseudonym], one.became()
        assert (row.version, row.submitted) == (one.number, one.finished)
        assert {name: what.value for name, what in row.cells.items()} == {name: expected[name][0] for name in numbers}
    staying = [one for one in everybody if not one.gone]
    released = scene.released(version.instrument_id, staying)
    assert released == {
        one.who.participant.pseudonym: {name: one.became()[name] for name in numbers} for one in staying
    }
    counted = {one.column.question.id: one for one in matrices.counts(
        scene.work.db, scene.field.study.id, version.instrument_id, exact=True
    )}  # fmt: skip
    for name in numbers:
        asked = sum(name in dict(one.text.asks) for one in everybody)
        assert (counted[name].asked, counted[name].not_asked) == (asked, len(everybody) - asked)
