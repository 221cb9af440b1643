"""The copy as signed: complete, readable by a screen reader, the same for ever, and deaf to what is typed into it."""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from consent import decisions, documents, papers, typesetting
from consent.decisions import Sitting
from consent.documents import ConsentDocument
from consent.scopes import Scope
from consent.signatures import Signed
from consent.wording import Wording
from tests.approving import approved_wording
from tests.consent.letters import LETTER, Scene, again, ready_letter
from vault import approvals
from vault.errors import Missing

NAME = "Zoé Quillfeather"
PROBE = '#let data = json(bytes(sys.inputs.data))\n#set document(title: "x")\n#data.text'


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def catalog(pdf: bytes) -> Any:
    """The root of the file, as plain as pypdf gives it."""
    return read(pdf).root_object


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def publish(scene: Scene, wording: Wording) -> ConsentDocument:
    latest = approvals.of_study(scene.db, scene.study.id)[0].number
    approval = approved_wording(scene.db, wording, latest, by=scene.lead.id, now=scene.now)
    return documents.publish(scene.db, scene.study.id, wording, approval=approval, by=scene.lead.id, now=scene.now)


def decided(
    scene: Scene,
    document: ConsentDocument,
    signed: Signed,
    *,
    language: str = "en",
    spoken: bool = False,
    agreed: bool = True,
) -> tuple[Sitting, Signed]:
    who = scene.somebody()
    occasion = decisions.record(
        scene.db, scene.work.keyring, scene.study.id, who.id, {Scope.TAKE_PART: agreed, Scope.RECORDED: False},
        document=document.fingerprint, language=language, now=scene.now, key=who.linkage, signed=signed,
        read_by=scene.lead.id if spoken else None,
    )  # fmt: skip
    return decisions.history(scene.db, who.id)[-1], decisions.signed_on(who.linkage, occasion)


def test_the_copy_has_the_text_each_answer_the_signature_and_what_it_means(scene: Scene) -> None:
    """21 CFR 11.50: the printed name, the date and time, and the meaning; 11.70: bound to the text."""
    pdf = papers.copy_of(scene.document, *decided(scene, scene.document, Signed(signature=NAME)), pseudonym="P-7KQ4")
    said = words(pdf)
    for expected in (
        "Mentors and mentees", "About mentors", "What is this about?", "Do I have to?",
        "Do you want to take part? Yes", "May we record you? No", "May we quote you? Not answered (counts as no)",
        LETTER.signing["en"], NAME, "2026-11-23 12:00:00 UTC", "P-7KQ4", "Version 1",
    ):  # fmt: skip
        assert expected in said
    assert scene.document.fingerprint in said.replace(" ", "")


def test_the_copy_is_in_the_language_it_was_read_in(quick: Scene) -> None:
    sitting, signed = decided(quick, quick.document, Signed(signature=NAME), language="fr")
    pdf = papers.copy_of(quick.document, sitting, signed, pseudonym="P-7KQ4")
    assert "Voulez-vous participer ? Oui" in words(pdf).replace("\u00a0", " ")
    assert catalog(pdf)["/Lang"] == "fr"


def test_the_copy_of_spoken_consent_has_what_was_read_out_by_whom_and_who_heard_it(quick: Scene) -> None:
    signed = Signed(witness="Robin Alder", recording="T-014")
    said = words(
        papers.copy_of(quick.document, *decided(quick, quick.document, signed, spoken=True), pseudonym="P-7KQ4")
    )
    for expected in ("I will read to you what this is about", "Read out and noted by Wren", "Robin Alder", "T-014"):
        assert expected in said
    assert LETTER.signing["en"] not in said


def test_who_agreed_to_nothing_need_not_have_signed(quick: Scene) -> None:
    sitting, signed = decided(quick, quick.document, Signed(), agreed=False)
    assert "Not signed" in words(papers.copy_of(quick.document, sitting, signed, pseudonym="P-7KQ4"))


