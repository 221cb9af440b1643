"""Invitations on paper: a sheet for each person, with the address in the window, the link, the code and a QR code."""

import io
from collections.abc import Sequence
from pathlib import Path

import segno
from flask_babel import force_locale, gettext

from consent.typesetting import Data, pdf
from survey.invitations import Ready
from survey.letters import LetterKind
from web.kit.i18n import LANGUAGES
from web.kit.visit import Visit

_TEMPLATE = Path(__file__).parent.parent / "templates" / "team" / "recruit" / "letter.typ"


def sheets_of(visit: Visit, ready: Sequence[Ready]) -> bytes:
    """One PDF with a sheet for each letter, in the language that the letter was queued in."""
    data: dict[str, Data] = {
        "title": visit.the_study.title,
        "date": visit.now.date().isoformat(),
        "letters": [_sheet(visit, one) for one in ready],
    }
    return pdf(_TEMPLATE.read_text(encoding="utf-8"), data, at=visit.now)


def _sheet(visit: Visit, ready: Ready) -> dict[str, Data]:
    language = ready.contents.language if ready.contents.language in LANGUAGES else "en"
    place = f"{visit.settings.public_url}/p"
    link = f"{place}#{ready.contents.code}"
    with force_locale(language):
        if ready.letter.kind is LetterKind.CATCH_UP:
            return _further_questions(ready, language, place)
        return {
            "lang": language,
            "to": [ready.identity.name, *ready.identity.address.splitlines()],
            "subject": gettext("Invitation to take part in a study"),
            "hello": gettext("Hello %(name)s,", name=ready.identity.name) if ready.identity.name else gettext("Hello,"),
            "text": [
                gettext("you are invited to take part in the study named above. You need no account and no password."),
                gettext("Scan the square with your telephone, or open %(place)s and type the code.", place=place),
                gettext(
                    "Nothing is asked before you have read what the study is about and decided. You can stop at any "
                    "time, without saying why."
                ),
                gettext("Please keep this letter: whoever has the code can read what you answered."),
            ],
            "code_is": gettext("Your code"),
            "square_is": gettext("QR code with your personal link"),
            "code": ready.contents.code,
            "qr": _square(link),
        }


def _further_questions(ready: Ready, language: str, place: str) -> dict[str, Data]:
    """A letter without a code: the one that the person has opens the same door."""
    return {
        "lang": language,
        "to": [ready.identity.name, *ready.identity.address.splitlines()],
        "subject": gettext("A few more questions"),
        "hello": gettext("Hello %(name)s,", name=ready.identity.name) if ready.identity.name else gettext("Hello,"),
        "text": [
            gettext("you took part in the study named above. Questions were added since then that you were not asked."),
            gettext(
                "You can answer just these: scan the square with your telephone, or open %(place)s, and type the code "
                "that you have. If you do not find it any more, ask us for a new one.", place=place,
            ),
            gettext("You need not answer them, and need not say why. What you answered before stays as it is."),
        ],
        "code_is": gettext("Use the code that you have"),
        "square_is": gettext("QR code with the address"),
        "code": "",
        "qr": _square(place),
    }  # fmt: skip


def _square(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=8, border=2, dark="#000", light="#fff")
    return drawn.getvalue().decode()
