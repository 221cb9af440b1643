"""A page of questions, compiled once for a version, page and language, and filled in with one pass.

The skeletons of a version stay in memory, a bounded number of them: a version that nobody answers any more makes room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import force_locale, gettext
from markupsafe import escape

from instruments.definition import questions
from instruments.fields import Form
from instruments.kinds import Answers
from instruments.route import Plan
from instruments.sentences import Problem, in_language
from web.kit.i18n import LANGUAGES
from web.participant.pieces import Filling, Language, Piece, Repeats, filled, told
from web.participant.questions import block, target_of

_KEPT = 400


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A page without a person. ``title`` is HTML; ``speaks`` is the questions' language if the page has another."""

    language: Language
    title: str
    speaks: str
    intro: tuple[Piece, ...]
    blocks: Mapping[str, tuple[Piece, ...]]
    targets: Mapping[str, str]
    repeating: frozenset[str]  # the questions on which earlier answers tell, and "" if they do above the questions

    def body(self, shown: Sequence[str], filling: Filling) -> str:
        """The questions that are shown, filled in."""
        return filled(self.intro, filling) + "".join([filled(self.blocks[name], filling) for name in shown])

    def same_for_all(self, shown: Sequence[str]) -> bool:
        """Whether the page looks alike for everybody who has not filled it in yet and is shown these questions."""
        return "" not in self.repeating and self.repeating.isdisjoint(shown)

    def filling(self, form: Form, answers: Answers, problems: Sequence[Problem] = ()) -> Filling:
        """What fills the page: the fields, the answers that count, and what has to be looked at again."""
        if not problems:
            return Filling(form, answers)
        wrong, fields = told(problems, self.language)
        return Filling(form, answers, wrong, fields)

    def summary(self, problems: Sequence[Problem], answers: Answers) -> list[tuple[str, str]]:
        """For each thing to look at again, where it stands on the page, which question it is and what to do there."""
        return [
            (
                self.targets.get(problem.field, problem.field),
                f"{self.language.label(problem.question, answers)} {self.language.sentence(problem.sentence)}",
            )
            for problem in problems
        ]


class Skeletons:
    """Every page of one version in one language; each is compiled when it is first shown."""

    def __init__(self, plan: Plan, tag: str) -> None:
        self._plan = plan
        spoken = plan.instrument.languages
        self._speaks = "" if tag in spoken or not spoken else spoken[0]
        with force_locale(tag if tag in LANGUAGES else "en"):
            self.language = Language.of(self._speaks or tag, {one.id: one for one in questions(plan.instrument)})
        self._tag = tag
        self._pages: dict[int, Skeleton] = {}

    def page(self, slot: int) -> Skeleton:
        """The skeleton of a page."""
        found = self._pages.get(slot)
        if found is None:
            with force_locale(self._tag):
                found = self._pages[slot] = self._compiled(slot)
        return found

    def _compiled(self, slot: int) -> Skeleton:
        plan, language = self._plan, self.language
        section = plan.section_of(slot)
        first = slot == 0 or plan.pages[slot - 1].section != section.id
        page = plan.pages[slot].questions
        title = in_language(section.title or plan.instrument.title, language.tag)
        targets: dict[str, str] = {}
        for question in page:
            targets |= target_of(question)
        intro = tuple(language.paragraphs(section.help)) if first else ()
        blocks = {question.id: block(question, language, plan.offering(question.id)) for question in page}
        repeating = [name for name, pieces in {**blocks, "": intro}.items() if any(map(_repeats, pieces))]
        return Skeleton(
            language=language,
            title=str(escape(title or gettext("Questions"))),
            speaks=self._speaks,
            intro=intro,
            blocks=blocks,
            targets=targets,
            repeating=frozenset(repeating),
        )


def _repeats(piece: Piece) -> bool:
    return isinstance(piece, Repeats)


def summary(found: Sequence[tuple[str, str]]) -> str:
    """Above a page that was refused: every sentence once, each a link to where it is put right."""
    if not found:
        return ""
    links = "".join(f'<li><a href="#{escape(target)}">{escape(sentence)}</a></li>' for target, sentence in found)
    return (
        '<div class="errors" role="alert" tabindex="-1" autofocus aria-labelledby="errors-title">'
        f'<h2 id="errors-title">{escape(gettext("Please look at this again"))}</h2><ul>{links}</ul></div>'
    )
