"""What a draft's list shows: a section of a long one, what was searched for, or all; made once for each saving."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext
from markupsafe import escape

from instruments.definition import Question, Section, questions
from instruments.findings import Finding, Severity
from instruments.remembering import OfValues, Remembered
from vault.studies import Permit
from web.kit import forgery
from web.kit.i18n import moment, tag
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.draft_rows import Rows, entries, name_of, notes, words_of
from web.team.draft_state import Desk, Row, desk
from web.team.framing import Marks, Piece, filled, surrounded

# A longer instrument is shown one section at a time.
MOST_AT_ONCE = 120


@dataclass(frozen=True, slots=True)
class View:
    """What of a draft is shown: a section of a long one, or what was searched for; a short one as a whole."""

    long: bool
    section: str = ""
    find: str = ""
    only: str = ""
    hits: int = 0
    most: int = MOST_AT_ONCE

    @property
    def searched(self) -> bool:
        """Whether it is what was searched for."""
        return bool(self.find or self.only)


_PARTS: OfValues[tuple[Piece[str], ...]] = OfValues(1024)
_NAVS: Remembered[Hashable, str] = Remembered(256)
_FRAMES: "Remembered[_Frame, tuple[Piece[_List], ...]]" = Remembered(128)
_LISTS: "Remembered[Hashable, _List]" = Remembered(128)
_SAID: Remembered[Hashable, str] = Remembered(512)


def _view(this: Desk) -> View:
    order, sections = this.where.order, this.instrument.sections
    if len(order) <= MOST_AT_ONCE:
        return View(long=False)
    find, only = request.args.get("find", "").strip()[:200], request.args.get("only", "")
    if find or only in set(Severity):
        return View(long=True, find=find, only=only if only in set(Severity) else "")
    wanted = request.args.get("section", "")
    home = this.where.homes.get(request.args.get("question", ""))
    known = {section.id for section in sections}
    return View(long=True, section=home.id if home else wanted if wanted in known else sections[0].id)


def _hits(this: Desk, view: View) -> frozenset[str]:
    """The questions that were searched for by their words in whatever language, their name, what is said of them."""
    wanted = view.find.casefold()
    return frozenset(
        question.id
        for question in this.where.order
        if (not wanted or wanted in "\n".join((question.id, *question.label.values())).casefold())
        and (not view.only or any(one.severity == view.only for one in this.written.of_question.get(question.id, ())))
    )


def _parts(this: Desk, view: View, hits: frozenset[str], rows: Rows) -> Iterator[str]:
    sections = this.instrument.sections
    last = len(this.where.order) - 1
    left = view.most
    for at, section in enumerate(sections, 1):
        if view.section and section.id != view.section:
            continue
        begin = this.where.begins[at - 1][0]
        shown = []
        for place, question in enumerate(section.questions, begin):
            if view.searched and (question.id not in hits or not left):
                continue
            left -= view.searched
            up, down = (False, False) if view.searched else (place > 0, place < last)
            shown.append(rows.row(question, up=up, down=down))
        if shown or not view.searched:
            yield _part(this, view, rows, section, at, "\n".join(shown))


def _part(this: Desk, view: View, rows: Rows, section: Section, at: int, shown: str) -> str:
    """A section with those of its questions that are shown."""
    found = this.written.of_section.get(section.id, ())
    condition, count = rows.condition(section.relevant), len(this.instrument.sections)
    pieces = _PARTS.found(
        (section, *found),
        lambda: _part_made(this, view, rows, section, at),
        this.row.id, tag(), rows.spoken, condition, at, count, view.searched, bool(shown),
    )  # fmt: skip
    return filled(pieces, shown)


def _part_made(this: Desk, view: View, rows: Rows, section: Section, at: int) -> tuple[Piece[str], ...]:
    marks: Marks[str] = Marks()
    html = render_template(
        "team/ask/draft_part.html",
        row=this.row,
        section=section,
        number=at,
        name=name_of(section, at, rows.spoken),
        condition=rows.condition(section.relevant),
        sections=len(this.instrument.sections),
        findings=notes(this.written.of_section.get(section.id, ())),
        searched=view.searched,
        rows=marks(lambda shown: shown) if section.questions else "",
    )
    return marks.pieces(html)


def _nav(this: Desk, shown: str, spoken: str) -> str:
    """The sections to choose from."""
    found = entries(this, spoken)
    key = (this.row.id, tag(), shown, tuple((one.section.id, one.name, one.count, one.errors) for one in found))
    return _NAVS.found(
        key,
        lambda: render_template(
            "team/ask/draft_nav.html",
            entries=found,
            shown=shown,
            base=f"{url_for('draft_list.look', study_id=this.row.study_id, instrument_id=this.row.id)}?section=",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """In what the lists of drafts differ besides what stands in the gaps."""

    row: Row
    language: str
    view: View
    undoable: bool
    may_publish: bool
    sections: bool


@dataclass(frozen=True, slots=True)
class _List:
    """What stands in the gaps of the list, as HTML."""

    title: str
    saved: str
    seen: str
    state: str
    more: str
    parts: str
    retired: str


def _main(visit: Visit, this: Desk, view: View, refusal: str) -> str:
    """The list without what stands around it."""
    frame = _Frame(
        this.row, tag(), replace(view, section=""), this.draft.undo_to is not None, Permit.PUBLISH in visit.permits,
        bool(this.instrument.sections),
    )  # fmt: skip
    if refusal or view.searched:
        hits = _hits(this, view) if view.searched else frozenset()
        gaps = _listed(this, view, hits)
        return filled(_framed(replace(frame, view=replace(view, hits=len(hits))), refusal), gaps)
    gaps = _LISTS.found((this.source, this.draft.editor, view, tag()), lambda: _listed(this, view, frozenset()))
    return filled(_FRAMES.found(frame, lambda: _framed(frame, "")), gaps)


def _listed(this: Desk, view: View, hits: frozenset[str]) -> _List:
    rows = Rows(this)
    draft, written = this.draft, this.written
    saved = gettext("Last saved by %(name)s,", name=draft.editor)
    more = (_grades(tuple(written.grades.items())), _elsewhere(written.elsewhere))
    return _List(
        title=str(escape(this.title)),
        saved=f"{escape(saved)} {moment(draft.edited_at)}",
        seen=str(draft.number),
        state=_state(len(written.errors)),
        more="".join((*more, _nav(this, view.section, rows.spoken) if view.long else "")),
        parts="".join(_parts(this, view, hits, rows)),
        retired="" if view.searched else _retired(this, rows.spoken),
    )


def _framed(frame: _Frame, refusal: str) -> tuple[Piece[_List], ...]:
    marks: Marks[_List] = Marks()
    gaps = {name: marks(attrgetter(name)) for name in ("title", "saved", "seen", "state", "more", "parts", "retired")}
    html = render_template(
        "team/ask/draft_main.html",
        row=frame.row,
        refusal=refusal,
        view=frame.view,
        undoable=frame.undoable,
        may_publish=frame.may_publish,
        sections=frame.sections,
        csrf_token=lambda: marks(lambda _: forgery.token()),
        **gaps,
    )
    return marks.pieces(html)


def _state(errors: int) -> str:
    """Whether the draft can be published."""
    return _SAID.found(("state", tag(), errors), lambda: render_template("team/ask/draft_state.html", errors=errors))


def _grades(found: tuple[tuple[str, int], ...]) -> str:
    """For which year of school the draft reads in each language."""
    return _SAID.found(("grades", tag(), found), lambda: render_template("team/ask/draft_grades.html", grades=found))


def _elsewhere(found: tuple[Finding, ...]) -> str:
    """What is said of the whole."""
    # These are found anew for each saving, and mostly say the same.
    key = ("elsewhere", tag(), *((one.severity, said(one.sentence)) for one in found))
    return _SAID.found(key, lambda: f'<ul class="findings whole">{notes(found)}</ul>') if found else ""


def _retired(this: Desk, spoken: str) -> str:
    """What was asked once and is not in the draft, with the newest version that asked it."""
    found: dict[str, tuple[int, Question]] = {}
    for number, version in enumerate(this.source.before, 1):
        for question in questions(version):
            if this.where.find(question.id) is None:
                found[question.id] = number, question
    if not found:
        return ""
    return render_template("team/ask/draft_retired.html", retired=found.values(), spoken=spoken, words_of=words_of)


def page_of(visit: Visit, instrument_id: UUID, *, refusal: str = "") -> str:
    """The list. What it says is remembered, for whoever opens it next."""
    this = desk(visit, instrument_id)
    main = _main(visit, this, _view(this), refusal)
    return surrounded(
        visit, "team/ask/draft_list.html", main, repeats=True, gaps={"title": str(escape(this.title))},
        failed=bool(refusal),
    )  # fmt: skip
