"""The roster of a study: everybody under every name, numbered for good, read with one line in the log for the names."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select

from exports import roster
from exports.deidentify import clean_text
from exports.finding import Finder
from exports.roster_names import Known
from survey import frames, nominations, participants, persons, recruitment
from survey.participants import Participant
from survey.sheets import Entry
from tests.survey.field import Field, field_of
from tests.vault.people import approved_for, study_of
from vault import erasure, ledger, studies
from vault.erasure import Kind
from vault.errors import CannotOpen
from vault.identities import Identity, Reader
from vault.ledger import LedgerEntry
from vault.store import Stores, Work


@pytest.fixture
def quick(tmp_path: Path, sqlite_template: Path) -> Iterator[Work]:
    """Both databases as they are on the first day; nothing here depends on which they are."""
    for name in ("verbatim.db", "keyring.db"):
        shutil.copy(sqlite_template / name, tmp_path / name)
    stores = Stores.open(f"sqlite:///{tmp_path}/verbatim.db", f"sqlite:///{tmp_path}/keyring.db")
    with stores.work() as work:
        yield work
    stores.dispose()


@pytest.fixture
def field(quick: Work, now: datetime) -> Field:
    return field_of(quick, now=now)


def enrol(work: Work, field: Field, name: str, now: datetime, **more: object) -> Participant:
    entry = replace(Entry(0, name, f"{name.split()[0].lower()}@example.org", "+1 403 555 0101"), **more)  # type: ignore[arg-type]
    return recruitment.enrol_one(work.db, work.keyring, field.study.id, entry, by=field.actor, now=now).participant


def nominate(work: Work, by: Participant, name: str, relation: str, now: datetime) -> Participant:
    who = Identity(name, "", "+1 403 555 0102")
    return nominations.nominate(work.db, work.keyring, by, who, now=now, relation=relation)


def read(work: Work, field: Field, now: datetime) -> dict[str, Known]:
    found = roster.of_study(work.db, work.keyring, field.study.id, field.reader, now=now)
    return {known.label: known for known in found.known}


def test_people_are_numbered_as_they_came_and_called_what_they_are_to_each_other(
    quick: Work, field: Field, now: datetime
) -> None:
    wren, ash = enrol(quick, field, "Ann Wren", now), enrol(quick, field, "Corvin Ashgrove", now)
    nominate(quick, wren, "Augustin Hartsease", "her mentor since 2004", now)
    nominate(quick, ash, "Benno Applecross", "head of the group", now)
    enrol(quick, field, "Linus Thornbury", now)
    known = read(quick, field, now)
    assert {label: one.names for label, one in known.items() if one.sort == "person"} == {
        "mentee 1": ("Ann Wren",), "mentee 2": ("Corvin Ashgrove",), "mentor 1": ("Augustin Hartsease",),
        "mentor 2": ("Benno Applecross",), "mentee 3": ("Linus Thornbury",), "lead 1": ("Ada",),
        "coordinator 1": ("Cora",), "interviewer 1": ("Ian",), "analyst 1": ("Anna",),
    }  # fmt: skip
    assert known["mentee 1"].emails == ("ann@example.org",)
    assert known["mentor 1"].telephones == ("+1 403 555 0102",)


def test_without_a_relation_they_are_participants_and_colleagues(quick: Work, field: Field, now: datetime) -> None:
    nominate(quick, enrol(quick, field, "Ann Wren", now), "Augustin Hartsease", "", now)
    assert {"participant 1", "colleague 1"} <= read(quick, field, now).keys()


def test_a_frame_that_says_what_people_are_is_believed(quick: Work, field: Field, now: datetime) -> None:
    lead = field.lead
    study = study_of(quick.db, lead, now=now, title="Nurses and patients")
    frames.add_cells(quick.db, study.id, {"Role": ("Nurse", "Patient")}, by=lead.id, now=now)
    approved_for(quick.db, study.id, now=now)
    for stratum, name in zip(frames.strata(quick.db, study.id), ("Ann Wren", "Corvin Ashgrove"), strict=True):
        entry = Entry(0, name, "", "+1 403 555 0101", stratum_id=stratum.id)
        recruitment.enrol_one(quick.db, quick.keyring, study.id, entry, by=ledger.staff(lead.id), now=now)
    found = roster.of_study(quick.db, quick.keyring, study.id, Reader(lead.id, lead.seed), now=now)
    assert [(known.label, known.names[0]) for known in found.known] == [
        ("nurse 1", "Ann Wren"), ("patient 1", "Corvin Ashgrove"), ("lead 1", "Ada")
    ]  # fmt: skip


def test_the_sites_are_institutions_and_the_frame_says_of_which_kind(quick: Work, field: Field, now: datetime) -> None:
    studies.add_site(quick.db, field.study.id, "Hôpital Sainte-Justine", by=field.lead.id, now=now)
    enrol(quick, field, "Ann Wren", now)
    found = roster.of_study(quick.db, quick.keyring, field.study.id, field.reader, now=now)
    labels = {name: known.label for known in found.known for name in known.names}
    assert labels["Calgary"] == labels["University of Alberta"] == "a university"
    assert labels["Hôpital Sainte-Justine"] == "a hospital"
    text = clean_text("Ann went from the U of C to Sainte-Justine, the Hôpital Sainte-Justine.", Finder(found))
    assert text == "[participant 1] went from the [a university] to Sainte-Justine, the [a hospital]."


def test_whose_name_was_corrected_is_known_by_the_former_name_too(quick: Work, field: Field, now: datetime) -> None:
    wren = enrol(quick, field, "Ann Wren", now)
    fields = {"name": "Ann Ashgrove", "email": "ann@example.org"}
    persons.correct(quick.db, quick.keyring, wren, fields, field.reader, now=now)
    assert read(quick, field, now)["participant 1"].names == ("Ann Wren", "Ann Ashgrove")


@pytest.mark.parametrize("kind", list(Kind))
def test_who_was_forgotten_is_unknown_and_nobody_elses_number_changes(
    quick: Work, field: Field, now: datetime, tmp_path: Path, kind: Kind
) -> None:
    gone = enrol(quick, field, "Ann Wren", now)
    enrol(quick, field, "Corvin Ashgrove", now)
    participants.forget(quick.db, quick.keyring, gone, kind, actor=ledger.SYSTEM, now=now)
    quick.commit()
    for _ in erasure.carry_out(quick.db, quick.keyring, tmp_path, now=now):
        quick.commit()
    known = read(quick, field, now)
    assert known["participant 2"].names == ("Corvin Ashgrove",)
    assert not any("Wren" in name for one in known.values() for name in one.names)


def test_reading_it_is_a_deed_and_takes_the_linkage_key(quick: Work, field: Field, now: datetime) -> None:
    enrol(quick, field, "Ann Wren", now)
    analyst = Reader(field.analyst.id, field.analyst.seed)
    with pytest.raises(CannotOpen):
        roster.of_study(quick.db, quick.keyring, field.study.id, analyst, now=now)
    read(quick, field, now)
    said = quick.db.scalars(select(LedgerEntry.body).where(LedgerEntry.action == "roster.read")).all()
    assert len(said) == 1
    assert str(field.coordinator.id) in said[0]
    assert "Wren" not in said[0]


def test_how_many_people_there_are_does_not_change_how_many_questions_the_databases_are_asked(
    quick: Work, field: Field, now: datetime
) -> None:
    def statements() -> int:
        asked: list[str] = []

        def note(*args: object) -> None:
            asked.append(str(args[2]))

        engines = [quick.db.get_bind(), quick.keyring.get_bind()]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        read(quick, field, now)
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    for at in range(2):
        enrol(quick, field, f"Ann{at} Wren", now)
    few = statements()
    for at in range(8):
        enrol(quick, field, f"Benno{at} Oakhurst", now)
    assert statements() <= few
