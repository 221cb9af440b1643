"""A study with one of everything that an address can name, and with words in it that nobody may read without a key."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from consent import documents, examples
from instruments import drafts, shelf, versions
from survey import frames, links, participants
from survey.participants import Participant
from tests.web.visitors import House
from vault import approvals, identities, ledger, records
from vault.accounts import Account
from vault.identities import Identity
from vault.store import Base, KeyringBase, Stores, Work
from vault.studies import Scope, Site
from web.kit.guard import Door

NAME = "Wilhelmina Nachtigall"
ANSWER = "the mentor never answered my letters"


@dataclass(frozen=True)
class Furnished:
    """The values that stand for the names in addresses."""

    study: UUID
    known: dict[str, str] = field(repr=False)

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


def furnish(house: House, study: UUID, lead: UUID, member: UUID) -> Furnished:
    """One of everything in ``study``: a site, an approval, an instrument, a letter, a quota, a link, a participant."""
    now = house.clock.time
    with house.stores.work() as work:
        db = work.db
        site = Site(study_id=study, name="Clinic", opened_on=now.date())
        db.add(site)
        year = timedelta(days=365)
        decided = approvals.Decided("Board", "REB-1", "everything", (now - year).date(), (now + year).date())
        approval = approvals.record(db, study, decided, by=lead, now=now).number
        wording = examples.library()[0].wording
        document = documents.publish(db, study, wording, approval=approval, by=lead, now=now)
        draft = drafts.begin(db, study, shelf.load(shelf.SHORT_SURVEY), by=lead, now=now)
        version = versions.publish(db, draft, (), approval=approval, by=lead, now=now)
        frames.add_cells(db, study, {"mentor": ("yes", "no")}, by=lead, now=now)
        frames.set_quota(db, study, {"mentor": "yes"}, 3, by=lead, now=now)
        word = f"word-{study.hex[:6]}"
        links.make(db, study, word, opens_on=now.date(), by=lead, now=now)
        person = _participant(work, study, lead, now=now)
        work.commit()
        quota = frames.quotas(db, study)[0].id
    known = {
        "study_id": study, "member_id": member, "account_id": lead, "instrument_id": version.instrument_id,
        "version_id": version.id, "document_id": document.id, "quota_id": quota, "word": word,
        "pseudonym": person.pseudonym, "response_id": uuid4(), "scope": "responses",
        "slot": 0, "occasion_id": uuid4(), "name": "stop",
    }  # fmt: skip
    return Furnished(study, {name: str(value) for name, value in known.items()})


def _participant(work: Work, study: UUID, interviewer: UUID, *, now: datetime) -> Participant:
    """Somebody with a name and an answer, each sealed under its own key."""
    account = work.db.get_one(Account, interviewer)
    enrolled = participants.enrol(work.db, work.keyring, study, by=ledger.SYSTEM, now=now, interviewer=account)
    person = enrolled.participant
    who = Identity(name=NAME, email="wilhelmina@example.org", note=NAME)
    identities.keep(work.db, study, person.id, enrolled.keys[Scope.LINKAGE], who, now=now)
    place = records.Address(study, person.id, "v1", uuid4(), 0)
    records.save(work.db, enrolled.keys[Scope.RESPONSES], place, ANSWER.encode(), now=now)
    return person


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


def rows(stores: Stores) -> dict[str, int]:
    """How many rows every table of both databases has."""
    counted: dict[str, int] = {}
    with stores.work(reading=True) as work:
        for session, base in ((work.db, Base), (work.keyring, KeyringBase)):
            for name, table in base.metadata.tables.items():
                counted[name] = session.scalar(select(func.count()).select_from(table)) or 0
    return counted
