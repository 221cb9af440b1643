"""The tables of a release and what stands in them: one for each instrument, one row for each record.

A table begins with whose record it is and what is known of the case (``case``, ``occasion``, ``version``, ``day``,
``language``, ``finished``, attributes as ``case_…``); then come the questions, each as one variable or several
(exports.unfolding), retired ones at the end; then the memo of an interview. Names, numbers and labels depend on the
instrument over all its versions and never on the answers, so two releases can be laid one upon the other.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from exports.cells import storable
from exports.dataset import Attribute, AttributeKind, Case, Dataset, Instrument, Record
from exports.gaps import Gap, base_below
from exports.naming import Wanted, names, plain
from exports.places import RANK_ATTRIBUTE, RANK_COMPANION, RANK_RECORD
from exports.unfolding import YES_NO, variables
from exports.variables import Label, Measure, Reading, Source, Type, Value, Variable, cut
from instruments.definition import Role
from instruments.sentences import Texts, in_language

TIME_ZONE: Texts = {
    "en": "Days are calendar days in UTC. No time of day is in these tables.",
    "fr": "Les jours sont des jours civils en temps universel (UTC). Ces tableaux ne contiennent aucune heure.",
}
SHIFTED: Texts = {
    "en": "Days were moved by a constant for each case: time between two days of one case is as it was.",
    "fr": "Les jours ont été décalés d’une constante par cas : l’intervalle entre deux jours d’un même cas est exact.",
}
_CASE: Texts = {"en": "Case", "fr": "Cas"}
_OCCASION: Texts = {"en": "Which time this case did so", "fr": "Numéro de la participation de ce cas"}
_VERSION: Texts = {"en": "Version that was answered", "fr": "Version à laquelle il a été répondu"}
_DAY: Texts = {"en": "Day (UTC)", "fr": "Jour (UTC)"}
_LANGUAGE: Texts = {"en": "Language in which it was answered", "fr": "Langue dans laquelle il a été répondu"}
_FINISHED: Texts = {"en": "Whether it was finished", "fr": "Si c’est terminé"}
_LATER: Texts = {
    "en": "Asked later in catch-ups: version, day, questions",
    "fr": "Demandé plus tard, en rattrapage : version, jour, questions",
}
_MEMO: Texts = {"en": "Memo of the interviewer", "fr": "Mémo de la personne qui a mené l’entretien"}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``stem`` is its name as a file, ASCII; no two of a release differ by capitals alone."""

    instrument: Instrument
    stem: str
    variables: tuple[Variable, ...]

    def rows(self, data: Dataset) -> Iterator[list[Value]]:
        """The values in the order of the variables, record by record; read anew each time."""
        cases = data.cases_by_id()
        wanted, readings = self.instrument.id, [variable.read for variable in self.variables]
        for record in data.records():
            if record.instrument == wanted:
                case = cases[record.case]
                yield [read(record, case) for read in readings]


def tables(data: Dataset) -> tuple[Table, ...]:
    """A table for each instrument of the release."""
    stems = names([Wanted(0, instrument.id, instrument.id) for instrument in data.instruments])
    return tuple(
        Table(instrument, stem, _variables(data, instrument))
        for instrument, stem in zip(data.instruments, stems, strict=True)
    )


def remarks(data: Dataset) -> tuple[str, ...]:
    """What holds for all tables, in the language of the labels: how days are meant."""
    said = [TIME_ZONE, SHIFTED] if data.shifted else [TIME_ZONE]
    return tuple(in_language(texts, data.language) for texts in said)


def case_names(data: Dataset) -> Mapping[str, str]:
    """The name of the variable of each attribute in a table of cases, where no question can want the same name."""
    wanted = [Wanted(0, f"case_{plain(attribute.name)}", attribute.name) for attribute in data.attributes]
    return dict(zip([attribute.name for attribute in data.attributes], names(wanted), strict=True))


def themes_of(data: Dataset) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The themes that caused a question, by instrument and question."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for theme in data.themes:
        for question in theme.questions:
            found[question] = (*found.get(question, ()), theme.name)
    return found


def versions_of(instrument: Instrument, language: str) -> tuple[str, ...]:
    """A line on each version of an instrument: its number, day and fingerprint."""
    return tuple(
        f"{in_language(instrument.title, language)} {version.number} – {version.published_on.isoformat()} – "
        f"{', '.join(version.languages)} – {version.fingerprint}"
        for version in instrument.versions
    )


def flag_sets(table: Table) -> Mapping[str, tuple[Variable, ...]]:
    """The flags of each question with several answers, and the ticks of each topic's probes, by a name for the set."""
    found: dict[str, tuple[Variable, ...]] = {}
    for variable in table.variables:
        if variable.type is Type.FLAG and variable.source.together and variable.source.kind != "yes_no":
            together = variable.source.together
            found[together] = (*found.get(together, ()), variable)
    several = {together: flags for together, flags in found.items() if len(flags) > 1}
    return dict(zip(names([Wanted(0, name, name) for name in several]), several.values(), strict=True))


def cuts(data: Dataset, longest: int, *, in_bytes: bool) -> int:
    """How many labels a file has to cut that takes at most so many bytes or characters."""
    labels = [variable.label for table in tables(data) for variable in table.variables]
    return sum(cut(label, longest, in_bytes=in_bytes) != label for label in labels)


