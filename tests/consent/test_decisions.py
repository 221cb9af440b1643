"""Decisions: bound to a text, signed, the last one counts, and saying no is never harder than saying yes."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from consent import decisions, documents
from consent.decisions import Count, Mode, Occasion
from consent.scopes import PARTICIPATION, Scope
from consent.signatures import Signed
from tests.consent.letters import LETTER, Participant, Scene, approved
from vault import ledger, participant_keys
from vault.errors import CannotOpen, Invalid, Missing
from vault.ledger import LedgerEntry
from vault.sealing import new_key

EVERYTHING = dict.fromkeys(LETTER.scopes, True)
NAME = "Zoé Quillfeather"


def decide(
    scene: Scene,
    who: Participant,
    choices: dict[Scope, bool],
    *,
    minutes: int = 0,
    signed: Signed | None = None,
    read_by: UUID | None = None,
    document: str | None = None,
    language: str = "en",
) -> Occasion:
    return decisions.record(
        scene.db,
        scene.work.keyring,
        scene.study.id,
        who.id,
        choices,
        document=document or scene.document.fingerprint,
        language=language,
        now=scene.now + timedelta(minutes=minutes),
        key=who.linkage,
        signed=Signed(signature=NAME) if signed is None else signed,
        read_by=read_by,
    )


def scopes(scene: Scene, who: Participant) -> frozenset[Scope]:
    return decisions.grant_for(scene.db, who.id).scopes


def test_what_was_agreed_stands_and_what_was_not_does_not(scene: Scene) -> None:
    who = scene.somebody()
    assert scopes(scene, who) == frozenset()
    decide(scene, who, {Scope.TAKE_PART: True, Scope.RECORDED: False})
    assert scopes(scene, who) == {Scope.TAKE_PART}


@pytest.mark.parametrize("minutes", [5, 0, -60])
def test_a_no_after_a_yes_is_a_no_whatever_the_clock_says(scene: Scene, minutes: int) -> None:
    who = scene.somebody()
    decide(scene, who, EVERYTHING)
    decide(scene, who, {Scope.QUOTED: False}, minutes=minutes)
    assert scopes(scene, who) == {Scope.TAKE_PART, Scope.RECORDED}


def test_decisions_of_one_participant_say_nothing_about_another(scene: Scene) -> None:
    wren, robin = scene.somebody(), scene.somebody()
    decide(scene, wren, EVERYTHING)
    assert scopes(scene, robin) == frozenset()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.dictionaries(st.sampled_from(sorted(LETTER.scopes)), st.booleans(), min_size=1), max_size=5))
def test_the_database_and_a_plain_dictionary_agree_on_the_last_word(
    quick: Scene, said: list[dict[Scope, bool]]
) -> None:
    who = quick.somebody()
    expected: dict[Scope, bool] = {}
    for choices in said:
        decide(quick, who, choices, minutes=-len(expected))
        expected.update(choices)
    assert scopes(quick, who) == {scope for scope, agreed in expected.items() if agreed}


def test_a_yes_is_bound_to_the_text_in_use_that_day(quick: Scene) -> None:
    who = quick.somebody()
    later = approved(quick.db, quick.study, quick.lead, now=quick.now, since=date(2026, 11, 24))
    newer = documents.publish(quick.db, quick.study.id, LETTER, approval=later.number, by=quick.lead.id, now=quick.now)
    decide(quick, who, EVERYTHING)
    with pytest.raises(Invalid, match="not the one in use"):
        decide(quick, who, EVERYTHING, document=newer.fingerprint)
    quick = Scene(quick.work, quick.lead, quick.study, quick.approval, quick.document, quick.now + timedelta(days=1))
    with pytest.raises(Invalid, match="not the one in use"):
        decide(quick, who, EVERYTHING)
    decide(quick, who, EVERYTHING, document=newer.fingerprint)


def test_a_no_can_be_said_under_any_text_and_after_the_approval_ended(quick: Scene) -> None:
    who = quick.somebody()
    decide(quick, who, EVERYTHING)
    year = int(timedelta(days=365).total_seconds() // 60)
    with pytest.raises(Invalid):
        decide(quick, who, {Scope.QUOTED: True}, minutes=year)
    decide(quick, who, {Scope.QUOTED: False}, minutes=year, signed=Signed())
    assert Scope.QUOTED not in scopes(quick, who)


@pytest.mark.parametrize("choices", [{}, {Scope.TAKE_PART: True, Scope.RESULTS: True}])
def test_only_what_the_document_asks_can_be_decided(quick: Scene, choices: dict[Scope, bool]) -> None:
    with pytest.raises(Invalid, match="nothing else"):
        decide(quick, quick.somebody(), choices)


@pytest.mark.parametrize(("document", "language"), [("0" * 64, "en"), (None, "de")])
def test_nobody_agrees_to_what_they_were_not_shown(quick: Scene, document: str | None, language: str) -> None:
    with pytest.raises(Invalid):
        decide(quick, quick.somebody(), EVERYTHING, document=document, language=language)


def test_a_document_of_another_study_is_none_of_this_one(quick: Scene) -> None:
    with pytest.raises(Missing):
        documents.by_fingerprint(quick.db, uuid4(), quick.document.fingerprint)
    with pytest.raises(Missing):
        documents.find(quick.db, uuid4(), quick.document.id)


@pytest.mark.parametrize("signature", ["", "   ", "\u202e\u200f\n\t"])
def test_a_yes_is_signed(quick: Scene, signature: str) -> None:
    with pytest.raises(Invalid, match="Type your name"):
        decide(quick, quick.somebody(), EVERYTHING, signed=Signed(signature=signature))


def test_a_signature_is_too_long_before_it_fills_the_database(quick: Scene) -> None:
    with pytest.raises(Invalid, match="200"):
        decide(quick, quick.somebody(), EVERYTHING, signed=Signed(signature="x" * 201))


def test_a_signature_is_read_with_the_participants_linkage_key_in_its_place_only(quick: Scene) -> None:
    who, other = quick.somebody(), quick.somebody()
    first = decide(quick, who, EVERYTHING, signed=Signed(signature="  Zoé \u202e Quillfeather\n"))
    second = decide(quick, who, EVERYTHING, signed=Signed(signature="Z. Q."))
    assert decisions.signed_on(who.linkage, first) == Signed(signature=NAME)
    with pytest.raises(CannotOpen):
        decisions.signed_on(other.linkage, first)
    swapped = Occasion(
        study_id=first.study_id, participant_id=first.participant_id, mode=first.mode, document=first.document,
        language=first.language, read_by=None, at=first.at, sealed=second.sealed,
    )  # fmt: skip
    with pytest.raises(CannotOpen):
        decisions.signed_on(who.linkage, swapped)


def test_no_signature_stands_in_the_database_and_its_length_does_not_show(quick: Scene) -> None:
    who = quick.somebody()
    short, long = decide(quick, who, EVERYTHING), decide(quick, who, EVERYTHING, signed=Signed(signature=NAME * 5))
    assert len(short.sealed or b"") == len(long.sealed or b"")
    quick.work.commit()
    home = quick.db.get_bind().url.database  # type: ignore[union-attr]
    for suffix in ("", "-wal"):
        with open(f"{home}{suffix}", "rb") as file:  # noqa: PTH123
            assert NAME.encode() not in file.read()


def test_spoken_consent_names_who_read_it_and_who_heard_it(scene: Scene) -> None:
    who = scene.somebody()
    with pytest.raises(Invalid, match="who else heard"):
        decide(scene, who, EVERYTHING, read_by=scene.lead.id)
    occasion = decide(scene, who, EVERYTHING, read_by=scene.lead.id, signed=Signed(recording="T-014", signature="x"))
    assert occasion.mode is Mode.SPOKEN
    assert occasion.read_by == scene.lead.id
    assert decisions.signed_on(who.linkage, occasion) == Signed(recording="T-014", reader="Wren")
    with pytest.raises(Missing):
        decide(scene, who, EVERYTHING, read_by=uuid4(), signed=Signed(witness="Robin"))


def test_without_a_key_there_is_no_consent_rather_than_an_open_name(quick: Scene) -> None:
    who = Participant(quick.somebody().id, b"")
    with pytest.raises(CannotOpen):
        decisions.record(
            quick.db, quick.work.keyring, quick.study.id, who.id, EVERYTHING,
            document=quick.document.fingerprint, language="en", now=quick.now, signed=Signed(signature=NAME),
        )  # fmt: skip


def line(scene: Scene) -> dict[str, object]:
    query = select(LedgerEntry.body).where(LedgerEntry.action == "consent.decided").order_by(LedgerEntry.number.desc())
    body = scene.db.scalars(query).first()
    assert body is not None
    assert NAME not in body
    return dict(json.loads(body))


def test_the_log_says_what_was_decided_under_which_text_and_by_nobody_with_a_name(scene: Scene) -> None:
    who = scene.somebody()
    decide(scene, who, {Scope.RECORDED: False, Scope.TAKE_PART: True})
    found = line(scene)
    subject = participant_keys.commitment(scene.work.keyring, who.id)
    assert found["subject"] == subject
    assert found["actor"] == ledger.participant(subject)
    assert found["facts"] == {
        "document": scene.document.fingerprint, "number": 1, "language": "en", "mode": "typed",
        "yes": ["take-part"], "no": ["recorded"],
    }  # fmt: skip
    assert len(str(found["detail"])) == 64
    decide(scene, who, {Scope.QUOTED: True}, read_by=scene.lead.id, signed=Signed(witness="Robin"))
    assert line(scene)["actor"] == ledger.staff(scene.lead.id)


def test_whoever_stops_keeps_what_they_allowed_for_what_exists(scene: Scene) -> None:
    who = scene.somebody()
    decide(scene, who, EVERYTHING)
    occasion = decisions.withdraw_all(
        scene.db, scene.work.keyring, scene.study.id, who.id, now=scene.now, only=PARTICIPATION
    )
    assert (occasion.mode, occasion.document, occasion.sealed) == (Mode.WITHDRAWAL, None, None)
    assert scopes(scene, who) == {Scope.QUOTED}
    assert line(scene)["facts"] == {
        "document": "", "number": 0, "language": "", "mode": "withdrawal", "yes": [], "no": ["take-part", "recorded"],
    }  # fmt: skip
    decisions.withdraw_all(scene.db, scene.work.keyring, scene.study.id, who.id, now=scene.now, by=scene.lead.id)
    assert scopes(scene, who) == frozenset()
    assert line(scene)["actor"] == ledger.staff(scene.lead.id)


def test_somebody_who_never_agreed_can_stop(quick: Scene) -> None:
    who = quick.somebody()
    decisions.withdraw_all(quick.db, quick.work.keyring, quick.study.id, who.id, now=quick.now)
    assert scopes(quick, who) == frozenset()


def test_history_tells_every_occasion_with_what_was_decided_on_it(scene: Scene) -> None:
    who = scene.somebody()
    first = decide(scene, who, EVERYTHING)
    second = decide(scene, who, {Scope.QUOTED: False}, minutes=-5)
    sittings = decisions.history(scene.db, who.id)
    assert [sitting.occasion for sitting in sittings] == [first, second]
    assert [decision.scope for decision in sittings[0].decisions] == [Scope.TAKE_PART, Scope.RECORDED, Scope.QUOTED]
    assert [decision.number for decision in decisions.of_participant(scene.db, who.id)] == sorted(
        decision.number for sitting in sittings for decision in sitting.decisions
    )


def test_counts_are_of_last_words_under_each_document(scene: Scene) -> None:
    wren, robin = scene.somebody(), scene.somebody()
    for who in (wren, robin):
        decide(scene, who, {Scope.TAKE_PART: True, Scope.QUOTED: False})
    decide(scene, robin, {Scope.QUOTED: True})
    newer = documents.publish(
        scene.db, scene.study.id, LETTER, approval=scene.approval.number, by=scene.lead.id, now=scene.now
    )
    decide(scene, robin, {Scope.RECORDED: True}, document=newer.fingerprint)
    decisions.withdraw_all(scene.db, scene.work.keyring, scene.study.id, wren.id, now=scene.now, only={Scope.TAKE_PART})
    assert decisions.counts(scene.db, scene.study.id) == [
        Count(None, Scope.TAKE_PART, 0, 1),
        Count(1, Scope.TAKE_PART, 1, 0),
        Count(1, Scope.QUOTED, 1, 1),
        Count(2, Scope.RECORDED, 1, 0),
    ]
    assert decisions.counts(scene.db, uuid4()) == []


@pytest.mark.parametrize("table", ["decision", "consent_occasion", "consent_document"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET study_id = study_id", "DELETE FROM {}"])
def test_nothing_that_was_agreed_is_changed_or_deleted(scene: Scene, table: str, deed: str) -> None:
    decide(scene, scene.somebody(), EVERYTHING)
    with pytest.raises(DatabaseError, match="append-only"):
        scene.db.execute(text(deed.format(table)))


def test_the_database_itself_refuses_a_yes_without_a_text(scene: Scene, now: datetime) -> None:
    occasion = decide(scene, scene.somebody(), {Scope.TAKE_PART: True})
    scene.db.add(
        decisions.Decision(
            study_id=scene.study.id, participant_id=occasion.participant_id, occasion_id=occasion.id,
            scope=Scope.QUOTED, agreed=True, document=None, decided_at=now,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        scene.db.flush()


def test_another_key_of_the_right_length_opens_nothing(quick: Scene) -> None:
    occasion = decide(quick, quick.somebody(), EVERYTHING)
    with pytest.raises(CannotOpen):
        decisions.signed_on(new_key(), occasion)
