"""Sentences of the rooms below, in the language of the page."""

from flask_babel import gettext, ngettext

from instruments.sentences import Sentence
from web.kit.i18n import tag


def said(sentence: Sentence, spoken: str = "") -> str:
    """The sentence in the language of the page, with its values; what an author wrote is in the author's words.

    ``spoken`` is the language of the author's words, where it is not that of the page.
    """
    values = sentence.filled(spoken or tag())
    if sentence.plural:
        return str(ngettext(sentence.text, sentence.plural, sentence.count, **values))
    return str(gettext(sentence.text, **values))