def _variables(data: Dataset, instrument: Instrument) -> tuple[Variable, ...]:
    found = list(_of_records(data.language))
    found.extend(_of_attribute(attribute, data) for attribute in data.attributes)
    if instrument.caught_up:
        later = _known("catch_up", _LATER, Type.TEXT, data.language, lambda record, _: _caught_up(record))
        found.append(replace(later, may_lack=(Gap.NOT_APPLICABLE,)))
    for column in instrument.columns:
        found.extend(variables(column, data.language))
    if instrument.role is Role.GUIDE:
        memo = _known("memo", _MEMO, Type.TEXT, data.language, lambda record, _: storable(record.memo) or Gap.SKIPPED)
        found.append(replace(memo, may_lack=(Gap.SKIPPED,)))
    return _named(found)


def _named(found: list[Variable]) -> tuple[Variable, ...]:
    """The variables with names that are unique among themselves and their companions."""
    keys = [f"{variable.source.question}\0{variable.source.part}\0{variable.name}" for variable in found]
    wanted = [Wanted(variable.rank, variable.name, key) for variable, key in zip(found, keys, strict=True)]
    wanted += [
        Wanted(RANK_COMPANION, f"{variable.name}_became", f"{key}\0became")
        for variable, key in zip(found, keys, strict=True)
    ]
    chosen = names(wanted)
    return tuple(
        replace(variable, name=name, companion=companion)
        for variable, name, companion in zip(found, chosen[: len(found)], chosen[len(found) :], strict=True)
    )


def _of_records(language: str) -> Iterator[Variable]:
    yield _known("case", _CASE, Type.TEXT, language, lambda _, case: storable(case.pseudonym))
    yield _known("occasion", _OCCASION, Type.NUMBER, language, lambda record, _: record.occasion)
    yield _known("version", _VERSION, Type.NUMBER, language, lambda record, _: record.version)
    yield _known("day", _DAY, Type.DAY, language, lambda record, _: record.day)
    spoken = _known("language", _LANGUAGE, Type.TEXT, language, lambda record, _: _text(record.language))
    yield replace(spoken, may_lack=(Gap.NOT_KNOWN,))
    finished = _known("finished", _FINISHED, Type.FLAG, language, lambda record, _: int(record.finished))
    yield replace(finished, labels=_yes_no(language))


def _known(name: str, label: Texts, type_: Type, language: str, read: Reading) -> Variable:
    """What is known of a record without having been asked."""
    measure = Measure.SCALE if type_ in {Type.NUMBER, Type.DAY} else Measure.NOMINAL
    return Variable(
        name, "", in_language(label, language), "", type_, measure, Source(part=name), read, rank=RANK_RECORD
    )


def _caught_up(record: Record) -> Value:
    """What was asked later, and under which version; whatever is not named was asked under the record's."""
    said = [f"{one.version} ({one.day.isoformat()}): {', '.join(one.questions)}" for one in record.later]
    return "; ".join(said) or Gap.NOT_APPLICABLE


def _text(text: str) -> Value:
    return storable(text) or Gap.NOT_KNOWN


def _yes_no(language: str) -> tuple[Label, ...]:
    return tuple(Label(str(number), number, in_language(texts, language)) for number, texts in YES_NO.items())


def _of_attribute(attribute: Attribute, data: Dataset) -> Variable:
    """A variable of the attribute's kind; of text if a value was made so coarse that it is of that kind no more."""
    values = [case.attributes[attribute.name] for case in data.cases if attribute.name in case.attributes]
    type_, convert = _CONVERSIONS[attribute.kind]
    try:
        converted = [convert(value) for value in values]
    except (ValueError, KeyError):
        type_, convert, converted = Type.TEXT, _text, []

    def read(_: Record, case: Case) -> Value:
        value = case.attributes.get(attribute.name)
        return Gap.NOT_KNOWN if value is None else convert(value)

    made = _known(f"case_{plain(attribute.name)}", {}, type_, data.language, read)
    source = Source(part=storable(attribute.name), kind="attribute")
    lacking = (Gap.NOT_KNOWN,)
    made = replace(made, stem=storable(attribute.name), source=source, rank=RANK_ATTRIBUTE, may_lack=lacking)
    if type_ is Type.FLAG:
        return replace(made, labels=_yes_no(data.language))
    figures = [value for value in converted if isinstance(value, int | float)]
    places = max([len(repr(value).partition(".")[2]) for value in figures if isinstance(value, float)], default=0)
    return replace(made, base=base_below(min([0.0, *figures])), decimals=places)


def _figure(text: str) -> Value:
    number = float(text)
    if not math.isfinite(number) or "e" in repr(number):
        raise ValueError
    return int(number) if number.is_integer() else number


_CONVERSIONS: Mapping[AttributeKind, tuple[Type, Callable[[str], Value]]] = {
    AttributeKind.TEXT: (Type.TEXT, _text),
    AttributeKind.YES_NO: (Type.FLAG, {"yes": 1, "no": 0}.__getitem__),
    AttributeKind.NUMBER: (Type.NUMBER, _figure),
    AttributeKind.DATE: (Type.DAY, date.fromisoformat),
}
