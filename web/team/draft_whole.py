"""What belongs to a draft as a whole: its title, its languages, how long it takes, where its wording comes from."""

from uuid import UUID

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from msgspec.structs import replace

from instruments import drafts
from instruments.comparison import WHOLE
from instruments.definition import LANGUAGE, Instrument
from instruments.drafts import DraftOvertaken
from instruments.sentences import Texts
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.draft_list import HERE, address, told
from web.team.draft_question import sent
from web.team.draft_state import Desk, desk
from web.team.instrument_drafts import number
from web.team.question_fields import Fields, Typed, one
from web.team.question_words import Difference
from web.team.trouble import NO_TROUBLE, Trouble

page = Pages("draft_whole", __name__)

_TEXTS = ("title", "help", "provenance")
MOST_MINUTES = 600


def _fields(instrument: Instrument) -> Typed:
    found: Typed = {
        "languages": [" ".join(instrument.languages)],
        "minutes": ["" if instrument.minutes is None else str(instrument.minutes)],
    }
    for name in _TEXTS:
        found |= {f"{name}.{language}": [text] for language, text in getattr(instrument, name).items()}
    return found


def _page(visit: Visit, this: Desk, typed: Fields, *, seen: int, trouble: Trouble = NO_TROUBLE) -> str:
    own = [name.partition(".")[2] for name in typed if name.startswith(tuple(f"{text}." for text in _TEXTS))]
    return render(
        visit,
        "team/ask/whole.html",
        this=this,
        row=this.row,
        value=lambda name: one(typed, name),
        seen=seen,
        trouble=trouble,
        editor=this.draft.editor,
        spoken=tuple(dict.fromkeys((*this.instrument.languages, *own))) or ("en",),
    )


@page.view(f"{HERE}/whole", permit=Permit.AUTHOR)
def edit(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The whole as it stands in the draft."""
    this = desk(visit, instrument_id)
    return _page(visit, this, _fields(this.instrument), seen=this.draft.number)


@page.action(f"{HERE}/whole", permit=Permit.AUTHOR)
def save(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The whole is what was typed. Texts in a language that is taken away stay in the draft until they are erased."""
    this, typed, seen = desk(visit, instrument_id), sent(), number(request.form.get("seen"))
    if button := request.form.get("do", ""):
        return _page(visit, this, typed, seen=seen, trouble=Trouble({}, button))
    languages = tuple(dict.fromkeys(one(typed, "languages").replace(",", " ").split()))
    texts = {name: _texts(typed, name) for name in _TEXTS}
    minutes = one(typed, "minutes")
    wrong = {}
    if not languages or not all(LANGUAGE.fullmatch(language) for language in languages):
        wrong["languages"] = gettext("Name the languages by their tags, with spaces between them: en fr pt-BR.")
    if minutes and not (minutes.isdecimal() and len(minutes) < 4 and 1 <= int(minutes) <= MOST_MINUTES):
        wrong["minutes"] = gettext("Say how long this takes in minutes, from 1 to 600, or leave it out.")
    if wrong:
        return _page(visit, this, typed, seen=seen, trouble=Trouble(wrong)), 422

    def deed(instrument: Instrument) -> Instrument:
        return replace(instrument, languages=languages, minutes=int(minutes) if minutes else None, **texts)

    try:
        saved = drafts.change(
            visit.db, this.row.id, deed, touches=(WHOLE,), seen=seen, by=visit.account_id, now=visit.now
        )
    except DraftOvertaken:
        trouble = Trouble({}, theirs=_differences(this.instrument, typed), overtaken=True)
        return _page(visit, this, typed, seen=this.draft.number, trouble=trouble), 409
    told(visit, gettext("The draft was saved."), merged=saved.merged)
    return redirect(address(visit, this.row.id), code=303)


def _texts(typed: Fields, name: str) -> Texts:
    found = {
        field.removeprefix(f"{name}."): one(typed, field).replace("\r\n", "\n")
        for field in typed
        if field.startswith(f"{name}.") and LANGUAGE.fullmatch(field.removeprefix(f"{name}."))
    }
    return {language: text for language, text in found.items() if text}


def _differences(theirs: Instrument, typed: Fields) -> list[Difference]:
    saved = _fields(theirs)
    words = {
        "title": gettext("Title"), "help": gettext("What is said at the beginning"),
        "provenance": gettext("Where the wording comes from"), "languages": gettext("Languages"),
        "minutes": gettext("Minutes it takes"),
    }  # fmt: skip
    return [
        Difference(name, f"{words[name.partition('.')[0]]} {name.partition('.')[2]}".strip(), one(saved, name))
        for name in dict.fromkeys((*saved, *typed))
        if name.partition(".")[0] in words and one(saved, name) != one(typed, name).replace("\r\n", "\n")
    ]
