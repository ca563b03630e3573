"""Short trainings on digits, and what several tests ask of their evidence."""

from __future__ import annotations

import json

import jsonschema

from tests.places import SCHEMA
from tests.there import there
from verify.evidence.records import Evidence
from verify.training.loop import Settings

SHORT = Settings(epochs=3, hidden=16)


def check_of(evidence, name, loop):
    (found,) = [
        one for one in there(evidence.training).checks if one.name == name and one.sentence.startswith(f"{loop}:")
    ]
    return found


def valid(evidence: Evidence) -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(evidence.to_json()))
