"""One question of a draft, written in a form: its words in every language, its kind, who is asked it."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import escape

from instruments import drafts, editing
from instruments.definition import Instrument, Question, Role, find
from instruments.drafts import DraftOvertaken
from instruments.kinds import ShortText, Topic
from instruments.whereabouts import whereabouts
from vault.errors import Invalid, Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.visit import Visit
from web.team import question_fields as fields
from web.team import question_sheet
from web.team.condition_fields import Conditions
from web.team.draft_list import HERE, address, told
from web.team.draft_state import Desk, Row, desk
from web.team.draft_view import MOST_AT_ONCE
from web.team.framing import surrounded
from web.team.instrument_drafts import number
from web.team.question_fields import Fields
from web.team.question_sheet import Sheet
from web.team.question_words import differences
from web.team.trouble import NO_TROUBLE, Trouble

page = Pages("draft_question", __name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands or is to stand: an id that it has already, or what it comes behind."""

    question: str = ""
    after: str = ""
    section: str = ""

    def before(self, instrument: Instrument) -> int:
        """How many questions come first."""
        where = whereabouts(instrument)
        if self.question in where.places:
            return where.places[self.question]
        if self.after in where.places:
            return where.places[self.after] + 1
        named = (
            begins + len(section.questions)
            for section, (begins, _) in zip(instrument.sections, where.begins, strict=True)
            if section.id == self.section
        )
        return next(named, len(where.order))


def language_of(instrument: Instrument) -> str:
    """The language of the page, if the instrument speaks it, else the one that it was written in."""
    language = tag()
    return language if language in instrument.languages else instrument.language


def _conditions(this: Desk, place: Place) -> Conditions:
    return Conditions(this.instrument, partial(place.before, this.instrument), language_of(this.instrument))


def _page(
    visit: Visit,
    this: Desk,
    place: Place,
    typed: Fields,
    *,
    seen: int,
    trouble: Trouble = NO_TROUBLE,
    conditions: Conditions | None = None,
) -> str:
    """The form with what stands in it. ``seen`` is the number of the draft that whoever writes has seen."""
    stands = this.where.find(place.question)
    published = this.published.get(place.question)
    spoken = fields.languages_of(this.instrument.languages, stands)
    choice = (conditions or _conditions(this, place)).choice(typed)
    address_, over = question_sheet.addresses(
        this.row, place.question, after=place.after, section=place.section
    )  # fmt: skip
    heading = gettext("Question “%(name)s”", name=place.question) if place.question else gettext("A new question")
    short = len(this.where.order) <= MOST_AT_ONCE
    sheet = Sheet(
        typed=typed,
        id=place.question,
        title=str(escape(this.title)),
        heading=str(escape(heading)),
        seen=seen,
        number=this.draft.number,
        fixed=fields.fixed_codes(published),
        choice=choice,
        findings=question_sheet.findings_of(this, place.question),
        condition=question_sheet.condition(choice, trouble),
        places=question_sheet.places(this, place.question, spoken[0], short=short) if stands else "",
        address=address_,
        over=over,
    )
    shape = question_sheet.shape_of(this, stands, typed, spoken, published=published is not None)
    main = question_sheet.form(shape, sheet, editor=this.draft.editor, trouble=trouble)
    return surrounded(
        visit,
        "team/ask/question.html",
        main,
        gaps={"heading": sheet.heading, "title": sheet.title},
        failed=bool(trouble.wrong or trouble.overtaken),
    )


class Cut(Invalid):
    """Without the number that stands in every form of ours, the rest of it is missing too."""

    public = "The form did not arrive whole, so nothing was changed. Load the page again and enter it anew."


@page.view(f"{HERE}/question/<question_id>", permit=Permit.AUTHOR)
def edit(visit: Visit, instrument_id: UUID, question_id: str) -> ResponseReturnValue:
    """The question as it stands in the draft."""
    this = desk(visit, instrument_id)
    question = this.where.find(question_id)
    if question is None:
        raise Missing
    place = Place(question=question_id)
    conditions = _conditions(this, place)
    typed = fields.fields_of(question) | conditions.fields_of(question.relevant)
    return _page(visit, this, place, typed, seen=this.draft.number, conditions=conditions)


