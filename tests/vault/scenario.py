"""A study from its founding to a withdrawal, and a list of everything in it that must never be written down."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pyotp
from sqlalchemy import select

from survey import participants
from survey.participants import Enrolled
from tests.vault.people import PASSPHRASE, Person, approved_for, joined, person, study_of
from vault import (
    accounts,
    departures,
    erasure,
    escrow,
    identities,
    keyring,
    ledger,
    participant_keys,
    participant_sessions,
    records,
    rotation,
    sessions,
    studies,
    study_keys,
    welcomes,
)  # fmt: skip
from vault.errors import CannotOpen, Conflict
from vault.identities import Identity, Reader
from vault.passphrases import new_passphrase
from vault.pieces import piece_key, seal_manifest, seal_piece
from vault.records import Address
from vault.sealing import new_key
from vault.sessions import Stage
from vault.settings import Settings, server_key
from vault.store import Stores, Work
from vault.studies import Role, Scope, Study

Secrets = dict[str, bytes | str]

ANSWERS = (
    "I never told anybody about the supervisor",
    "Antwort mit Umlauten: verschwiegen über Jahre",
    "5 of 7, reluctantly",
)
SOUND = b"RIFF a voice that says what nobody may hear " * 3000
WREN = Identity(
    "Wren Marlowe-Okonkwo",
    "wren.marlowe@private.example",
    "+43 660 5551234",
    "Under the Bridge 7, Linz",
    "speaks at dawn",
)


@contextmanager
def logged(file: Path) -> Iterator[None]:
    """Everything that anybody logs, however talkative, goes to ``file``."""
    handler, root = logging.FileHandler(file), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


def live(settings: Settings, now: datetime) -> Secrets:
    """All of it has happened in the installation afterwards; returns what nobody may find there."""
    with logged(settings.home / "server.log"):
        stores = Stores.open(settings.database_url, settings.keyring_url)
        secrets = _live(stores, settings, now)
        # What is still in the caches of the databases comes to the disk.
        stores.dispose()
    return secrets


def _live(stores: Stores, settings: Settings, now: datetime) -> Secrets:
    secrets: Secrets = {f"answer {number}": answer for number, answer in enumerate(ANSWERS)}
    secrets |= {
        "name": WREN.name,
        "email": WREN.email,
        "phone": WREN.telephone,
        "home": WREN.address,
        "note": WREN.note,
    }
    secrets["sound"] = SOUND[:44]
    with stores.work() as work:
        ada, bea, ivy = (_person(work, name, secrets, now) for name in ("ada", "bea", "ivy"))
        study = study_of(work.db, ada, now=now)
        joined(work.db, study, bea, Role.COORDINATOR, by=ada, now=now)
        joined(work.db, study, ivy, Role.INTERVIEWER, by=ada, now=now)
        work.commit()
    _escrow(stores, study, ada, secrets, now)
    _sign_in(stores, settings, ada, secrets, now)
    with stores.work() as work:
        people = [_enrol(work, study, typed, ivy, secrets, now) for typed in (True, False)]
    for number, one in enumerate(people):
        _take_part(stores, settings, one, number, secrets, now)
    _look(stores, study, bea, people[0], now)
    with stores.work() as work:
        work.carry_out(
            rotation.rotate(work.db, work.keyring, study.id, Scope.RESPONSES, account_id=ada.id, seed=ada.seed, now=now)
        )
        _seeds(work, study, ada, "second", secrets)
    keyring.back_up(stores.keyring, settings.backups, now=now)
    with stores.work() as work:
        here = participants.find(work.db, study.id, people[1].participant.id)
        participants.forget(work.db, work.keyring, here, erasure.Kind.ERASE, actor=ledger.SYSTEM, now=now)
        work.commit()
        work.carry_out(erasure.carry_out(work.db, work.keyring, settings.backups, now=now))
        member = next(one for one in studies.members(work.db, study.id) if one.account_id == bea.id)
        departures.part_with(work.db, member, by=ada.id, now=now)
        work.commit()
        work.carry_out(departures.settle(work.db, work.keyring, study.id, account_id=ada.id, seed=ada.seed, now=now))
    return secrets


def _person(work: Work, name: str, secrets: Secrets, now: datetime) -> Person:
    made = person(work.db, name, now=now)
    secrets |= {
        f"{name}'s seed": made.seed, f"{name}'s recovery code": made.recovery_code, f"{name}'s app": made.totp_secret,
        f"{name}'s app, raw": pyotp.TOTP(made.totp_secret).byte_secret(), "passphrase": PASSPHRASE,
    }  # fmt: skip
    fresh = new_passphrase()
    accounts.change_passphrase(work.db, made.account, PASSPHRASE, fresh, now=now)
    secrets[f"{name}'s passphrase"] = fresh
    secrets[f"{name}'s welcome"] = welcomes.welcome(work.db, made.account, by=ledger.OPERATOR, now=now)
    return made


def _seeds(work: Work, study: Study, ada: Person, which: str, secrets: Secrets) -> None:
    for scope in Scope:
        seed = study_keys.seed_of(work.db, study.id, scope, account_id=ada.id, seed=ada.seed)
        secrets[f"{which} seed of {scope}"] = seed


def _escrow(stores: Stores, study: Study, ada: Person, secrets: Secrets, now: datetime) -> None:
    with stores.work() as work:
        _seeds(work, study, ada, "first", secrets)
        seeds = {
            scope: (1, study_keys.seed_of(work.db, study.id, scope, account_id=ada.id, seed=ada.seed))
            for scope in Scope
        }
        cards = escrow.entrust(work.db, study.id, ["Board", "Officer", "Library"], 2, seeds, by=ada.id, now=now)
        work.commit()
    secrets |= {f"card of {card.holder}": card.code for card in cards}


def _sign_in(stores: Stores, settings: Settings, ada: Person, secrets: Secrets, now: datetime) -> None:
    with stores.work() as work:
        for typed in ("a guess that was wrong", str(secrets["ada's passphrase"])):
            try:
                proven = accounts.prove_passphrase(
                    work, server_key(settings), "ada@example.org", typed, device=None, now=now
                )
            except accounts.CannotSignIn:
                secrets["wrong guess"] = typed
        cookie = sessions.open_session(work.db, proven.account.id, proven.seed, stage=Stage.FULL, now=now)
        secrets["cookie"] = cookie
        work.commit()


def _enrol(work: Work, study: Study, typed: bool, ivy: Person, secrets: Secrets, now: datetime) -> Enrolled:
    approved_for(work.db, study.id, now=now)
    made = participants.enrol(
        work.db, work.keyring, study.id, by=ledger.SYSTEM, now=now, typed=typed, interviewer=ivy.account
    )
    identities.keep(work.db, study.id, made.participant.id, made.keys[Scope.LINKAGE], WREN, now=now)
    work.commit()
    kind = "typed" if typed else "link"
    secrets |= {f"{kind} code": made.code.text, f"{kind} secret": made.code.secret}
    secrets |= {f"{kind} key of {scope}": key for scope, key in made.keys.items()}
    return made


def _take_part(stores: Stores, settings: Settings, one: Enrolled, number: int, secrets: Secrets, now: datetime) -> None:
    study_id, who = one.participant.study_id, one.participant.id
    with stores.work() as work:
        cookie, here = participant_sessions.arrive(work, server_key(settings), one.code.text.lower(), now=now)
        work.commit()
    secrets[f"participant's cookie {number}"] = cookie
    key = here.keys[Scope.RESPONSES]
    for slot, answer in enumerate(ANSWERS):
        with stores.work() as work:
            plain = f'{{"q{slot}":"{answer}"}}'.encode() * (1 + 60 * slot)
            records.save(work.db, key, Address(study_id, who, "v", UUID(int=number), slot), plain, now=now)
            work.commit()
    recording = piece_key(one.keys[Scope.AUDIO], "r")
    secrets[f"recording's key {number}"] = recording
    folder = settings.home / "recordings"
    folder.mkdir(exist_ok=True)
    (folder / f"{number}-0").write_bytes(seal_piece(recording, SOUND, study_id, who, "r", 0))
    (folder / f"{number}-end").write_bytes(seal_manifest(recording, [len(SOUND)], study_id, who, "r"))


def _look(stores: Stores, study: Study, bea: Person, one: Enrolled, now: datetime) -> None:
    reader = Reader(bea.id, bea.seed)
    with stores.work() as work:
        assert (
            identities.read(work.db, work.keyring, study.id, one.participant.id, reader, why="letter", now=now) == WREN
        )
        assert identities.find_each(work.db, work.keyring, study.id, [WREN.email], reader, now=now)[WREN.email]
        work.commit()
    # Faults and refusals are where secrets get into logs.
    with stores.work() as work:
        for fault in (
            lambda: participant_keys.open_for_member(
                work.db, work.keyring, study.id, one.participant.id, Scope.AUDIO, account_id=bea.id, seed=new_key()
            ),
            lambda: accounts.create(work.db, email="ada@example.org", name="Again", by=ledger.OPERATOR, now=now),
        ):  # fmt: skip
            try:
                fault()
            except (CannotOpen, Conflict) as refusal:
                logging.getLogger("verbatim").warning("refused: %r", refusal)
        list(work.db.scalars(select(identities.IdentityRecord)))
