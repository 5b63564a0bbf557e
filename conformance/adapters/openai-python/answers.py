"""The adapter protocol around openai-python, for both of its adapters.

An adapter gives a reader: it makes one streaming request and yields the SDK's events, as they are.
"""

import json
import math
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

import httpx2
from openai import APIError, BaseModel, OpenAI

Reader = Callable[[OpenAI, str], Iterator[Any]]

FEATURES = ["big-integers", "presence", "unknown-members"]
TIMEOUT = 10.0  # seconds


def serve(name: str, read: Reader) -> None:
    """Answer requests until `stop` or the end of input."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["cmd"] == "stop":
            return
        answer = run(request, read) if request["cmd"] == "run" else hello(name)
        sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")
        sys.stdout.flush()


def hello(name: str) -> dict[str, Any]:
    """Who this is."""
    return {
        "name": name,
        "version": version("openai"),
        "language": "python",
        "features": FEATURES,
        "transport": "http",
    }


def run(request: dict[str, Any], read: Reader) -> dict[str, Any]:
    """The reply to one streaming request."""
    events: list[dict[str, Any]] = []
    reply: dict[str, Any] = {"seq": request["seq"], "events": events, "end": "done"}
    try:
        for item in read(client(request["url"]), request["thread_id"]):
            events.append(event(item))
    except Exception as error:  # whatever the SDK raises
        reply["end"] = "error"
        reply["error"] = told(error)
    return reply


@cache
def client(url: str) -> OpenAI:
    """The SDK's client of a server: no retries, no proxies from the environment."""
    return OpenAI(
        base_url=url + "/v1",
        api_key="threadwire",
        max_retries=0,
        http_client=httpx2.Client(trust_env=False, timeout=TIMEOUT),
    )


def event(item: Any) -> dict[str, Any]:
    """An event, by the name that its user compares; without `data`, all that there is of it."""
    members = item.model_fields_set if isinstance(item, BaseModel) else ()
    data = item.data if "data" in members else item
    return {"event": getattr(item, "event", None) or "", "data": value(data)}


def value(data: Any) -> Any:
    """A value of the SDK as JSON; what no JSON can say becomes a string."""
    if isinstance(data, BaseModel):
        return value(data.to_dict(mode="python", warnings=False))
    if isinstance(data, dict):
        return {name: value(member) for name, member in data.items()}
    if isinstance(data, list):
        return [value(item) for item in data]
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    return data


def told(error: Exception) -> dict[str, Any]:
    """An exception as the error of a reply."""
    if type(error) is APIError or getattr(error, "status_code", None) is not None:
        body: Any = getattr(error, "body", None)
        about: dict[str, Any] = {"class": "server", "message": getattr(error, "message", "")}
        for name in ("type", "code", "param"):
            about[name] = value(getattr(error, name, None))
        return {**about, "data": value(body)} if isinstance(body, dict) else about
    payload = isinstance(error, json.JSONDecodeError)
    message = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()
    return {"class": "payload" if payload else "other", "message": message}
