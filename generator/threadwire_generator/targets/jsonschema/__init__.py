"""The target `jsonschema`: one standard JSON Schema 2020-12 bundle for each profile.

`wire.schema.json` is what real streams carry, `documented.schema.json` what the official document
promises.  Either is a schema of one event as `threadwire decode` prints it, `{"event", "data"}`;
every payload type stands in `$defs` under its name, and the data of every event under
`event:NAME`.
"""

from __future__ import annotations

import json

from threadwire_generator.spec import Spec
from threadwire_generator.targets.jsonschema.bundle import bundle
from threadwire_generator.targets.jsonschema.profiles import PROFILES

__all__ = ["plan"]


def plan(spec: Spec) -> dict[str, str]:
    """Return the text of each bundle by its path under the out folder."""
    return {
        f"jsonschema/{profile.name}.schema.json": json.dumps(
            bundle(spec, profile), indent=2, ensure_ascii=False
        )
        + "\n"
        for profile in PROFILES
    }
