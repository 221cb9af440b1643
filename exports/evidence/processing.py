"""The record of processing of GDPR article 30, and where data flow, from the study's records and the settings.

Everything here is a ``Sentence``: English in the package, the reader's language on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from consent import decisions
from consent.scopes import Scope
from exports import releases
from instruments.sentences import Sentence
from vault import approvals, studies
from vault.accounts import Account
from vault.settings import Settings
from vault.studies import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record: what article 30(1) asks for, and what is so here."""

    asks: Sentence
    told: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Data on their way: from whom to whom, which, and in which form."""

    source: Sentence
    target: Sentence
    what: Sentence
    form: Sentence


def record(db: Session, study_id: UUID, settings: Settings, *, now: datetime) -> tuple[Entry, ...]:
    """The record of article 30(1), letters a to g, for one study."""
    study = studies.find(db, study_id)
    leads = [
        db.get_one(Account, member.account_id).name
        for member in studies.members(db, study_id)
        if member.role is Role.LEAD
    ]
    scopes = {count.scope for count in decisions.counts(db, study_id)}
    made = [one.release for one in releases.of_study(db, study_id, now=now) if one.release.built_at]
    return (
        Entry(
            Sentence("(a) Controller and contact"),
            (
                Sentence(
                    "The study “%(title)s” (%(reference)s).", {"title": study.title, "reference": study.reference}
                ),
                Sentence("Led by %(names)s.", {"names": ", ".join(leads)}),
                Sentence("The institution and its data protection officer are named in the consent letter."),
            ),
        ),
        Entry(Sentence("(b) Purposes"), _purposes(scopes)),
        Entry(
            Sentence("(c) People, and kinds of data"),
            (
                Sentence("Participants, and people whom participants named so that they may be asked."),
                Sentence("Names and contacts; answers and what was said; decisions about consent, with a signature."),
                Sentence("Members of the team: name, e-mail address, and what they did."),
            ),
        ),
        Entry(Sentence("(d) Recipients"), _recipients(made)),
        Entry(
            Sentence("(e) Transfers to third countries"),
            (Sentence("None by this program: nothing leaves it but letters by mail and files that are fetched."),),
        ),
        Entry(Sentence("(f) When data are erased"), _retention(db, study_id)),
        Entry(Sentence("(g) Measures of security (article 32)"), _measures(settings)),
    )


def _purposes(scopes: set[Scope]) -> tuple[Sentence, ...]:
    purposes = {
        Scope.TAKE_PART: Sentence("Research as the consent letter describes it, based on consent (article 6(1)(a))."),
        Scope.RECORDED: Sentence("Recording conversations, of those who agreed to it."),
        Scope.QUOTED: Sentence("Quoting without a name, of those who agreed to it."),
        Scope.LATER_RESEARCH: Sentence("Keeping de-identified data for later research, of those who agreed to it."),
        Scope.RESULTS: Sentence("Telling the results to those who asked for it."),
    }
    return tuple(purposes[scope] for scope in Scope if scope in scopes) or (Sentence("Nobody has decided yet."),)


def _recipients(made: Sequence[releases.Release]) -> tuple[Sentence, ...]:
    if not made:
        return (Sentence("Nothing has left the study yet."),)
    return tuple(
        Sentence(
            "%(recipients)s, for: %(purpose)s (%(profile)s, de-identified).",
            {"recipients": one.terms.recipients, "purpose": one.terms.purpose, "profile": one.profile},
        )
        for one in made
    )


def _retention(db: Session, study_id: UUID) -> tuple[Sentence, ...]:
    days = [one.keep_until for one in approvals.of_study(db, study_id) if one.keep_until]
    kept = (
        Sentence("Kept until %(day)s, as the board approved.", {"day": max(days).isoformat()})
        if days
        else Sentence("No day is recorded with the approval; the consent letter says how long data are kept.")
    )
    return (
        kept,
        Sentence("Whoever withdraws may have their name or everything erased; their keys are destroyed at once."),
        Sentence("A released file is destroyed on the server on the day that was set for it."),
    )


def _measures(settings: Settings) -> tuple[Sentence, ...]:
    way = (
        Sentence("Pages are reached by TLS.")
        if urlsplit(settings.public_url).scheme == "https"
        else Sentence("Pages are reached on this machine only, without TLS.")
    )
    return (
        Sentence("Each participant's answers are sealed under a key of their own (AES-256-GCM, X-Wing)."),
        Sentence("Names are sealed apart from answers, under other keys, held by other roles."),
        Sentence("Who signs in has a passphrase (Argon2id) and a second factor; sessions end after 30 idle minutes."),
        way,
        Sentence("Every deed, and every look at names or answers, is a line in a log that can be checked offline."),
        Sentence("Keys lie in a database of their own, whose backups are replaced within 30 days."),
    )


def flows(settings: Settings) -> tuple[Flow, ...]:
    """Every way that data take."""
    external = settings.database_url.startswith("postgres")
    database = Sentence("database (PostgreSQL)") if external else Sentence("database (file)")
    memory = Sentence("by the browser, in memory only")
    people, server = Sentence("participants"), Sentence("server")
    sealed = Sentence("sealed; the server keeps no key that opens it")
    ways = [
        Flow(people, server, Sentence("answers, decisions, contacts"), memory),
        Flow(Sentence("interviewers"), server, Sentence("notes, spoken consent"), memory),
        Flow(server, database, Sentence("answers, names, notes"), sealed),
        Flow(
            server,
            Sentence("keyring (file)"),
            Sentence("participants' keys"),
            Sentence("wrapped for those who hold keys"),
        ),
        Flow(
            database, Sentence("team"), Sentence("what each role's keys open"), Sentence("opened for one page, logged")
        ),
        Flow(
            database,
            Sentence("those who asked for a release"),
            Sentence("de-identified material"),
            Sentence("approved by another, sealed until it is fetched"),
        ),
        Flow(
            database,
            Sentence("ethics board"),
            Sentence("counts, texts, the log"),
            Sentence("without names and answers"),
        ),
        Flow(database, Sentence("backups"), Sentence("everything but keys"), sealed),
    ]
    if settings.smtp_url:
        host = urlsplit(settings.smtp_url).hostname or ""
        ways.insert(
            5,
            Flow(
                server,
                Sentence("mail server %(host)s", {"host": host}),
                Sentence("letters with name, address and code"),
                Sentence("as mail, once somebody releases it"),
            ),
        )
    return tuple(ways)
