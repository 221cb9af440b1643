"""The demo's first days: a team with accounts and keys, a study with sites, frame, approval, letter, instruments."""

from datetime import date, datetime, timedelta

import pyotp

from consent import documents, examples
from instruments import drafts, shelf, versions
from instruments.drafts import Draft
from instruments.shelf import Entry
from survey import amendments, candidates, frames, links, sampling
from survey.amendments import Plea, State
from vault import accounts, approvals, codes, ledger, studies, study_keys, welcomes
from vault.accounts import Account
from vault.approvals import Decided
from vault.passphrases import new_passphrase
from vault.store import Work
from vault.studies import Role
from vault.terms import Freedom, Terms
from vault.wraps import fingerprint
from web.cli.demo_material import Colleague
from web.cli.demo_stage import Member, Stage

_LETTER = "mentors-and-mentees"


def found(stage: Stage, work: Work, now: datetime) -> None:
    """The lead has an account and a study with keys."""
    lead = next(one for one in stage.material.team if one.role is Role.LEAD)
    account = accounts.create(work.db, email=lead.email, name=lead.name, by=ledger.OPERATOR, now=now)
    stage.team[Role.LEAD] = _with_keys(work, account, lead, now=now)
    frame = stage.material.frame
    study = studies.found(work.db, frame.title, frame.reference, by=account.id, now=now)
    stage.study_id = study.id
    study_keys.make(work.db, study.id, by=account, now=now)


def _with_keys(work: Work, account: Account, colleague: Colleague, *, now: datetime) -> Member:
    """What a first day is: keys made, passphrase and app rehearsed, the recovery code printed."""
    passphrase = new_passphrase()
    keys = accounts.give_keys(work.db, account, passphrase, now=now)
    seed = accounts.rehearse(work.db, account, passphrase, pyotp.TOTP(keys.totp_secret).at(now), now=now)
    recovery = accounts.new_recovery_code(work.db, account, seed, now=now)
    return Member(
        account.id, colleague.role, account.name, account.email, passphrase, keys.totp_secret,
        accounts.totp_uri(account, seed), codes.grouped(recovery), seed,
    )  # fmt: skip


def invite_team(stage: Stage, work: Work, now: datetime) -> None:
    """Everybody of the team has an account, their role, and the keys of it."""
    lead = stage.lead
    for colleague in stage.material.team:
        if colleague.role is Role.LEAD:
            continue
        made = accounts.create(work.db, email=colleague.email, name=colleague.name, by=lead.actor, now=now)
        member = studies.join(work.db, stage.study_id, made.id, colleague.role, by=lead.id, now=now)
        code = welcomes.welcome(work.db, made, by=lead.actor, now=now)
        account = welcomes.use(work.db, code, now=now)
        stage.team[colleague.role] = _with_keys(work, account, colleague, now=now)
        shown = fingerprint(account.public_key or b"")
        study_keys.give(work.db, member, account, shown=shown, by=lead.id, seed=lead.seed, now=now)


def frame_the_sample(stage: Stage, work: Work, now: datetime) -> None:
    """Sites, strata and quotas are set."""
    frame, lead = stage.material.frame, stage.lead
    for name in frame.sites:
        stage.sites[name] = studies.add_site(work.db, stage.study_id, name, by=lead.id, now=now).id
    frames.add_cells(work.db, stage.study_id, sampling.read_frame(frame.frame), by=lead.id, now=now)
    for stratum in frames.strata(work.db, stage.study_id):
        stage.strata[stratum.attributes["university"], stratum.attributes["gender"]] = stratum.id
    for quota in frame.quotas:
        frames.set_quota(work.db, stage.study_id, quota.of, quota.target, by=lead.id, now=now)


def approve(stage: Stage, work: Work, now: datetime) -> None:
    """The board's approval stands in the study's records, and holds for a year."""
    frame = stage.material.frame
    decided = _decided(stage, frame.board_reference, frame.covers, since=now.date())
    stage.approval = approvals.record(work.db, stage.study_id, decided, by=stage.coordinator.id, now=now).number


def _terms(stage: Stage) -> Terms:
    """The limits of the board's decisions: a number, a date, and the little that may change without asking again."""
    return Terms(
        protocol=stage.material.frame.reference,
        sample_size=60,
        keep_until=stage.calendar.at(0, 1).date() + timedelta(days=10 * 365),
        conditions="Every new version of a guide is sent to the board before it is used.",
        freedoms=frozenset({Freedom.SPELLING, Freedom.TRANSLATIONS, Freedom.HELP}),
        sentence=(
            "Corrections of spelling, added translations and changes of explanatory texts need no amendment; every "
            "other change does."
        ),
    )


