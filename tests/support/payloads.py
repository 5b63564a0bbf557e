"""Full payloads, made up here: every declared member is there, and every variant of every union.

`FULL` has them by the name of their type; several where one payload cannot hold all variants.
`frame` puts one into a block of a stream.
"""

from __future__ import annotations

from typing import Any

from support.values import dumps

JSON = dict[str, Any]

_LABELS = {"colour": "green", "": "an empty name", "Größe": "12 μm"}
_TOOL_RESOURCES = {
    "code_interpreter": {"file_ids": ["file_a", "file_b"]},
    "file_search": {"vector_store_ids": ["vs_1"]},
}
_USAGE = {
    "prompt_tokens": 21,
    "completion_tokens": 9,
    "total_tokens": 30,
    "prompt_token_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
_PARAMETERS = {
    "type": "object",
    "properties": {"depth": {"type": "number", "minimum": -1.5}, "deep": [[{}], None, True]},
    "required": [],
}


def thread(**changes: Any) -> JSON:
    """A thread."""
    return {
        "id": "thread_7",
        "object": "thread",
        "created_at": 1_800_000_000,
        "tool_resources": _TOOL_RESOURCES,
        "metadata": _LABELS,
    } | changes


def run(**changes: Any) -> JSON:
    """A run; tool choice and response format in one of their forms."""
    return {
        "id": "run_7",
        "object": "thread.run",
        "thread_id": "thread_7",
        "assistant_id": "asst_7",
        "status": "requires_action",
        "required_action": {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "tide", "arguments": '{"harbour": "Cuxhaven"}'},
                    }
                ]
            },
        },
        "last_error": {"code": "server_error", "message": "the tide was out"},
        "incomplete_details": {"reason": "max_prompt_tokens"},
        "created_at": 1_800_000_001,
        "started_at": 1_800_000_002,
        "expires_at": 1_800_000_603,
        "cancelled_at": 1_800_000_004,
        "failed_at": 1_800_000_005,
        "completed_at": 1_800_000_006,
        "model": "a-model",
        "instructions": "Answer in the words of a sailor.",
        "tools": [
            {"type": "code_interpreter"},
            {
                "type": "file_search",
                "file_search": {
                    "max_num_results": 20,
                    "ranking_options": {
                        "ranker": "auto",
                        "score_threshold": 0.25,
                        "hybrid_search": {"embedding_weight": 0.5, "text_weight": 1},
                    },
                },
            },
            {
                "type": "function",
                "function": {
                    "name": "tide",
                    "description": "High water at a harbour.",
                    "parameters": _PARAMETERS,
                    "strict": False,
                },
            },
        ],
        "tool_resources": _TOOL_RESOURCES,
        "file_ids": ["file_a"],
        "metadata": _LABELS,
        "temperature": 1.0,
        "top_p": 1,
        "reasoning_effort": "low",
        "max_prompt_tokens": 1000,
        "max_completion_tokens": 500,
        "truncation_strategy": {"type": "last_messages", "last_messages": 4},
        "tool_choice": {"type": "function", "function": {"name": "tide"}},
        "parallel_tool_calls": True,
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "tide",
                "description": "A time and a height.",
                "schema": _PARAMETERS,
                "strict": True,
            },
        },
        "usage": _USAGE,
    } | changes


def run_step(**changes: Any) -> JSON:
    """A step of a run that calls tools of every kind."""
    return {
        "id": "step_7",
        "object": "thread.run.step",
        "run_id": "run_7",
        "thread_id": "thread_7",
        "assistant_id": "asst_7",
        "type": "tool_calls",
        "status": "completed",
        "last_error": {"code": "rate_limit_exceeded", "message": "slower, please"},
        "created_at": 1_800_000_002,
        "expires_at": 1_800_000_603,
        "expired_at": 1_800_000_604,
        "cancelled_at": 1_800_000_004,
        "failed_at": 1_800_000_005,
        "completed_at": 1_800_000_006,
        "step_details": {
            "type": "tool_calls",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "code_interpreter",
                    "code_interpreter": {
                        "input": "print(6 * 7)\n",
                        "outputs": [
                            {"type": "logs", "logs": "42\n"},
                            {"type": "image", "image": {"file_id": "file_c"}},
                        ],
                    },
                },
                {
                    "id": "call_2",
                    "type": "file_search",
                    "file_search": {
                        "ranking_options": {"ranker": "auto", "score_threshold": 0},
                        "results": [
                            {
                                "file_id": "file_a",
                                "file_name": "tides.txt",
                                "score": 0.875,
                                "content": [{"type": "text", "text": "High water at noon."}],
                                "attributes": {"year": 2031, "checked": True, "by": None},
                            }
                        ],
                    },
                },
                {
                    "id": "call_3",
                    "type": "function",
                    "function": {"name": "tide", "arguments": "{}", "output": "noon"},
                },
            ],
        },
        "metadata": _LABELS,
        "usage": _USAGE,
    } | changes


