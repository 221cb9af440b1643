"""An amendment form as a tagged PDF (PDF/UA-1)."""

from datetime import datetime
from pathlib import Path

from flask_babel import get_locale, gettext

from consent.typesetting import Data, pdf
from web.team.amendment import Amendment, Block, Chapter

_TEMPLATE = Path(__file__).parent.parent / "templates" / "team" / "ask" / "amendment.typ"


def paper_of(form: Amendment, *, at: datetime) -> bytes:
    """The form on paper; ``at`` is the moment that it bears."""
    data: dict[str, Data] = {
        "lang": str(get_locale() or "en").partition("_")[0],
        "title": form.title,
        "facts": [{"label": label, "value": value} for label, value in form.facts],
        "changes": [_block(block) for block in form.changes],
        "marked": [_chapter(chapter) for chapter in form.marked],
        "clean": [_chapter(chapter) for chapter in form.clean],
        "words": words(),
    }
    return pdf(_TEMPLATE.read_text(encoding="utf-8"), data, at=at)


def words() -> dict[str, str]:
    """What the form itself says, in the reader's language."""
    return {
        "what": gettext("What"),
        "entry": gettext("Entry"),
        "changes": gettext("What changes, and why"),
        "none": gettext("The two versions do not differ."),
        "marked": gettext("Marked copy"),
        "legend": gettext("What is struck through in square brackets was taken out; what is underlined was put in."),
        "clean": gettext("Clean copy"),
        "no-reason": gettext("No reason of its own."),
        "theme": gettext("Theme"),
        "evidence": gettext("Evidence"),
    }


def _chapter(chapter: Chapter) -> Data:
    return {"title": chapter.title, "blocks": [_block(block) for block in chapter.blocks]}


def _block(block: Block) -> Data:
    return {
        "heading": block.heading,
        "what": block.what,
        "lines": [
            {
                "name": line.name,
                "pieces": [{"mark": piece.mark.value, "text": piece.text} for piece in line.pieces],
            }
            for line in block.lines
        ],
        "given": [
            {"reason": one.reason, "theme": one.theme, "evidence": one.evidence, "source": one.source}
            for one in block.given
        ],
    }
