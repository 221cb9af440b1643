"""The evidence package: sound by its own verifier, the same bytes every time, and nobody's words or name in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import documents
from consent.iso27560 import About, Word, record
from consent.scopes import Scope
from exports.evidence import access, package
from exports.evidence.package import NoLogYet
from exports.releases import Job
from survey import withdrawals
from survey.withdrawals import Way
from tests.exports.log_making import verify
from tests.exports.setting import Setting, add, approved, asked, done, interview
from tests.vault.logs import sequencing
from vault import approvals, ledger
from vault.settings import from_environment

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESS = "https://example.org/p/leave"
SETTINGS = from_environment({"PUBLIC_URL": "https://example.org", "SMTP_URL": "smtps://user:secret@mail.example.org"})
SAID = "My colleague Wren Marlowe said that it matters."


@pytest.fixture
def told(at: Setting) -> Setting:
    """Three people who said something; one of them has left and is forgotten."""
    with at.stores.work() as work:
        people = [add(work, at, name, SAID) for name in ("Wren Marlowe", "Robin Ashdown", "Jay Hollis")]
        interview(work, at, people[0], "Jay spoke of Robin Ashdown.", "And Wren?", "Ashdown again.")
        withdrawals.withdraw(work.db, work.keyring, people[2].participant, Way.ERASE, now=at.now)
        work.commit()
        for _ in withdrawals.carry_out(work.db, work.keyring, at.scratch, now=at.now + timedelta(minutes=1)):
            work.commit()
    sequencing(at.stores, at.now + timedelta(minutes=2)).run()
    return at


def taken(at: Setting) -> bytes:
    """The package of the study as it stands."""
    out = io.BytesIO()
    with at.stores.work(reading=True) as work:
        package.write(work.db, at.study_id, out, SETTINGS, version="1.2.3")
    return out.getvalue()


def files_of(data: bytes) -> Mapping[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_what_is_in_it_is_checked_by_what_is_in_it(told: Setting, tmp_path: Path) -> None:
    found = files_of(taken(told))
    for name, data in found.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    verdict = verify(tmp_path / "log")
    assert verdict.code == 0, verdict.said
    altered = found["log/entries.jsonl"].replace(b"consent.decided", b"consent.declined", 1)
    (tmp_path / "log/entries.jsonl").write_bytes(altered)
    assert verify(tmp_path / "log").code == 1


def test_the_same_study_is_the_same_bytes_until_something_happens(told: Setting) -> None:
    first = taken(told)
    assert taken(told) == first
    with told.stores.work() as work:
        package.taken(work.db, told.study_id, actor=ledger.staff(told.field.lead.id), now=told.now)
        work.commit()
    sequencing(told.stores, told.now + timedelta(minutes=3)).run()
    assert taken(told) != first


def test_nobodys_words_and_nobodys_name_are_in_it_and_who_was_erased_has_no_record(told: Setting) -> None:
    found = files_of(taken(told))
    everything = b"\n".join(found.values())
    for word in (b"Wren", b"Marlowe", b"Ashdown", b"Jay", b"Hollis", b"that it matters"):
        assert word not in everything
    pseudonyms = {who.participant.pseudonym for who in told.people.values()}
    erased = told.people["Jay Hollis"].participant.pseudonym
    records = {name.removeprefix("consents/").removesuffix(".json") for name in found if name.startswith("consents/")}
    assert records == pseudonyms - {erased}


def test_every_text_is_there_and_its_hash_is_the_one_that_the_decisions_name(told: Setting) -> None:
    found = files_of(taken(told))
    texts = json.loads(found["records/texts.json"])
    (consent,) = [one for one in texts if one["Text"] == "consent document"]
    assert hashlib.sha256(found["consent/document-1.json"]).hexdigest() == consent["SHA-256"]
    (record_of_somebody, *_) = [json.loads(data) for name, data in found.items() if name.startswith("consents/")]
    assert record_of_somebody["pii_processing"][0]["privacy_notice"]["sha256"] == consent["SHA-256"]
    assert {one for one in found if one.startswith("instruments/")} >= {
        f"instruments/{one['Text']}/version-1.yaml" for one in texts if one["Text"] != "consent document"
    }
    assert found["overview.pdf"].startswith(b"%PDF")
    assert b"StructTreeRoot" in found["overview.pdf"]


def test_small_numbers_are_in_no_table_of_counts(told: Setting) -> None:
    found = files_of(taken(told))
    for name, columns in (("people", None), ("consents", ("yes", "no")), ("withdrawals", ("People",))):
        for row in json.loads(found[f"records/{name}.json"]):
            numbers = [row[one] for one in columns or row if row[one].isdigit()]
            assert all(int(number) >= 5 for number in numbers), (name, row)


def test_the_access_review_says_who_held_what_until_when_and_who_looked() -> None:
    def line(action: str, minute: int, actor: str = "staff:a", **facts: str) -> str:
        return json.dumps(
            {"action": action, "actor": actor, "at": f"2026-01-01T00:{minute:02}:00.000Z", "facts": facts}
        )

    review = access.review([
        line("member.joined", 1, account="a", role="lead"), line("member.joined", 2, account="b", role="analyst"),
        line("key.granted", 3, account="b", scope="responses"), line("answers.read", 4, actor="staff:b"),
        line("answers.read", 5, actor="staff:b"), line("identity.read", 6, actor="participant:x"),
        line("key.taken", 7, account="b", scope="responses"), line("member.left", 8, account="b", role="analyst"),
        line("member.joined", 9, account="b", role="analyst"),
    ])  # fmt: skip
    minute = "2026-01-01T00:0{}:00.000Z".format
    assert [(one.account, one.since, one.until) for one in review.roles] == [
        ("a", minute(1), ""), ("b", minute(2), minute(8)), ("b", minute(9), ""),
    ]  # fmt: skip
    assert [(one.scope, one.since, one.until) for one in review.keys] == [("responses", minute(3), minute(7))]
    assert [(one.account, one.deed, one.times, one.first, one.last) for one in review.looks] == [
        ("b", "answers.read", 2, minute(4), minute(5))
    ]


def test_before_the_first_checkpoint_there_is_nothing_to_take(at: Setting) -> None:
    with pytest.raises(NoLogYet):
        taken(at)


@given(st.lists(st.tuples(st.sampled_from(list(Scope)), st.booleans()), max_size=12))
def test_the_last_event_of_each_scope_says_what_stands(said: list[tuple[Scope, bool]]) -> None:
    words = [Word(scope, agreed, BEGAN + timedelta(minutes=n), "typed", None) for n, (scope, agreed) in enumerate(said)]
    made = record(About("Study", "S-1", "P-1", ADDRESS), words)
    events = made["events"]
    assert isinstance(events, list)
    assert len(events) == len(said)
    last = {
        event["purpose_type"]: event["event_state"] in ("consent given", "consent re-confirmed") for event in events
    }
    assert last == {scope.value: agreed for scope, agreed in said}
    assert [event["event_state"] for event in events if event["event_state"] == "consent revoked"] == [
        "consent revoked"
        for n, (scope, agreed) in enumerate(said)
        if not agreed and [one for other, one in said[:n] if other is scope][-1:] == [True]
    ]


def test_each_release_says_for_whom_who_decided_and_no_small_number(told: Setting) -> None:
    release = asked(told, told.field.analyst)
    assert done(told, release, Job.CHECK, told.field.lead)
    approved(told, release, told.field.lead)
    sequencing(told.stores, told.now + timedelta(minutes=4)).run()
    one = json.loads(files_of(taken(told))[f"releases/{release.id}.json"])
    assert (one["purpose"], one["state"], one["cases"]) == ("to read it", "approved", "under 5")
    assert one["asked"]["by"] != one["decided"]["by"]
    assert "under 5" in set(one["people_left_out"].values()) | {one["cases"]}


def test_what_changed_in_the_consent_text_is_shown_line_by_line(told: Setting) -> None:
    with told.stores.work() as work:
        former = documents.of_study(work.db, told.study_id)[0]
        wording = documents.published(former).wording
        text = {**wording.text, "en": wording.text["en"] + "\n\nWe keep it for ten years."}
        approval = approvals.record(
            work.db, told.study_id,
            approvals.Decided("Board", "REB-2", "all", told.now.date(), told.now.date() + timedelta(days=99)),
            by=told.field.lead.id, now=told.now,
        )  # fmt: skip
        documents.publish(
            work.db, told.study_id, replace(wording, text=text), approval=approval.number, by=told.field.lead.id,
            now=told.now,
        )  # fmt: skip
        work.commit()
    found = files_of(taken(told))
    assert "+We keep it for ten years." in found["consent/document-2.changes.txt"].decode()
    assert "consent/document-1.changes.txt" not in found


def test_the_record_of_processing_tells_recipients_mail_and_no_secret(told: Setting) -> None:
    found = json.loads(files_of(taken(told))["records/processing.json"])
    assert [name[:3] for name in found["record"]] == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)"]
    assert all(found["record"].values())
    assert "mail server mail.example.org" in {flow["to"] for flow in found["flows"]}
    assert "secret" not in json.dumps(found)
    assert found["record"]["(d) Recipients"] == ["Nothing has left the study yet."]