def _decided(stage: Stage, reference: str, covers: str, *, since: date) -> Decided:
    ends = stage.calendar.at(0, 1).date() + timedelta(days=364)
    return Decided(stage.material.frame.board, reference, covers, since, ends, terms=_terms(stage))


def publish_letter(stage: Stage, work: Work, now: datetime) -> None:
    """The letter that asks for consent is published in both languages."""
    wording = examples.find(_LETTER).with_contacts(stage.material.frame.contacts)
    letter = documents.publish(
        work.db, stage.study_id, wording, approval=stage.approval, by=stage.lead.id, now=now
    )  # fmt: skip
    stage.document = letter.fingerprint


def publish_first_instruments(stage: Stage, work: Work, now: datetime) -> None:
    """The short survey and the first version of the guide for mentees are published."""
    for entry in (shelf.SHORT_SURVEY, shelf.LIST_1[0]):
        _begin(stage, work, entry, approval=stage.approval, now=now)


def _begin(stage: Stage, work: Work, entry: Entry, *, approval: int, now: datetime) -> None:
    by = stage.lead.id
    draft = drafts.begin(work.db, stage.study_id, shelf.load(entry), by=by, now=now)
    versions.publish(work.db, draft, [], approval=approval, by=by, now=now)
    stage.instruments[entry.instrument] = draft.instrument_id


def next_version(stage: Stage, work: Work, now: datetime) -> None:
    """What interviewers asked outside the guide was read, the board allowed the changes, and they are published.

    With the last version of List 1 the guide for mentors is published: its domains came out of the same interviews.
    """
    lead, instrument_id = stage.lead, stage.instruments[shelf.LIST_1[0].instrument]
    number = 1 + len(versions.of_instrument(work.db, instrument_id))
    entry = shelf.LIST_1[number - 1]
    candidates.of_team(
        work.db, work.keyring, stage.study_id, account_id=lead.id, seed=lead.seed, now=now - timedelta(hours=5)
    )
    draft = drafts.draft_of(work.db, instrument_id)
    written = now - timedelta(hours=4)
    draft = drafts.save_draft(
        work.db, instrument_id, shelf.load(entry), seen=draft.number, by=lead.id, now=written
    )  # fmt: skip
    frame = stage.material.frame
    allowed = now - timedelta(hours=1)
    reference = f"{frame.board_reference}/{number - 1}"
    approval = _amended(stage, work, draft, entry, reference, frame.amendments[number], now=allowed)
    versions.publish(work.db, draft, entry.reasons, approval=approval, by=lead.id, now=now)
    if entry is shelf.LIST_1[-1]:
        _begin(stage, work, shelf.LIST_2, approval=approval, now=now)


def _amended(
    stage: Stage, work: Work, draft: Draft, entry: Entry, reference: str, covers: str, *, now: datetime
) -> int:
    """The lead asked the board for the change, with the draft before it, and the coordinator recorded its answer."""
    lead, coordinator, former = stage.lead, stage.coordinator, stage.approval
    plea = Plea(
        tuple(entry.reasons), "Whoever is interviewed from now on; nobody who was interviewed.", reconsent=False
    )
    asked = amendments.of_instrument(
        work.db, stage.study_id, draft.instrument_id, plea, approval=former, seen=draft.number, by=lead.id,
        now=now - timedelta(hours=2),
    )  # fmt: skip
    sent = amendments.move(
        work.db, asked, State.SUBMITTED, day=now.date(), note="", seen=1, by=coordinator.id,
        now=now - timedelta(hours=1),
    )  # fmt: skip
    decided = _decided(stage, reference, covers, since=now.date())
    done = amendments.approve(work.db, sent, decided, day=now.date(), note="", seen=2, by=coordinator.id, now=now)
    stage.approval = done.approval or former
    return stage.approval


def open_link(stage: Stage, work: Work, now: datetime) -> None:
    """Anybody may come in by a public address, up to twenty, for three months from now."""
    links.make(
        work.db, stage.study_id, stage.material.frame.link, opens_on=now.date(),
        closes_on=stage.calendar.now.date() + timedelta(days=90), most=20, by=stage.coordinator.id, now=now,
    )  # fmt: skip
