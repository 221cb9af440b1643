"""What somebody said in a run and in the catch-ups that follow it, put together question by question.

Nothing is lost and nothing invented. To each question one run speaks: the first in which it was answered, else the one
that says most of why there is no answer. What was answered in a catch-up although it was answered before (a question
that was worded anew) stands beside it and replaces nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from instruments.kinds import Answer, Answers
from instruments.narrowing import Narrowed
from instruments.route import Missingness, Plan
from survey.runs import Response

# What says most comes first.
_TELLING = (
    Missingness.ANSWERED, Missingness.DECLINED, Missingness.SKIPPED, Missingness.NOT_REACHED,
    Missingness.NOT_APPLICABLE, Missingness.WITHDRAWN, Missingness.NOT_ASKED,
)  # fmt: skip
_PLACE = {what: at for at, what in enumerate(_TELLING)}


@dataclass(frozen=True, slots=True)
class Opened:
    """A run with the way through it (narrowed for a catch-up) and all that is kept of it. ``sent``: see ``missing``."""

    run: Response
    plan: Plan
    answers: Answers = field(repr=False)
    sent: Mapping[int, int] | None = None
    follows: UUID | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a question, in which run, and the answer where there is one."""

    run: Response
    became: Missingness
    answer: Answer = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Together:
    """One run with its catch-ups. ``later`` says what became of what each of these asked, and ``again`` what was
    answered in them to questions that were answered before."""

    run: Response
    cells: Mapping[str, Said] = field(repr=False)
    later: tuple[tuple[Response, Mapping[str, Said]], ...] = field(default=(), repr=False)
    again: tuple[tuple[Response, Mapping[str, Said]], ...] = field(default=(), repr=False)


def together(opened: Sequence[Opened], ids: Sequence[str]) -> list[Together]:
    """One person's runs through one instrument, in the order in which they were begun; ``ids`` are all its questions.

    A catch-up whose run is not among them stands by itself.
    """
    said: list[tuple[Opened, dict[str, Said]]] = []
    before: dict[str, Answer] = {}
    for one in opened:
        found, counting = _of(one, before, ids)
        before |= counting
        said.append((one, found))
    there = {one.run.id for one, _ in said}
    firsts = [(one, found) for one, found in said if one.follows not in there]
    return [
        _joined(one.run, found, [(other.run, cells) for other, cells in said if other.follows == one.run.id])
        for one, found in firsts
    ]


def _of(one: Opened, before: Answers, ids: Sequence[str]) -> tuple[dict[str, Said], Answers]:
    """What became of each question in a run, and its answers that count."""
    plan, answers = one.plan, one.answers
    if isinstance(plan, Narrowed):
        answers = {name: answer for name, answer in before.items() if name not in plan.only} | dict(answers)
    reached = plan.reached(answers)
    became = plan.missing(answers, also=ids, sent=one.sent, reached=reached)
    own = {name: reached.answers[name] for name in reached.questions if name in reached.answers}
    found = {
        name: Said(one.run, became[name], own.get(name) if became[name] is Missingness.ANSWERED else None)
        for name in ids
        if name in became
    }
    return found, own


def _joined(run: Response, own: dict[str, Said], later: Sequence[tuple[Response, Mapping[str, Said]]]) -> Together:
    cells = dict(own)
    again: list[tuple[Response, Mapping[str, Said]]] = []
    asked: list[tuple[Response, Mapping[str, Said]]] = []
    for other, said in later:
        came = {name: one for name, one in said.items() if one.became is not Missingness.NOT_ASKED}
        twice = {}
        for name, one in came.items():
            if one.became is cells[name].became is Missingness.ANSWERED:
                twice[name] = one
            elif _PLACE[one.became] < _PLACE[cells[name].became]:
                cells[name] = one
        asked.append((other, came))
        if twice:
            again.append((other, twice))
    return Together(run, cells, tuple(asked), tuple(again))
