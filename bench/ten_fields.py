"""The survey of the figures: a short page, then a page with ten fields of the usual kinds."""

from instruments.definition import Instrument
from instruments.yaml_text import read_yaml

_TEXT = """
instrument: ten_fields
role: survey
languages: [en]
title: {en: A survey for the figures}
sections:
  - id: before
    title: {en: Before}
    questions:
      - {id: name_of_unit, kind: short_text, label: {en: What is your unit called?}}
      - {id: since, kind: number, label: {en: How many years have you been there?}, least: 0, most: 60}
  - id: ten
    title: {en: Ten fields}
    questions:
      - {id: post, kind: short_text, required: yes, label: {en: What is your post?}}
      - {id: field, kind: short_text, label: {en: In which field do you work?}, help: {en: In your own words.}}
      - {id: place, kind: short_text, label: {en: Where do you work?}}
      - {id: years, kind: number, required: yes, label: {en: For how long?}, least: 0, most: 60, unit: {en: years}}
      - {id: meetings, kind: number, label: {en: How many meetings a year?}, least: 0, most: 365}
      - id: role
        kind: single_choice
        required: yes
        label: {en: Which of these describes your work best?}
        options:
          - population: {en: Population health}
          - clinician: {en: Clinical research}
          - laboratory: {en: Laboratory research}
          - {code: other, words: yes, label: {en: Something else}}
      - id: degrees
        kind: multiple_choice
        label: {en: Which degrees do you hold?}
        help: {en: Choose all that apply.}
        options:
          - md: {en: MD}
          - phd: {en: PhD}
          - masters: {en: "A master's degree"}
          - {code: none, exclusive: yes, label: {en: None of these}}
      - id: mentor
        kind: yes_no
        label: {en: Do you have a mentor now?}
      - id: agreement
        kind: scale
        first: 1
        last: 5
        low: {en: Strongly disagree}
        high: {en: Strongly agree}
        label: {en: My mentor is there when I need advice.}
      - {id: comment, kind: long_text, longest: 5000, label: {en: What else would you like to say?}}
"""

BEFORE = {"name_of_unit": ["General internal medicine"], "since": ["12"]}
TEN = {
    "post": ["Associate professor"],
    "field": ["Knowledge translation"],
    "place": ["Calgary"],
    "years": ["7"],
    "meetings": ["24"],
    "role": ["clinician"],
    "degrees": ["md", "phd"],
    "mentor": ["yes"],
    "agreement": ["4"],
    "comment": ["We meet on Fridays, mostly, and talk about whatever either of us has got stuck with that week."],
}
FIELDS = [(name, value) for name, values in TEN.items() for value in values]


def instrument() -> Instrument:
    """The definition."""
    return read_yaml(_TEXT)
