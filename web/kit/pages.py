"""Making a page out of a template and a visit."""

from typing import Any

from flask import render_template

from web.kit.visit import Visit


def render(visit: Visit, template: str, **values: Any) -> str:
    """The page, in the visitor's language, with everything the layout needs."""
    return render_template(template, visit=visit, **values)
