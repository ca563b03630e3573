"""The published schema of the evidence, `evidence.schema.json` beside this file."""

from __future__ import annotations

import json

from verify.evidence.records import adapter


def schema_text() -> str:
    """Return the JSON Schema of the evidence, as published."""
    schema = adapter().json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(_with_special_numbers(schema), indent=2, sort_keys=True) + "\n"


def _with_special_numbers(node: object) -> object:
    """Say in the schema what the serialiser does: NaN and infinities are strings."""
    if isinstance(node, dict):
        if node.get("type") == "number":
            rest = {key: value for key, value in node.items() if key != "type"}
            return {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}], **rest}
        return {key: _with_special_numbers(value) for key, value in node.items()}
    return [_with_special_numbers(value) for value in node] if isinstance(node, list) else node
