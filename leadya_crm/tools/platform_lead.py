"""A lead that an advertising platform hands over, whichever platform it is.

Plain Python: no database, no Odoo. What a platform says is signed or keyed by it, but
what people wrote into its form is as hostile as anything else.
"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Answer(NamedTuple):
    """One question of the platform's form, and what was answered."""

    name: str
    """By which the platform knows the question; the form's map looks for it first."""
    label: str
    """As people read the question; may be the name again."""
    text: str


@dataclass
class PlatformLead:
    """What a platform says of one lead; an empty text stands for "not said".

    ``visit`` has values of a ``leadya.touch``, with ``source``, ``medium`` and ``campaign`` as
    names; ``details`` is whatever else was said, by the platform's own names, to be shown.
    """

    lead_id: str = ""
    key: str = ""
    is_test: bool = False
    answers: list = field(default_factory=list)
    visit: dict = field(default_factory=dict)
    details: dict = field(default_factory=dict)
    unknown: dict = field(default_factory=dict)


def is_true(value):
    """Whether a flag of a JSON is set, as a boolean or as its text."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1"))


def said(values):
    """The values that are not empty."""
    return {name: value for name, value in values.items() if value}
