"""Evidence to JSON and back, and its published schema, `evidence.schema.json` beside this file."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from verify.errors import BadInput
from verify.evidence.records import Evidence


def written(evidence: Evidence) -> str:
    """Return the evidence as JSON; NaN and infinities are strings."""
    return str(_adapter().dump_json(evidence, indent=2).decode()) + "\n"


def read(text: str) -> Evidence:
    """Return the evidence that `written` wrote. Raises BadInput for anything else."""
    import pydantic

    try:
        return _adapter().validate_json(text)  # type: ignore[no-any-return]
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the top"
        raise BadInput(f"not the evidence of this version: at {where}, {first['msg']}") from error


@cache
def _adapter() -> Any:
    from pydantic import ConfigDict, TypeAdapter, with_config

    config = ConfigDict(ser_json_inf_nan="strings", extra="forbid")
    return TypeAdapter(with_config(config)(Evidence))


def schema_text() -> str:
    """Return the JSON Schema of the evidence, as published."""
    schema = _adapter().json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(_with_special_numbers(schema), indent=2, sort_keys=True) + "\n"


def _with_special_numbers(node: Any) -> Any:
    """Say in the schema what the serialiser does: NaN and infinities are strings."""
    if isinstance(node, dict):
        if node.get("type") == "number":
            rest = {key: value for key, value in node.items() if key != "type"}
            return {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}], **rest}
        return {key: _with_special_numbers(value) for key, value in node.items()}
    return [_with_special_numbers(value) for value in node] if isinstance(node, list) else node
