"""Runs and their catch-ups put together: recounted by hand, nothing is lost and nothing invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Answer, Option, SingleChoice
from instruments.narrowing import Narrowed
from instruments.route import Missingness, Plan
from survey.merging_runs import Opened, Together, together
from survey.runs import Kind, Response

NAMES = tuple(f"q{at}" for at in range(6))
YES_NO = SingleChoice(options=(Option(code="yes", label={"en": "Yes"}), Option(code="no", label={"en": "No"})))
SOME = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(("yes", "no")))


@dataclass(frozen=True)
class Way:
    """A version as a list: each question with the one whose yes it needs, if any."""

    asks: tuple[tuple[str, str], ...]

    def plan(self) -> Plan:
        condition = {name: f"${{{needs}}} = 'yes'" if needs else "" for name, needs in self.asks}
        sections = tuple(
            Section(
                id=f"s{name}",
                questions=(Question(id=name, kind=YES_NO, label={"en": name}, relevant=condition[name]),),
            )
            for name, _ in self.asks
        )
        return Plan.of(
            Instrument(id="one", role=Role.SURVEY, title={"en": "One"}, languages=("en",), sections=sections)
        )  # fmt: skip

    def became(self, answers: Mapping[str, Answer]) -> dict[str, tuple[Missingness, Answer]]:
        """What becomes of each question by going from one to the next."""
        counting: dict[str, Answer] = {}
        found: dict[str, tuple[Missingness, Answer]] = {}
        for name, needs in self.asks:
            if needs and counting.get(needs) != "yes":
                found[name] = Missingness.NOT_APPLICABLE, None
            elif name in answers:
                counting[name] = answers[name]
                found[name] = Missingness.ANSWERED, answers[name]
            else:
                found[name] = Missingness.SKIPPED, None
        return found


@st.composite
def ways(draw: st.DrawFn) -> Way:
    there = [name for name in NAMES if draw(st.booleans())]
    return Way(tuple((name, draw(st.sampled_from(["", *there[:at]]))) for at, name in enumerate(there)))


@dataclass(frozen=True)
class Case:
    """One run and its catch-ups: the way, what was answered, and which questions a catch-up asks."""

    first: tuple[Way, Mapping[str, Answer]]
    later: tuple[tuple[Way, Mapping[str, Answer], frozenset[str]], ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    later = []
    for _ in range(draw(st.integers(0, 3))):
        way = draw(ways())
        only = frozenset(draw(st.sets(st.sampled_from(NAMES)))) & {name for name, _ in way.asks}
        later.append((way, {name: said for name, said in draw(SOME).items() if name in only}, only))
    way = draw(ways())
    known = {name for name, _ in way.asks}
    return Case((way, {name: said for name, said in draw(SOME).items() if name in known}), tuple(later))


def _run(kind: Kind) -> Response:
    one: UUID = uuid4()
    return Response(uuid4(), one, one, one, uuid4(), kind, date(2026, 11, 30), date(2026, 11, 30))


def _merged(case: Case) -> tuple[Together, list[Response]]:
    first = _run(Kind.SELF)
    opened = [Opened(first, case.first[0].plan(), case.first[1])]
    for way, answers, only in case.later:
        opened.append(Opened(_run(Kind.CATCH_UP), Narrowed(way.plan(), only), answers, follows=first.id))
    (found,) = together(opened, NAMES)
    return found, [one.run for one in opened]


def _by_hand(case: Case) -> list[dict[str, tuple[Missingness, Answer]]]:
    """What became of each question in each run; a catch-up goes on from everything that counted before."""
    way, answers = case.first
    said = [way.became(answers)]
    counted = {name: answer for name, (_, answer) in said[0].items() if answer is not None}
    for later, own, only in case.later:
        before = {name: answer for name, answer in counted.items() if name not in only}
        became = later.became(before | dict(own))
        said.append({name: what for name, what in became.items() if name in only})
        counted |= {name: answer for name, (_, answer) in said[-1].items() if answer is not None}
    return said


def _spoken(said: Sequence[Mapping[str, tuple[Missingness, Answer]]], name: str) -> tuple[Missingness, Answer]:
    """The first answer, else the word that says most: declined, skipped, not reached, not applicable, not asked."""
    every = [run[name] for run in said if name in run]
    answers = [one for one in every if one[0] is Missingness.ANSWERED]
    if answers:
        return answers[0]
    return min(every, key=lambda one: _MOST.index(one[0]), default=(Missingness.NOT_ASKED, None))


_MOST = [Missingness.DECLINED, Missingness.SKIPPED, Missingness.NOT_REACHED, Missingness.NOT_APPLICABLE]


@given(cases())
@settings(max_examples=300, deadline=None)
def test_what_is_put_together_is_what_a_recount_by_hand_says(case: Case) -> None:
    found, _ = _merged(case)
    said = _by_hand(case)
    for name in NAMES:
        cell = found.cells[name]
        assert (cell.became, cell.answer) == _spoken(said, name), name


@given(cases())
@settings(max_examples=300, deadline=None)
def test_no_answer_is_lost_and_none_is_invented(case: Case) -> None:
    found, there = _merged(case)
    given_ = {
        (at, name, answer)
        for at, run in enumerate(_by_hand(case))
        for name, (_, answer) in run.items()
        if answer is not None
    }
    place = {run.id: at for at, run in enumerate(there)}
    kept: list[tuple[int, str, Answer]] = [
        (place[cell.run.id], name, cell.answer) for name, cell in found.cells.items() if cell.answer is not None
    ]
    kept += [(place[run.id], name, cell.answer) for run, twice in found.again for name, cell in twice.items()]
    assert sorted(kept, key=str) == sorted(given_, key=str)


@given(cases())
@settings(max_examples=100, deadline=None)
def test_without_a_catch_up_a_run_is_as_it_was(case: Case) -> None:
    alone = Case(case.first, ())
    found, _ = _merged(alone)
    way, answers = case.first
    expected = way.plan().missing(dict(answers), also=NAMES)
    assert {name: cell.became for name, cell in found.cells.items()} == expected
    assert (found.later, found.again) == ((), ())
