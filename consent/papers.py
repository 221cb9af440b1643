"""The copy of what was signed, made anew whenever somebody asks for it from rows that cannot change.

Nothing but the frozen document, the occasion and what vouches for it goes in, so whatever is published or decided
later, the same copy comes out, byte for byte.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from consent import documents, markdown, typesetting
from consent.decisions import Mode, Occasion, Sitting
from consent.documents import ConsentDocument
from consent.paper_words import Words, words_for
from consent.scopes import Scope
from consent.signatures import Signed
from consent.typesetting import TEMPLATES, Data
from consent.wording import Published
from vault.errors import Missing
from vault.receipts import Receipt


def copy_of(
    document: ConsentDocument, sitting: Sitting, signed: Signed, *, pseudonym: str, receipt: Receipt | None = None
) -> bytes:
    """A tagged PDF of what was decided on one occasion: the text in the language it was read in, each question with
    its answer, who vouches for it and what that means, when, and which version. The ``receipt`` of its line in the
    log, which never changes either, is enclosed as a file.

    ``document`` is the one that the occasion names (documents.by_fingerprint), ``signed`` is decisions.signed_on.
    Missing for a withdrawal, which has no text.
    """
    occasion = sitting.occasion
    if occasion.language is None or occasion.document != document.fingerprint:
        raise Missing
    template = (TEMPLATES / "copy.typ").read_text(encoding="utf-8")
    data = _data(documents.published(document), document.fingerprint, sitting, signed, occasion.language, pseudonym)
    data = {**data, **_logged(receipt, words_for(occasion.language)[1])}
    return typesetting.pdf(template, data, at=occasion.at)


def _data(
    published: Published, mark: str, sitting: Sitting, signed: Signed, language: str, pseudonym: str
) -> Mapping[str, Data]:
    wording, occasion = published.wording, sitting.occasion
    words_lang, words = words_for(language)
    base, _, rest = language.partition("-")
    version = words.version.format(published.number)
    script = markdown.tree(wording.script[language]) if occasion.mode is Mode.SPOKEN else []
    answers = {decision.scope: decision.agreed for decision in sitting.decisions}
    rows = _vouching(words, occasion, signed)
    facts = [
        (words.study, published.study),
        (words.participant, pseudonym),
        (words.document, f"{wording.title[language]} · {version}"),
        (words.fingerprint, mark),
        (words.occasion, str(occasion.id)),
    ]
    return {
        "lang": base,
        "region": rest if len(rest) == 2 else None,
        "words-lang": words_lang,
        "words": {name.replace("_", "-"): text for name, text in asdict(words).items()},
        "study": published.study,
        "title": wording.title[language],
        "note": wording.note.get(language, ""),
        "letter": markdown.tree(wording.text[language]),
        "script": script,
        "answers": [
            {"question": asked.question[language], "answer": _answer(words, answers, asked.scope)}
            for asked in wording.asked
        ],
        "signed-heading": words.spoken if occasion.mode is Mode.SPOKEN else words.signature,
        "meaning": "" if occasion.mode is Mode.SPOKEN else wording.signing[language],
        "own-meaning": words.spoken_meaning if occasion.mode is Mode.SPOKEN else "",
        "signed": [{"label": label, "value": value} for label, value in rows],
        "facts": [{"label": label, "value": value} for label, value in facts],
        "pseudonym": pseudonym,
        "footer": version,
    }


def _logged(receipt: Receipt | None, words: Words) -> Mapping[str, Data]:
    if receipt is None:
        return {"receipt": "", "logged": ""}
    return {"receipt": receipt.text, "logged": words.log_text.format(receipt.place, receipt.size)}


def _answer(words: Words, answers: Mapping[Scope, bool], scope: Scope) -> str:
    if scope not in answers:
        return words.undecided
    return words.yes if answers[scope] else words.no


def _vouching(words: Words, occasion: Occasion, signed: Signed) -> list[tuple[str, str]]:
    """Who vouches, and when; nobody has to for a no."""
    when = _moment(occasion.at)
    if occasion.mode is Mode.SPOKEN:
        rows = [(words.read_by, signed.reader), (words.read_at, when)]
        heard = [(words.heard_by, signed.witness), (words.recording, signed.recording)]
        return rows + [(label, value) for label, value in heard if value]
    return [(words.name, signed.signature or words.unsigned), (words.signed_at, when)]


def _moment(at: datetime) -> str:
    """Date and time to the second, in UTC, the same in every language."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
