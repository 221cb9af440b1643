"""What happened to an instrument as it was asked: versions, questions, candidates, themes; drawn, and as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _l

from instruments import versions
from instruments.comparison import What
from instruments.definition import Role
from survey import chronicling, progress
from survey.chronicle import Chronicle, Column, Deed, Event
from survey.verdicts import Candidate
from vault.errors import CannotOpen
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.candidates import by
from web.team.collation import WHAT
from web.team.instruments import of_the_study, title_of
from web.team.timeline_drawing import Drawing, Group, Head, Lane, Mark, draw

page = Pages("timeline", __name__)

# A sign that prints in black, and the word for it.
SIGNS: Mapping[Deed, tuple[str, LazyString]] = {
    Deed.PUBLISHED: ("┊", _l("published")),
    Deed.ENTERED: WHAT[What.ADDED],
    Deed.RETURNED: ("↺", _l("asked again")),
    Deed.CHANGED: ("≈", _l("changed")),
    Deed.RETIRED: WHAT[What.RETIRED],
    Deed.HEARD: ("○", _l("came up in an interview")),
    Deed.PROPOSED: ("◌", _l("proposed from a theme")),
    Deed.ACCEPTED: ("●", _l("accepted into the draft")),
    Deed.DECLINED: ("×", _l("turned down")),
    Deed.MERGED: ("→", _l("merged into another")),
    Deed.REOPENED: ("?", _l("opened again")),
}
FIRST, AGAIN = ("◆", _l("theme, the first time")), ("◇", _l("theme, again"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: a column of the axis, or something that happened."""

    where: str
    day: str
    column: Column | None = None
    event: Event | None = None
    themes: tuple[str, ...] = ()  # that came up here for the first time


@dataclass(frozen=True, slots=True)
class Told:
    """A chronicle with the words for its places: ``opened`` with the runs and every candidate."""

    instrument_id: UUID
    guide: bool
    opened: bool
    chronicle: Chronicle
    counts: Mapping[int, str]  # without the key, what is known of each version's runs

    @property
    def candidates(self) -> Mapping[UUID, Candidate]:
        """By their ids."""
        return {one.id: one for one in self.chronicle.candidates}


def _told(visit: Visit, instrument_id: UUID, key: str, *, guide: bool) -> Told:
    if Permit.READ_ANSWERS in visit.permits:
        try:
            found = chronicling.of_instrument(
                visit.db, visit.keyring, visit.study_id, instrument_id, by=by(visit), now=visit.now
            )
            return Told(instrument_id, guide, True, found, {})  # noqa: FBT003
        except CannotOpen:
            pass
    found = chronicling.of_instrument(
        visit.db, visit.keyring, visit.study_id, instrument_id, by=None, now=visit.now
    )  # fmt: skip
    return Told(instrument_id, guide, False, found, _counts(visit, key))  # noqa: FBT003


def _counts(visit: Visit, key: str) -> dict[int, str]:
    """By version what the page on progress says of it, and not a number more."""
    found: dict[int, list[str]] = {}
    for count in progress.runs_by_version(visit.db, visit.study_id, exact=False):
        if count.instrument == key:
            sent = gettext("few") if count.submitted is None else str(count.submitted)
            still = gettext("few") if count.open is None else str(count.open)
            found.setdefault(count.version, []).append(
                gettext("sent: %(sent)s, open: %(open)s", sent=sent, open=still)
            )  # fmt: skip
    return {version: "; ".join(said) for version, said in found.items()}


def drawing_of(visit: Visit, told: Told) -> Drawing:
    """The chronicle as lanes below its columns."""
    heads = [Head(*_head(told, column)) for column in told.chronicle.columns]
    groups = (
        Group(gettext("Versions"), tuple(_versions(visit, told))),
        Group(gettext("Questions that came, went or changed"), tuple(_questions(visit, told))),
        Group(gettext("Candidate questions"), tuple(_candidates(visit, told))),
        Group(gettext("Themes"), tuple(_themes(told))),
    )
    cuts = [event.slot for event in told.chronicle.events if event.deed is Deed.PUBLISHED]
    return draw(heads, groups, cuts)


def _head(told: Told, column: Column) -> tuple[str, str]:
    if not told.opened:
        return gettext("Version %(number)s", number=column.version), ""
    return column.pseudonym or _numbers(column), column.since.isoformat()


def _numbers(column: Column) -> str:
    last = column.first + len(column.runs) - 1
    return str(column.first) if last == column.first else f"{column.first}–{last}"