def run_step_delta(**changes: Any) -> JSON:
    """Pieces of tool calls of every kind."""
    return {
        "id": "step_7",
        "object": "thread.run.step.delta",
        "delta": {
            "step_details": {
                "type": "tool_calls",
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "call_1",
                        "type": "code_interpreter",
                        "code_interpreter": {
                            "input": "print(",
                            "outputs": [
                                {"index": 0, "type": "logs", "logs": "4"},
                                {"index": 1, "type": "image", "image": {"file_id": "file_c"}},
                            ],
                        },
                    },
                    {
                        "index": 1,
                        "id": "call_2",
                        "type": "file_search",
                        "file_search": {
                            "ranking_options": {"ranker": "auto", "score_threshold": 0.5},
                            "results": [
                                {
                                    "file_id": "file_a",
                                    "file_name": "tides.txt",
                                    "score": 1,
                                    "content": [{"type": "text", "text": "High"}],
                                    "attributes": {"page": 1.5},
                                }
                            ],
                        },
                    },
                    {
                        "index": 2,
                        "id": "call_3",
                        "type": "function",
                        "function": {"name": "tide", "arguments": '{"har', "output": None},
                    },
                ],
            }
        },
    } | changes


def message(**changes: Any) -> JSON:
    """A message with parts and annotations of every kind."""
    return {
        "id": "msg_7",
        "object": "thread.message",
        "thread_id": "thread_7",
        "run_id": "run_7",
        "assistant_id": "asst_7",
        "role": "assistant",
        "status": "incomplete",
        "incomplete_details": {"reason": "max_tokens"},
        "created_at": 1_800_000_003,
        "completed_at": 1_800_000_006,
        "incomplete_at": 1_800_000_007,
        "content": [
            {"type": "image_file", "image_file": {"file_id": "file_c", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://example.org/a", "detail": "auto"}},
            {
                "type": "text",
                "text": {
                    "value": "High water is at noon [1], see [2]. \u2028 \U0001f30a",
                    "annotations": [
                        {
                            "type": "file_citation",
                            "text": "[1]",
                            "file_citation": {"file_id": "file_a", "quote": ""},
                            "start_index": 22,
                            "end_index": 25,
                        },
                        {
                            "type": "file_path",
                            "text": "[2]",
                            "file_path": {"file_id": "file_c"},
                            "start_index": 31,
                            "end_index": 34,
                        },
                    ],
                },
            },
            {"type": "refusal", "refusal": "Not on a Sunday."},
        ],
        "attachments": [
            {
                "file_id": "file_a",
                "tools": [{"type": "code_interpreter"}, {"type": "file_search"}],
            }
        ],
        "file_ids": ["file_a"],
        "metadata": _LABELS,
    } | changes


def message_delta(**changes: Any) -> JSON:
    """Pieces of message parts and annotations of every kind."""
    return {
        "id": "msg_7",
        "object": "thread.message.delta",
        "delta": {
            "role": "assistant",
            "content": [
                {
                    "index": 0,
                    "type": "image_file",
                    "image_file": {"file_id": "file_c", "detail": "low"},
                },
                {
                    "index": 1,
                    "type": "text",
                    "text": {
                        "value": "High ",
                        "annotations": [
                            {
                                "index": 0,
                                "type": "file_citation",
                                "text": "[1]",
                                "file_citation": {"file_id": "file_a", "quote": "noon"},
                                "start_index": 22,
                                "end_index": 25,
                            },
                            {
                                "index": 1,
                                "type": "file_path",
                                "text": "[2]",
                                "file_path": {"file_id": "file_c"},
                                "start_index": 31,
                                "end_index": 34,
                            },
                        ],
                    },
                },
                {"index": 2, "type": "refusal", "refusal": "Not "},
                {
                    "index": 3,
                    "type": "image_url",
                    "image_url": {"url": "https://example.org/a", "detail": "high"},
                },
            ],
        },
    } | changes


def error(**changes: Any) -> JSON:
    """An error."""
    return {
        "message": "the server is at sea",
        "type": "server_error",
        "code": "at_sea",
        "param": "tools",
        "misalignment": {
            "detailed_explanation": "It seemed so.",
            "error_type": "other",
            "review_target": "token_1",
            "steer": {"message": "Turn back."},
        },
    } | changes


_WRITES_A_MESSAGE = {"type": "message_creation", "message_creation": {"message_id": "msg_7"}}

FULL: dict[str, list[JSON]] = {
    "Thread": [thread()],
    "Run": [
        run(),
        run(tool_choice="auto", response_format="auto"),
        run(response_format={"type": "text"}),
        run(response_format={"type": "json_object"}),
    ],
    "RunStep": [run_step(), run_step(type="message_creation", step_details=_WRITES_A_MESSAGE)],
    "RunStepDelta": [run_step_delta(), run_step_delta(delta={"step_details": _WRITES_A_MESSAGE})],
    "Message": [message()],
    "MessageDelta": [message_delta()],
    "Error": [error(), error(code=429)],
}


def frame(event: str, data: Any) -> bytes:
    """A block of a stream; data that is text stands there as it is."""
    text = data if isinstance(data, str) else dumps(data)
    return f"event: {event}\ndata: {text}\n\n".encode()


END = b"event: done\ndata: [DONE]\n\n"