def test_a_withdrawal_has_no_paper_and_no_paper_has_another_text(quick: Scene) -> None:
    who = quick.somebody()
    decisions.withdraw_all(quick.db, quick.work.keyring, quick.study.id, who.id, now=quick.now)
    with pytest.raises(Missing):
        papers.copy_of(quick.document, decisions.history(quick.db, who.id)[-1], Signed(), pseudonym="P-7KQ4")
    sitting, signed = decided(quick, quick.document, Signed(signature=NAME))
    other = publish(quick, again(LETTER.text["en"] + " Really."))
    with pytest.raises(Missing):
        papers.copy_of(other, sitting, signed, pseudonym="P-7KQ4")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_copy_is_tagged_so_that_it_can_be_read_aloud(quick: Scene, language: str) -> None:
    """PDF/UA-1 as far as it shows in the file; typst refuses to write what it knows to break it."""
    document = publish(quick, ready_letter())
    pdf = papers.copy_of(
        document, *decided(quick, document, Signed(signature=NAME), language=language), pseudonym="P-7KQ4"
    )
    root = catalog(pdf)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = read(pdf).metadata
    assert metadata is not None
    assert metadata.title == documents.published(document).wording.title[language]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    roles = set(structure(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Link"} <= roles


def structure(node: Any) -> list[str]:
    """The roles at and below a node of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [role for child in node for role in structure(child)]
    if not isinstance(node, dict):
        return []
    return [*([str(node["/S"])] if "/S" in node else []), *structure(node.get("/K"))]


def test_later_documents_and_decisions_leave_the_copy_as_it_is_byte_for_byte(scene: Scene) -> None:
    who = scene.somebody()
    occasion = decisions.record(
        scene.db, scene.work.keyring, scene.study.id, who.id, {Scope.TAKE_PART: True},
        document=scene.document.fingerprint, language="en", now=scene.now, key=who.linkage,
        signed=Signed(signature=NAME),
    )  # fmt: skip
    scene.work.commit()

    def copy() -> bytes:
        scene.db.expire_all()
        document = documents.by_fingerprint(scene.db, scene.study.id, occasion.document or "")
        sitting = decisions.history(scene.db, who.id)[0]
        return papers.copy_of(document, sitting, decisions.signed_on(who.linkage, sitting.occasion), pseudonym="P-7KQ4")

    before = hashlib.sha256(copy()).hexdigest()
    publish(scene, replace(again(LETTER.text["en"] + "\n\nMore."), title={"en": "New", "fr": "Nouveau"}))
    scene.study.title = "Another title"
    decisions.withdraw_all(scene.db, scene.work.keyring, scene.study.id, who.id, now=scene.now + timedelta(days=1))
    scene.work.commit()
    assert hashlib.sha256(copy()).hexdigest() == before


HOSTILE = [
    '#panic("inside")',
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0"',
    "$ x^2 $ *bold* _em_ `raw` <label> @reference = heading",
    '"); panic("x")',
    "\\u{41} \\ // comment /* comment */",
    '{"kind": "link", "href": "javascript:alert(1)"}',
    "#sys.inputs.data",
    ']] #eval("1")',
    "x" * 200,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_types_is_text_on_the_paper_and_never_markup(quick: Scene, text: str) -> None:
    """ASVS 1.2: no injection into the typesetter."""
    wording = replace(
        LETTER,
        title={**LETTER.title, "en": f"Title {text}"},
        note={"en": f"Note {text}", "fr": text},
        signing={**LETTER.signing, "en": f"Means {text}"},
    )
    document = publish(quick, wording)
    sitting, signed = decided(quick, document, Signed(signature=text))
    said = words(papers.copy_of(document, sitting, signed, pseudonym="P-7KQ4")).replace(" ", "")
    for before in ("Title", "Note", "Means", ""):
        assert before + text.replace(" ", "") in said


@pytest.mark.parametrize("text", ["王小明", "Zoë 🎓", "שלום", "นาย", "a\u0301\u200d\u0000b", "0\u1dc0\u05ec\u1dc0"])
def test_a_name_in_any_writing_gets_a_copy_and_what_the_fonts_lack_is_spelled(text: str, quick: Scene) -> None:
    said = words(typesetting.pdf(PROBE, {"text": text}, at=quick.now))
    assert said
    assert "\ufffd" not in said
    if text == "王小明":
        assert said == "[U+738B][U+5C0F][U+660E]"


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40))
def test_whatever_is_typed_can_be_set(text: str) -> None:
    assert typesetting.pdf(PROBE, {"text": text}, at=datetime(2026, 1, 1, tzinfo=UTC)).startswith(b"%PDF-")


def test_letters_of_every_shape_can_be_set(quick: Scene) -> None:
    shapes = (
        "# A\n\n- one\n- two\n\n  more\n  - three\n\n0. zero\n1. one\n\n> quoted\n>\n> - in it\n\n---\n\n"
        "## B\n\nline  \nbreak **strong *both*** [link **bold**](https://example.org/a?b=c&d#e) <mailto:a@example.org>"
    )
    wording = replace(
        again(shapes),
        text={"en": shapes, "fr": shapes},
        covers={element: replace(cover, heading=cover.heading and "A") for element, cover in LETTER.covers.items()},
    )
    document = publish(quick, wording)
    pdf = papers.copy_of(document, *decided(quick, document, Signed(signature=NAME)), pseudonym="P-7KQ4")
    assert {"/L", "/LI", "/BlockQuote", "/Link", "/H3"} <= set(structure(catalog(pdf)["/StructTreeRoot"]))
    addresses = [
        annotation.get_object()["/A"]["/URI"] for page in read(pdf).pages for annotation in page.get("/Annots", [])
    ]
    assert sorted(set(addresses)) == ["https://example.org/a?b=c&d#e", "mailto:a@example.org"]


def test_no_font_of_this_machine_is_used(quick: Scene) -> None:
    pdf = papers.copy_of(quick.document, *decided(quick, quick.document, Signed(signature=NAME)), pseudonym="P-7KQ4")
    pages: Any = read(pdf).pages
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(font.startswith(("LibertinusSerif", "DejaVuSansMono", "NewComputerModern", "NewCM")) for font in fonts)


def test_no_template_reads_anything_but_its_data() -> None:
    for template in typesetting.TEMPLATES.glob("*.typ"):
        text = template.read_text(encoding="utf-8")
        assert not [word for word in ("#import", "#include", "read(", "@preview", "eval(") if word in text]
