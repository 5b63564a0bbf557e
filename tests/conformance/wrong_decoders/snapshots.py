"""A client that keeps what it was told: each piece is added up, and its sum is handed on."""

import codecs
import json


def decode(chunks):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    messages, buffer, event = {}, "", {}
    for chunk in chunks:
        buffer += decoder.decode(chunk)
        *lines, buffer = buffer.replace("\r\n", "\n").split("\n")
        for line in lines:
            if line.startswith(":"):
                continue
            if line:
                key, _, value = line.partition(": ")
                event[key] = value
                continue
            if not event:
                continue
            name, data, event = event.get("event", "message"), event.get("data", ""), {}
            if name == "done":
                return
            payload = json.loads(data)
            if name == "error":
                raise RuntimeError((payload.get("error") or payload)["message"])
            if name == "thread.message.created":
                messages[payload["id"]] = payload
            if name == "thread.message.delta":
                known = messages.setdefault(payload["id"], {"content": []})["content"]
                for part in payload["delta"].get("content", []):
                    if part["index"] >= len(known):
                        known.append(part)
                    else:
                        known[part["index"]]["text"]["value"] += part["text"]["value"]
                payload = {**payload, "delta": {**payload["delta"], "content": known}}
            yield name, payload
