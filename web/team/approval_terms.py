"""What a decision of the board is about, as a form asks for it and as pages say it."""

from collections.abc import Iterator
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from consent import documents
from consent import drafts as consent_drafts
from consent.drafts import ConsentDraft
from consent.weighing import mark_of
from instruments import drafts, versions
from instruments.canonical import fingerprint
from instruments.definition import Instrument
from instruments.sentences import in_language
from vault.approvals import Approval
from vault.terms import CONSENT, Freedom, Terms, named, section_of
from web.kit.forms import CheckboxesField, PageForm, choices
from web.kit.i18n import tag
from web.kit.visit import Visit
from web.team.instruments import title_of

FREEDOMS = {
    Freedom.SPELLING: _l("Typographic corrections of wording"),
    Freedom.TRANSLATIONS: _l("Added translations"),
    Freedom.HELP: _l("Texts that help, and notes to the interviewer"),
    Freedom.PROBES: _l("New probes within approved topics"),
    Freedom.QUESTIONS: _l("New questions within approved sections"),
    Freedom.ORDER: _l("The order within a section, and of sections"),
    Freedom.REMOVAL: _l("Leaving out what was approved"),
}


class TermsForm(PageForm):
    """The limits of a decision; whatever stays empty is not limited."""

    protocol = StringField(_l("Protocol"), [Length(max=120)], description=_l("As the board's letter refers to it."))
    instruments = CheckboxesField(_l("Instruments"), description=_l("None ticked: every one."))
    documents = CheckboxesField(_l("Consent documents"), description=_l("None ticked: every one."))
    texts = CheckboxesField(
        _l("Texts that the board had before it"),
        description=_l("A draft that is ticked may be published under this decision exactly as it stands now."),
    )
    sample_size = IntegerField(
        _l("Approved number of participants"),
        [Optional(), NumberRange(1, 1_000_000, _l("Give a number from 1 on, or leave it empty."))],
        description=_l("At this site, or at all of them. Nobody is enrolled beyond it."),
    )
    keep_until = DateField(_l("Data kept until"), [Optional()])
    conditions = TextAreaField(_l("Conditions"), [Length(max=4000)])
    freedoms = CheckboxesField(
        _l("What may change without a new approval"),
        description=_l("Only what the board's letter says. None ticked: nothing."),
    )
    sections = CheckboxesField(_l("Sections in which new questions may come in"))
    sentence = TextAreaField(
        _l("The board's sentence on this"), [Length(max=2000)], description=_l("Word for word, from the letter.")
    )

    def terms(self) -> Terms:
        """What was typed and ticked."""
        return Terms(
            protocol=self.protocol.data or "",
            instruments=tuple(map(UUID, self.instruments.data or ())),
            documents=tuple(self.documents.data or ()),
            texts=tuple(self.texts.data or ()),
            sample_size=self.sample_size.data,
            keep_until=self.keep_until.data,
            conditions=self.conditions.data or "",
            freedoms=frozenset(map(Freedom, self.freedoms.data or ())),
            sections=tuple(self.sections.data or ()),
            sentence=self.sentence.data or "",
        )

    def take(self, terms: Terms) -> None:
        """The form shows these limits, apart from the texts: those are new with each decision."""
        self.protocol.data, self.conditions.data, self.sentence.data = terms.protocol, terms.conditions, terms.sentence
        self.instruments.data = [str(one) for one in terms.instruments]
        self.documents.data, self.sections.data = list(terms.documents), list(terms.sections)
        self.sample_size.data, self.keep_until.data = terms.sample_size, terms.keep_until
        self.freedoms.data = [one.value for one in terms.freedoms]


def offer(visit: Visit, form: TermsForm) -> None:
    """The form offers what this study has."""
    db, study_id = visit.db, visit.study_id
    every = versions.of_study(db, study_id)
    drafted = {row.id: drafts.draft_of(db, row.id).definition for row, _ in every}
    form.instruments.choices = choices((str(row.id), title_of(drafted[row.id])) for row, _ in every)
    published = documents.of_study(db, study_id)
    form.documents.choices = choices((one.fingerprint, _version(one.number)) for one in published)
    texts: dict[str, str] = {}
    for row, issued in every:
        title = title_of(drafted[row.id])
        if issued:
            mark = named(row.id, issued[-1].fingerprint)
            texts[mark] = f"{title}: {gettext('version %(number)s', number=issued[-1].number)}"
        texts.setdefault(named(row.id, fingerprint(drafted[row.id])), f"{title}: {gettext('the draft')}")
    texts |= _of_consent(visit)
    form.texts.choices = choices(texts.items())
    form.freedoms.choices = choices((one.value, str(said)) for one, said in FREEDOMS.items())
    form.sections.choices = choices(
        (section_of(row.id, name), f"{title_of(drafted[row.id])}: {said}")
        for row, _ in every
        for name, said in _sections(drafted[row.id])
    )


def _version(number: int) -> str:
    return str(gettext("Consent document: version %(number)s", number=number))


def _of_consent(visit: Visit) -> Iterator[tuple[str, str]]:
    newest = next(iter(documents.of_study(visit.db, visit.study_id)), None)
    if newest is not None:
        yield named(CONSENT, mark_of(documents.published(newest).wording)), _version(newest.number)
    draft = visit.db.get(ConsentDraft, visit.study_id)
    if draft is not None:
        yield named(CONSENT, mark_of(consent_drafts.wording_of(draft))), gettext("Consent document: the draft")


def _sections(instrument: Instrument) -> Iterator[tuple[str, str]]:
    for section in instrument.sections:
        yield section.id, in_language(section.title, tag()) or section.id


def in_words(visit: Visit, approval: Approval) -> list[tuple[str, str]]:
    """Everything that limits the decision beside the board's words, by what it is."""
    terms = approval.terms
    titles = {
        row.id: title_of(drafts.draft_of(visit.db, row.id).definition)
        for row, _ in versions.of_study(visit.db, visit.study_id)
    }
    numbers = {one.fingerprint: one.number for one in documents.of_study(visit.db, visit.study_id)}
    found = [
        (gettext("Protocol"), terms.protocol),
        (gettext("Only these instruments"), ", ".join(titles.get(one, "?") for one in terms.instruments)),
        (
            gettext("Only these consent documents"),
            ", ".join(_version(numbers[one]) for one in terms.documents if one in numbers),
        ),
        (gettext("Approved number of participants"), str(terms.sample_size or "")),
        (gettext("Data kept until"), terms.keep_until.isoformat() if terms.keep_until else ""),
        (gettext("Conditions"), terms.conditions),
        (
            gettext("May change without a new approval"),
            ", ".join(str(said) for one, said in FREEDOMS.items() if one in terms.freedoms),
        ),
        (gettext("Sections in which new questions may come in"), ", ".join(_named(titles, terms))),
        (gettext("The board's sentence on this"), f"“{terms.sentence}”" if terms.sentence else ""),
        (gettext("Texts that the board had before it"), ", ".join(_texts(titles, terms))),
    ]
    return [(name, value) for name, value in found if value]


def _named(titles: dict[UUID, str], terms: Terms) -> Iterator[str]:
    for one in terms.sections:
        of, _, section = one.partition(".")
        yield f"{titles.get(UUID(of), '?')}: {section}"


def _texts(titles: dict[UUID, str], terms: Terms) -> Iterator[str]:
    for one in terms.texts:
        of, _, mark = one.partition(":")
        title = gettext("Consent document") if of == CONSENT else titles.get(UUID(of), "?")
        yield f"{title} ({mark[:8]}…)"
