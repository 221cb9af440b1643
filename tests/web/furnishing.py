"""A study with one of everything that an address can name, and with words in it that nobody may read without a key.

Its participant has agreed, is in the middle of the survey and is being interviewed by the lead.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from consent import decisions, documents
from consent.decisions import Occasion
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from exports import asking
from exports.terms import Terms
from instruments import drafts, shelf, versions
from instruments.comparison import Reason
from instruments.versions import Version
from survey import (
    agreements,
    amendments,
    assignments,
    board_questions,
    catch_up_offers,
    decision_letters,
    frames,
    incidents,
    interviews,
    links,
    nominations,
    participants,
    responses,
    runs,
    verdicts,
)  # fmt: skip
from survey import drafts as kept
from survey.amendments import Plea
from survey.board_questions import Concern
from survey.decision_letters import Keeper
from survey.deltas import About, Candidate, Delta, Memo, TopicNote
from survey.incidents import Sort, Told
from survey.interviews import Interview
from survey.participants import Enrolled, Participant
from survey.verdicts import By, Said
from tests.consent.letters import ready_letter
from tests.vault.people import Person
from tests.web.visitors import House, Visitor
from vault import approvals, identities, ledger, participant_keys, participant_sessions
from vault.identities import Identity
from vault.store import Work
from vault.studies import Scope, Site
from web.kit import cookies, guard
from web.kit.guard import Door

LIST_1 = shelf.LIST_1[0]
NAME = "Wilhelmina Nachtigall"
ANSWER = "the mentor never answered my letters"


@dataclass(frozen=True)
class Furnished:
    """The values that stand for the names in addresses."""

    study: UUID
    known: dict[str, str] = field(repr=False)
    cookie: str = field(default="", repr=False)

    def participant(self, house: House) -> Visitor:
        """The participant's browser."""
        browser = house.visitor()
        browser.keep(cookies.PERSON, self.cookie)
        return browser

    def address(self, rule: Rule) -> str:
        """The address of a route in this study. A name that is not known here is a route that no test covers."""
        unknown = set(rule.arguments) - set(self.known)
        assert not unknown, f"{rule.rule}: say in tests/web/furnishing.py what {sorted(unknown)} stands for"
        path = rule.rule
        for name in rule.arguments:
            start = path.index(name + ">")
            opening = path.rindex("<", 0, start)
            path = path[:opening] + self.known[name] + path[start + len(name) + 1 :]
        return path


def furnish(house: House, study: UUID, lead: Person, member: UUID) -> Furnished:
    """One of everything in ``study``: a site, an approval, instruments, a letter, a quota, a link, a participant."""
    now = house.clock.time
    with house.stores.work() as work:
        db = work.db
        site = Site(study_id=study, name="Clinic", opened_on=now.date())
        db.add(site)
        year = timedelta(days=365)
        decided = approvals.Decided("Board", "REB-1", "everything", (now - year).date(), (now + year).date())
        approval = approvals.record(db, study, decided, by=lead.id, now=now).number
        wording = ready_letter()
        document = documents.publish(db, study, wording, approval=approval, by=lead.id, now=now)
        begun = [drafts.begin(db, study, shelf.load(one), by=lead.id, now=now) for one in (shelf.SHORT_SURVEY, LIST_1)]
        survey, guide = (
            versions.publish(db, draft, (), approval=approval, by=lead.id, now=now) for draft in begun
        )  # fmt: skip
        frames.add_cells(db, study, {"mentor": ("yes", "no")}, by=lead.id, now=now)
        frames.set_quota(db, study, {"mentor": "yes"}, 3, by=lead.id, now=now)
        word = f"word-{study.hex[:6]}"
        links.make(db, study, word, opens_on=now.date(), by=lead.id, now=now)
        enrolled, occasion = _participant(work, study, lead, document.fingerprint, now=now)
        _answers(work, enrolled, survey, now=now)
        interview = _interview(work, enrolled.participant, guide.instrument_id, lead, now=now)
        nominee = nominations.nominate(
            db, work.keyring, enrolled.participant, Identity(name=NAME, email="w@example.org"), now=now, relation=NAME
        )
        cookie, _ = participant_sessions.welcome(
            db, work.keyring, study, enrolled.participant.id, enrolled.keys, enrolled.code, now=now
        )  # fmt: skip
        terms = Terms("reading", "To read.", "Us.", attributes=())
        release = asking.ask(db, study, terms, by=lead.account, now=now)
        offer = catch_up_offers.offer(db, survey, ("comment",), "Asked too late.", by=lead.id, now=now).id
        said = Said("And who decided?", "Decisions")
        candidate = verdicts.enter(db, study, said, by=By(lead.id, lead.seed), now=now)
        went_wrong = Told(Sort.DEVIATION, now.date(), now, "A letter went to the wrong address.")
        incident = incidents.record(db, study, went_wrong, by=lead.id, now=now)
        asked = board_questions.ask(db, study, Concern.QUESTION, "Who reads the memos?", by=lead.id, now=now)
        letter = _amendment(work, study, guide.instrument_id, approval, lead, now=now)
        work.commit()
        quota = frames.quotas(db, study)[0].id
        section = drafts.draft_of(db, survey.instrument_id).definition.sections[0]
    guard.kit_of(house.app).sequencing.run()  # as it is a second later
    known = {
        "study_id": study, "member_id": member, "account_id": lead.id, "instrument_id": survey.instrument_id,
        "version_id": survey.id, "document_id": document.id, "quota_id": quota, "word": word,
        "pseudonym": enrolled.participant.pseudonym, "response_id": interview.response_id, "scope": "responses",
        "other": nominee.pseudonym, "slot": 0, "occasion_id": occasion.id, "name": "stop", "release_id": release.id,
        "candidate_id": candidate, "offer_id": offer, "kind": "xlsform", "section_id": section.id,
        "question_id": section.questions[0].id, "reference": "W-AAAA-AAAA",
        "incident_id": incident.id, "concern_id": asked.id, "checklist": "coreq",
        "number": 1, "approval_number": approval, "letter_id": letter,
    }  # fmt: skip
    return Furnished(study, {name: str(value) for name, value in known.items()}, cookie)