def _versions(visit: Visit, told: Told) -> Iterator[Lane]:
    for edition in told.chronicle.editions:
        yield Lane(
            gettext("Version %(number)s, %(day)s", number=edition.number, day=edition.at.date().isoformat()),
            url_for("versions.read", study_id=visit.study_id, version_id=edition.id),
            told.chronicle.under([edition.number]),
        )


def _questions(visit: Visit, told: Told) -> Iterator[Lane]:
    happened: dict[str, list[Event]] = {}
    for event in told.chronicle.events:
        if event.question and event.version:
            happened.setdefault(event.question, []).append(event)
    always = set.intersection(*(set(one.asks) for one in told.chronicle.editions)) - set(happened)
    if always:
        yield Lane(
            ngettext("%(num)s question, never changed", "%(num)s questions, never changed", len(always)),
            # One stands for all: a catch-up asks what came later, so none of these.
            bars=told.chronicle.asking(min(always)),
        )
    for name, events in happened.items():
        if name in told.chronicle.asked:
            marks = tuple(map(_mark, events))
            yield Lane(name, _story(visit, told, name), told.chronicle.asking(name), marks)


def _mark(event: Event) -> Mark:
    sign, word = SIGNS[event.deed]
    return Mark(event.slot, sign, str(word))


def _story(visit: Visit, told: Told, question: str) -> str:
    return url_for(
        "provenance.question", study_id=visit.study_id, instrument_id=told.instrument_id, question_id=question
    )


def _candidates(visit: Visit, told: Told) -> Iterator[Lane]:
    for one in told.chronicle.candidates:
        events = [event for event in told.chronicle.events if event.candidate == one.id]
        if not events:
            continue
        marks = tuple(_mark(event) for event in events)
        if told.opened:
            href = url_for("candidate.one", study_id=visit.study_id, candidate_id=one.id)
            yield Lane(one.words or gettext("(no longer readable)"), href, marks=marks)
        else:
            yield Lane(events[0].question, _story(visit, told, events[0].question), marks=marks)


def _themes(told: Told) -> Iterator[Lane]:
    for theme in told.chronicle.themes:
        marks = tuple(
            Mark(slot, *(FIRST[0], str(FIRST[1])) if slot == theme.first.slot else (AGAIN[0], str(AGAIN[1])))
            for slot in theme.slots
        )
        yield Lane(theme.name, marks=marks)


def _legend(this: Chronicle) -> list[tuple[str, LazyString]]:
    """The signs that occur, with their words."""
    seen = {event.deed for event in this.events}
    found = [SIGNS[deed] for deed in SIGNS if deed in seen]
    found += [FIRST] if this.themes else []
    return found + ([AGAIN] if any(len(theme.slots) > 1 for theme in this.themes) else [])


def lines_of(told: Told) -> list[Line]:
    """The columns and everything that happened, in the order of the axis."""
    first: dict[int, list[str]] = {}
    for theme in told.chronicle.themes:
        first.setdefault(id(theme.first), []).append(theme.name)
    found = [
        (2 * at + 1, 0, Line(_head(told, column)[0], _days(column) if told.opened else "", column=column))
        for at, column in enumerate(told.chronicle.columns)
    ]
    found += [
        (event.slot, 1, Line("", event.at.date().isoformat(), event=event, themes=tuple(first.get(id(event), ()))))
        for event in told.chronicle.events
    ]
    return [line for _, _, line in sorted(found, key=lambda one: one[:2])]


def _days(column: Column) -> str:
    days: list[date] = sorted({column.since, column.until})
    return " – ".join(day.isoformat() for day in days)


# With the key the words of candidate questions are read, so the look is a deed that the log names.
@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/timeline", permit=Permit.SEE_PROGRESS, logs=True)
def look(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The timeline of an instrument."""
    row = of_the_study(visit, instrument_id)
    published = versions.of_instrument(visit.db, row.id)
    told = _told(visit, row.id, row.key, guide=row.role is Role.GUIDE) if published else None
    title = title_of(versions.definition_of(published[-1])) if published else row.key
    return render(
        visit,
        "team/ask/timeline.html",
        row=row,
        title=title,
        told=told,
        drawing=drawing_of(visit, told) if told else None,
        lines=lines_of(told) if told else (),
        ids={edition.number: edition.id for edition in told.chronicle.editions} if told else {},
        signs=SIGNS,
        legend=_legend(told.chronicle) if told else (),
        words=WHAT,
    )
