"""What every page of questions says in a language, looked up once and not with every page."""

from dataclasses import dataclass, field

from flask_babel import force_locale, gettext, ngettext
from markupsafe import escape


@dataclass(frozen=True, slots=True)
class Phrases:
    """HTML, ready to be put into a page."""

    tag: str
    part: str
    back: str
    error: str
    draft: str
    overtaken: str
    choose: str
    minutes: dict[int, str] = field(default_factory=dict)

    def progress(self, part: int, parts: int, minutes: int | None) -> str:
        """How far one is: ``Part 2 of 5 — about 6 minutes left``."""
        said = self.part % {"part": part, "parts": parts}
        return said if minutes is None else f"{said} — {self.left(minutes)}"

    def left(self, minutes: int) -> str:
        """How long it still takes, about."""
        found = self.minutes.get(minutes)
        if found is None:
            with force_locale(self.tag):
                words = ngettext("about %(num)s minute left", "about %(num)s minutes left", minutes)
            found = self.minutes[minutes] = str(escape(words))
        return found


_all: dict[str, Phrases] = {}


def phrases(tag: str) -> Phrases:
    """What is said in this language."""
    found = _all.get(tag)
    if found is None:
        with force_locale(tag):
            found = _all[tag] = _in_language(tag)
    return found


def _in_language(tag: str) -> Phrases:
    def said(text: str) -> str:
        return str(escape(text))

    back = said(gettext("Save and go back"))
    draft = said(gettext("What you had typed here is still here. It counts once you save the page."))
    return Phrases(
        tag=tag,
        # Without values gettext leaves the places for them in the text.
        part=said(gettext("Part %(part)s of %(parts)s")),
        back=f'<button type="submit" class="link back" name="then" value="back">{back}</button>',
        error=said(gettext("Error:")),
        draft=f'<div class="notice"><p>{draft}</p></div>',
        overtaken=said(
            gettext("The page before had also been saved in another tab or device. What you sent last counts.")
        ),
        choose=said(gettext("Compare the two and choose")),
    )