def _amendment(work: Work, study: UUID, guide: UUID, approval: int, lead: Person, *, now: datetime) -> UUID:
    """An amendment of the guide, with a letter of the board; returns the letter's id."""
    draft = drafts.draft_of(work.db, guide)
    shorter = msgspec.structs.replace(draft.definition, sections=draft.definition.sections[:-1])
    draft = drafts.save_draft(work.db, guide, shorter, seen=draft.number, by=lead.id, now=now)
    places = tuple(one.place for one in versions.weigh(work.db, draft, approval).judged)
    plea = Plea((Reason(places, "It is not needed."),), "Everybody from now on.", reconsent=False)
    made = amendments.of_instrument(
        work.db, study, guide, plea, approval=approval, seen=draft.number, by=lead.id, now=now
    )  # fmt: skip
    keeper = Keeper(lead.id, lead.seed)
    return decision_letters.keep(work.db, study, b"%PDF-1.7", by=keeper, now=now, amendment=made).id


def _participant(
    work: Work, study: UUID, lead: Person, document: str, *, now: datetime
) -> tuple[Enrolled, Occasion]:  # fmt: skip
    """Somebody with a name who agreed to everything and is assigned to the lead."""
    enrolled = participants.enrol(work.db, work.keyring, study, by=ledger.SYSTEM, now=now, interviewer=lead.account)
    key, who = enrolled.keys[Scope.LINKAGE], Identity(name=NAME, email="wilhelmina@example.org", note=NAME)
    identities.keep(work.db, study, enrolled.participant.id, key, who, now=now)
    occasion = agreements.agree(
        work.db, work.keyring, enrolled.participant, dict.fromkeys(Agreed, True), document=document, language="en",
        now=now, key=key, signed=Signed(signature=NAME),
    )  # fmt: skip
    return enrolled, occasion


def _answers(work: Work, enrolled: Enrolled, survey: Version, *, now: datetime) -> None:
    """The first page is saved, twice, by two tabs that did not know of each other, and something typed is kept."""
    participant, key = enrolled.participant, enrolled.keys[Scope.RESPONSES]
    grant = decisions.grant_for(work.db, participant.id)
    run = responses.begin(work.db, work.keyring, participant, survey.instrument_id, grant, now=now)
    typed = {"role": ["clinician"], "university": ["other"], "university.words.other": [ANSWER]}
    for _ in range(2):
        loaded = responses.load(work.db, key, run)
        read = versions.plan_of(survey).read(0, typed, loaded.answers, now.date())
        assert not read.problems
        subject = participant_keys.commitment(work.keyring, participant.id)
        responses.save(work.db, key, grant, run, 0, read.answers, seen=0, loaded=loaded, now=now, subject=subject)
    still = {"comment": [ANSWER]}
    kept.keep(work.db, key, grant, run.address(1), still, seen=0, now=now, identifying=frozenset(), linkage=None)


def _interview(work: Work, participant: Participant, guide: UUID, lead: Person, *, now: datetime) -> Interview:
    """The lead is speaking with them and has noted something everywhere."""
    grant = decisions.grant_for(work.db, participant.id)
    interview = interviews.start(
        work.db, work.keyring, participant, guide, grant, account=lead.account, seed=lead.seed, now=now
    )
    _, response = interviews.find(work.db, participant.id, interview.response_id)
    key = assignments.key_of(
        work.keyring, participant, Scope.RESPONSES, account=lead.account, seed=lead.seed
    )  # fmt: skip
    plan = runs.plan_of(work.db, response)
    topic = next(question.id for page in plan.pages for question in page.questions if question.asks)
    said = Delta(
        {topic: TopicNote({"state": "asked", "notes": ANSWER}, 0)},
        About(setting=ANSWER, present=ANSWER),
        [Candidate("c1", ANSWER, ANSWER)],
        Memo(ANSWER),
    )
    interviews.note(work.db, key, grant, interview, response, said, plan=plan, now=now)
    return interview


def doors(app: Flask) -> dict[str, Door]:
    """What the guard knows of each route."""
    known: dict[str, Door] = app.extensions["verbatim-doors"]
    return known


def routes(app: Flask, method: str, *, of_study: bool | None = None) -> list[Rule]:
    """The routes that answer ``method``, by address; ``of_study`` for those with or without a study in it."""
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    if of_study is not None:
        found = [rule for rule in found if ("study_id" in rule.arguments) is of_study]
    return sorted(found, key=lambda rule: rule.rule)
