"""The adapter of azure-ai-agents: `AgentsClient.runs.stream()` through its event handler."""

import json
import math
import re
import sys
from datetime import datetime
from importlib.metadata import version
from typing import Any

from azure.ai.agents import AgentsClient
from azure.ai.agents.models import AgentStreamEvent
from azure.core.pipeline.policies import SansIOHTTPPolicy

TIMEOUT = 10.0  # seconds
FEATURES = ["big-integers", "done-event"]
KNOWN = frozenset(event.value for event in AgentStreamEvent)
# The SDK prints what it cannot serialize, and where it is differs from run to run.
ADDRESS = re.compile(r"^(<.+) at 0x[0-9a-f]+>$")
RENAMED = {"agent_id": "assistant_id"}  # the SDK's name of a field, and the wire's


def hello() -> dict[str, Any]:
    """Who this is."""
    return {
        "name": "azure-ai-agents",
        "version": version("azure-ai-agents"),
        "language": "python",
        "features": FEATURES,
        "transport": "http",
    }


class NoCredential:
    """Nothing asks it: the policy that would is replaced, since it refuses plain HTTP."""

    def get_token(self, *_: str, **__: Any) -> Any:
        """A token, if there were any."""
        raise NotImplementedError


def run(request: dict[str, Any]) -> dict[str, Any]:
    """The reply to one streaming request; the end event is handed on, so a cut stream shows."""
    events: list[dict[str, Any]] = []
    reply: dict[str, Any] = {"seq": request["seq"], "events": events, "end": "eof"}
    client = AgentsClient(
        request["url"] + "/v1",
        NoCredential(),
        authentication_policy=SansIOHTTPPolicy(),
        retry_total=0,
        connection_timeout=TIMEOUT,
        read_timeout=TIMEOUT,
        use_env_settings=False,
    )
    try:
        with client, client.runs.stream(request["thread_id"], agent_id="asst_1") as handler:
            for name, data, _ in handler:
                if name == AgentStreamEvent.DONE:
                    reply["end"] = "done"
                events.append(event(name, data))
    except Exception as error:  # whatever the SDK raises
        reply["end"] = "error"
        reply["error"] = {"class": "other", "message": f"{type(error).__name__}: {error}"}
    return reply


def event(name: str, data: Any) -> dict[str, Any]:
    """An event: `on_error` is given text, and so is `on_unhandled_event`."""
    if name not in KNOWN:
        return {"event": name, "unknown": True, "text": data}
    if name == AgentStreamEvent.ERROR:
        return {"event": name, "data": {"message": data}}
    return {"event": name, "data": value(data)}


def value(data: Any) -> Any:
    """A value of the SDK as JSON; what no JSON can say becomes a string."""
    if hasattr(data, "as_dict"):
        members = value(data.as_dict())
        return {RENAMED.get(name, name): member for name, member in members.items()}
    if isinstance(data, dict):
        return {name: value(member) for name, member in data.items()}
    if isinstance(data, list):
        return [value(item) for item in data]
    if isinstance(data, datetime):
        return data.timestamp()
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    return ADDRESS.sub(r"\1>", data) if isinstance(data, str) else data


for line in sys.stdin.buffer:
    given = json.loads(line)
    if given["cmd"] == "stop":
        break
    answer = run(given) if given["cmd"] == "run" else hello()
    sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")
    sys.stdout.flush()
