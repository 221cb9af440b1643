"""Forms that other people made, through the page: each becomes a draft that opens, or is refused with what to do."""

from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.instruments.test_xlsform_others import OWN
from tests.web.ask.conftest import Desk
from tests.web.ask.test_bringing import brought

_DICTIONARY = b"Variable / Field Name,Form Name,Field Type,Field Label\nrecord_id,one,text,Record\nage,one,text,Age?\n"
_OTHERS = ROOT.parent / "shared/forms"
FORMS: dict[str, bytes | Path] = {f"{name}.xlsx": data for name, data in OWN.items()}
FORMS |= {"own.csv": _DICTIONARY}
FORMS |= {path.name: path for kind in ("xlsform", "redcap", "limesurvey") for path in (_OTHERS / kind).glob("*.*")}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_becomes_a_draft_that_opens_or_is_refused_with_the_place_and_the_remedy(desk: Desk, name: str) -> None:
    form = FORMS[name]

    page = brought(desk, form if isinstance(form, bytes) else form.read_bytes(), name)

    if page.status == 422:
        ((sentence, field),) = page.complaints.items()
        assert (field, len(sentence.split(". ")) >= 2) == ("file", True), sentence
        assert "Nothing is asked yet." in desk.get("/instruments").words()
        return
    assert page.status == 200
    counts = [int(one) for part in page.words().partition("Every row of the file")[2].split(" · ")[:3]
              for one in [part.split(": ")[1].split()[0]]]  # fmt: skip
    rows = page.document.xpath("//main//tbody/tr")
    assert (sum(counts), all(row.xpath("./td[2]")[0].text_content().strip() for row in rows)) == (len(rows), True)
    draft = page.form("/take").submit().follow()
    assert (draft.status, draft.path.endswith("/draft/questions")) == (200, True)
    text = desk.browser().get(draft.path.removesuffix("/questions"))
    assert (text.status, bool(text.form("/draft").value("text"))) == (200, True)
