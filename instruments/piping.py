"""What was answered before, said again in a later question: "You said that your mentor is ${mentor}. How …"

``${id}`` in a label, help or the text of an option stands for the answer to that question, in words, in the language of
the page. The result is plain text; who shows it escapes it. ``$`` followed by anything else is a dollar sign.
"""

import re
from collections.abc import Mapping

from instruments.definition import Question
from instruments.kinds import (
    Answer,
    Answers,
    Kind,
    Matrix,
    Number,
    Scale,
    Topic,
    YesNo,
    code_of,
    options_of,
    words_of,
)
from instruments.sentences import Texts, in_language

PIPE = re.compile(r"\$\{\s*([A-Za-z][A-Za-z0-9_]{0,63})\s*\}")
NOTHING_SAID = "…"


def references(*texts: Texts) -> frozenset[str]:
    """The ids of the questions whose answers the texts repeat, in whatever language."""
    return frozenset(found for text in texts for said in text.values() for found in PIPE.findall(said))


def texts_of(kind: Kind) -> tuple[Texts, ...]:
    """The texts of a kind of question: of options, rows and probes, the ends of scales, the unit of numbers."""
    of = kind.each if isinstance(kind, Matrix) else kind
    labels = [option.label for option in options_of(kind)]
    if isinstance(kind, Matrix):
        labels += [row.label for row in kind.rows]
    if isinstance(of, Scale):
        labels += [of.low, of.middle, of.high]
    if isinstance(of, Number):
        labels.append(of.unit)
    if isinstance(of, Topic):
        labels += [probe.label for probe in of.probes]
    return tuple(labels)


def piped_into(question: Question) -> frozenset[str]:
    """The ids of the questions whose answers this question repeats."""
    return references(question.label, question.help, question.notes, *texts_of(question.kind))


def filled(
    text: str,
    questions: Mapping[str, Question],
    answers: Answers,
    language: str,
    words: Mapping[str, str] | None = None,
) -> str:
    """``text`` with every ``${id}`` replaced by the answer in words; three dots where there is no answer.

    ``words`` are the words for ``yes`` and ``no`` in the language of the page.
    """
    if "${" not in text:
        return text

    def said(match: re.Match[str]) -> str:
        question = questions.get(match[1])
        answer = answers.get(match[1])
        return in_words(question.kind, answer, language, words) if question else NOTHING_SAID

    return PIPE.sub(said, text)


def in_words(kind: Kind, answer: Answer, language: str, words: Mapping[str, str] | None = None) -> str:
    """An answer as a person would say it; three dots if it is none. Own words stand in place of an option's label."""
    if answer is None or isinstance(answer, bool):
        return NOTHING_SAID
    if isinstance(kind, YesNo) and isinstance(answer, str):
        return (words or {}).get(answer, answer) or NOTHING_SAID
    labels = {option.code: option.label for option in options_of(kind)}
    if labels and not isinstance(kind, Matrix):
        chosen = answer if isinstance(answer, list) else [answer]
        said = [words_of(one) or in_language(labels.get(code_of(one), {}), language) for one in chosen]
        return ", ".join(part for part in said if part) or NOTHING_SAID
    if isinstance(answer, str | int | float):
        return _with_unit(kind, str(answer), language) or NOTHING_SAID
    return NOTHING_SAID


def _with_unit(kind: Kind, said: str, language: str) -> str:
    unit = in_language(kind.unit, language) if isinstance(kind, Number) else ""
    return f"{said} {unit}" if unit else said