@page.view(f"{HERE}/new-question", permit=Permit.AUTHOR)
def new(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """An empty question, behind another one or at the end of a section."""
    this = desk(visit, instrument_id)
    place = Place(after=request.args.get("after", ""), section=request.args.get("section", ""))
    kind = Topic() if this.row.role is Role.GUIDE else ShortText()
    typed = fields.fields_of(Question(id="", kind=kind, label={})) | {"relevant.by": [""]}
    return _page(visit, this, place, typed, seen=this.draft.number)


def sent() -> dict[str, list[str]]:
    """What was typed, without what is the form's own."""
    ours = {"csrf_token", "seen", "do", "then"}
    return {name: values for name, values in request.form.to_dict(flat=False).items() if name not in ours}


@page.action(f"{HERE}/question/<question_id>", permit=Permit.AUTHOR)
def save(visit: Visit, instrument_id: UUID, question_id: str) -> ResponseReturnValue:
    """The question is what was typed, unless somebody else changed it meanwhile: then both are shown."""
    return _save(visit, instrument_id, Place(question=question_id))


@page.action(f"{HERE}/new-question", permit=Permit.AUTHOR)
def add(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft has a further question."""
    return _save(
        visit, instrument_id, Place(after=request.args.get("after", ""), section=request.args.get("section", ""))
    )


def _save(visit: Visit, instrument_id: UUID, place: Place) -> ResponseReturnValue:
    this = desk(visit, instrument_id)
    if "seen" not in request.form:
        raise Cut
    typed, seen = sent(), number(request.form.get("seen"))
    if deed := request.form.get("do", ""):
        typed, focus = fields.rearranged(typed, deed)
        return _page(visit, this, place, typed, seen=seen, trouble=Trouble({}, focus or deed))
    read, wrong = _read(this, place, typed)
    if wrong:
        return _page(visit, this, place, typed, seen=seen, trouble=Trouble(wrong)), 422
    try:
        saved = _written(visit, this.row, place, read, seen)
    except DraftOvertaken:
        theirs = this.where.find(place.question)
        differing = differences(theirs, typed, this.instrument.languages) if theirs else ()
        trouble = Trouble({}, theirs=differing, gone=theirs is None, overtaken=True)
        return _page(visit, this, place, typed, seen=this.draft.number, trouble=trouble), 409
    told(visit, gettext("The question was saved."), merged=saved)
    return redirect(_onward(visit, this.row, read), code=303)


def _read(this: Desk, place: Place, typed: Fields) -> tuple[Question, dict[str, str]]:
    """The question that was typed, and what of it cannot be taken."""
    instrument = this.instrument
    stands = find(instrument, place.question)
    published = this.published.get(place.question)
    relevant, wrong = _conditions(this, place).text_of(typed, stands.relevant if stands else "")
    # A name that stays what it is takes none from anybody.
    stays = fields.one(typed, "id") == place.question != ""
    taken = set() if stays else (this.where.named.keys() | this.published.keys()) - {place.question}
    if published is not None:
        typed = {**typed, "id": [published.id]}
    languages = fields.languages_of(instrument.languages, stands)
    read = fields.question_of(typed, languages, relevant=relevant, taken=taken, fallback=place.question)
    return read.question, {**read.wrong, **wrong}


def _written(visit: Visit, row: Row, place: Place, question: Question, seen: int) -> bool:
    """Saves the question; returns whether somebody else's changes are in the draft as well. Raises DraftOvertaken."""

    def deed(instrument: Instrument) -> Instrument:
        if find(instrument, place.question):
            return editing.with_question(instrument, question, was=place.question)
        return editing.inserted(instrument, [question], after=place.after, section=place.section)

    touches = (place.question,) if place.question else ()
    return drafts.change(
        visit.db, row.id, deed, touches=touches, seen=seen, by=visit.account_id, now=visit.now
    ).merged  # fmt: skip


def _onward(visit: Visit, row: Row, question: Question) -> str:
    study, instrument = visit.study_id, row.id
    match request.form.get("then"):
        case "stay":
            return url_for("draft_question.edit", study_id=study, instrument_id=instrument, question_id=question.id)
        case "next":
            return url_for("draft_question.new", study_id=study, instrument_id=instrument, after=question.id)
        case _:
            return address(visit, row.id, question=question.id)
