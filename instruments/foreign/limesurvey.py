"""LimeSurvey surveys (.lss): a group becomes a section, a question one or more questions, in every language.

What asks nobody (equations, uploads, hidden questions) is left out, and the account says so; so do settings of the
survey, mails and quotas, which an instrument does not hold.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath

from instruments.definition import Instrument, Question, Role, Section, questions
from instruments.findings import Severity
from instruments.foreign import built_in_words
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.languages import Tags
from instruments.foreign.limesurvey_conditions import Conditions
from instruments.foreign.limesurvey_file import Entry, Lss, Record, read_lss
from instruments.foreign.limesurvey_questions import Draft, Questions
from instruments.foreign.limesurvey_source import Settings, Source, Speech
from instruments.foreign.markup import plain
from instruments.foreign.naming import Names
from instruments.foreign.rows import Row, Rows
from instruments.foreign.settling import settle
from instruments.inspection import inspect
from instruments.sentences import Sentence, Texts

_MANNER = re.compile(r"-(?:informal|formal|easy)\Z")
_OF_MAILS = ("email", "bounce", "admin")


def read(data: bytes, name: str) -> Imported:
    """The survey in all its languages. Raises FormUnreadable, which names the row and what to do there."""
    lss = read_lss(data)
    rows = Rows()
    survey = rows.open("survey", lss.settings.get("sid") or name)
    speech = Speech(_tags(lss, survey))
    sources, groups = _sources(lss, rows, speech)
    conditions = lss.others.get("conditions", ())
    made = Questions(sources, Conditions(conditions), one_a_page=lss.settings.get("format") == "S")
    instrument = _instrument(lss, name, speech, _sections(lss, made, groups, speech))
    if not any(True for _ in questions(instrument)):
        raise FormUnreadable(
            Sentence(
                "Nothing in this survey can be asked here: each of its questions calculates, uploads or is hidden."
            )
        )
    settled, dropped = settle(instrument)
    by_question = {found: draft.source.row for draft in made.drafts for found in draft.ids}
    by_section = {section.id: row for section, row in zip(instrument.sections, groups.values(), strict=True)}
    for loss in dropped:
        row = by_question[loss.question] if loss.question else by_section[loss.section]
        row.says(loss.part, loss.sentence)
    for finding in inspect(settled):
        if finding.severity is Severity.ERROR:
            by_question.get(finding.question, survey).says(finding.place, finding.sentence, Fate.TAKEN)
    lacking = built_in_words.lacking(speech.languages)
    if lacking:
        survey.changes(
            "languages",
            "What the program says by itself (“Other”, “Yes”) is English in %(languages)s. Translate it.",
            languages=", ".join(lacking),
        )
    _account_for_the_rest(lss, rows, survey, {draft.source.entry.key: draft for draft in made.drafts})
    return Imported(settled, rows.lines())


def _tags(lss: Lss, row: Row) -> Mapping[str, str]:
    """The tag of each language."""
    given = Tags()
    tags: dict[str, str] = {}
    for language in lss.languages:
        short = _MANNER.sub("", language)
        first = given.give(short)
        tags[language] = given.give(language) if first in tags.values() else first
        if tags[language] != language:
            row.changes("languages", "The language “%(said)s” is “%(tag)s” here.", said=language, tag=tags[language])
    return tags


def _sources(lss: Lss, rows: Rows, speech: Speech) -> tuple[list[Source], dict[str, Row]]:
    """Every question in order, and the account of each group, by its key. Raises FormUnreadable."""
    groups: dict[str, Row] = {}
    sources = []
    lines = _by_question(lss.subquestions, "parent_qid")
    answers = _by_question(lss.answers, "qid")
    for group in lss.groups:
        groups[group.key] = rows.open(f"group {group.key}", _title(group, speech))
        own = [entry for entry in lss.questions if entry.data.get("gid") == group.key]
        sources += [_source(entry, lines, answers, lss, rows, speech) for entry in own]
    for entry in lss.questions:
        if entry.data.get("gid") not in groups:
            raise FormUnreadable(
                Sentence(
                    "The question “%(name)s” is in a group that is not in the file. Export the whole survey again.",
                    {"name": entry.code},
                )
            )
    known = {source.entry.key for source in sources}
    for lost in (*lss.subquestions, *lss.answers):
        if lost.data.get("parent_qid" if "parent_qid" in lost.data else "qid") not in known:
            rows.open(f"line or answer {lost.code}", lost.code).leave_out("It belongs to no question in the file.")
    return sources, groups


def _title(group: Entry, speech: Speech) -> str:
    return next(iter(speech.texts(group.text).values()), group.key)


def _by_question(entries: tuple[Entry, ...], column: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.data.get(column, ""), []).append(entry)
    return found


def _source(
    entry: Entry,
    lines: Mapping[str, list[Entry]],
    answers: Mapping[str, list[Entry]],
    lss: Lss,
    rows: Rows,
    speech: Speech,
) -> Source:
    place = f"question {entry.code} ({entry.key})"
    row = rows.open(place, entry.code)
    own, offered = lines.get(entry.key, []), answers.get(entry.key, [])
    accounts = {}
    for number, part in enumerate((*own, *offered)):
        kind = "line" if number < len(own) else "answer"
        scale = f" of scale {part.scale}" if part.scale != "0" else ""
        accounts[part.key] = rows.open(f"{place} {kind} {part.code}{scale}", part.code)
    return Source(
        entry=entry,
        row=row,
        settings=Settings(lss.attributes.get(entry.key, {})),
        speech=speech,
        lines=tuple(one for one in own if one.scale == "0"),
        columns=tuple(one for one in own if one.scale != "0"),
        answers=tuple(one for one in offered if one.scale == "0"),
        second_answers=tuple(one for one in offered if one.scale != "0"),
        rows=accounts,
    )


def _sections(lss: Lss, made: Questions, groups: Mapping[str, Row], speech: Speech) -> tuple[Section, ...]:
    names = Names()
    by_group: dict[str, list[Question]] = {}
    for draft in made.drafts:
        by_group.setdefault(draft.source.entry.data.get("gid", ""), []).extend(made.made(draft))
    found = []
    for group in lss.groups:
        row = groups[group.key]
        if group.data.get("randomization_group", ""):
            row.loses("randomization", "Sections are always asked in the order in which they stand.")
        title = speech.texts(group.text)
        called = next(iter(title.values()), "")
        found.append(
            Section(
                id=names.id(called[:40].strip() or f"group_{group.key}", "section"),
                questions=tuple(by_group.get(group.key, ())),
                title=title,
                help=speech.texts(group.help),
                relevant=made.answers.condition(group.data.get("grelevance", ""), row),
            )
        )
    return tuple(found)


def _instrument(lss: Lss, name: str, speech: Speech, sections: tuple[Section, ...]) -> Instrument:
    def in_tongues(column: str) -> Texts:
        return speech.texts({row.get("surveyls_language", ""): row.get(column, "") for row in lss.texts})

    title = in_tongues("surveyls_title") or dict.fromkeys(speech.languages, PurePath(name).stem or "survey")
    description, welcome = in_tongues("surveyls_description"), in_tongues("surveyls_welcometext")
    both = {tag: "\n\n".join(filter(None, (description.get(tag), welcome.get(tag)))) for tag in speech.languages}
    return Instrument(
        id=Names().id(PurePath(name).stem, "survey"),
        role=Role.SURVEY,
        title=title,
        languages=speech.languages,
        sections=sections,
        help={tag: text for tag, text in both.items() if text},
    )


def _account_for_the_rest(lss: Lss, rows: Rows, survey: Row, drafts: Mapping[str, Draft]) -> None:
    """What a survey file holds beside what is asked."""
    if any(plain(row.get("surveyls_endtext", "")) for row in lss.texts):
        survey.loses("end text", "What is said at the end is not part of an instrument. Say it in an information.")
    if any(column.startswith(("surveyls_email", "email")) for row in lss.texts for column in row):
        survey.loses("mails", "Mails belong to the study here, and not to what is asked.")
    if unlisted := lss.unlisted:
        survey.loses(
            "languages",
            "Texts in languages that the survey does not list were left out: %(languages)s.",
            languages=", ".join(unlisted),
        )
    if any(entry.data.get("assessment_value", "").strip() not in ("", "0") for entry in lss.answers):
        survey.loses("assessments", "What an answer counts in an assessment was left out. Count it in the data.")
    if len(lss.settings) > 1:
        survey.loses("settings", "How the survey runs (dates, tokens, notices) belongs to the study here.")
    for table, records in lss.others.items():
        if table == "conditions":
            _account_for_conditions(records, rows, drafts)
        else:
            row = rows.open(f"table {table}", table)
            row.leave_out("Its rows (%(count)s) are about something else than what is asked.", count=len(records))


def _account_for_conditions(records: tuple[Record, ...], rows: Rows, drafts: Mapping[str, Draft]) -> None:
    for record in records:
        draft = drafts.get(record.get("qid", ""))
        row = rows.open(f"condition {record.get('cid', '')}", draft.source.entry.code if draft else "")
        if draft is None or not draft.parts:
            row.leave_out("It belongs to a question that was left out.")
        elif any(line.place.endswith((", relevance equation", ", condition")) for line in draft.source.row.parts):
            row.leave_out("It was left out with the relevance equation of its question.")
