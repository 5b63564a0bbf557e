"""Tests that show a defect which is not mended yet, under what is wrong.

They are expected to fail, strictly: mending one makes its test an error until it is struck off.  A
name without brackets stands for all parameters of a test.  The run ends with this list.
"""

_BY_DEFECT: dict[str, list[str]] = {
    "raised while pydantic's error is handled, whose text has the values and comes along": [
        "test_errors.py::test_what_the_decoder_gives",
        "test_errors.py::test_what_is_raised",
    ],
    "an offset is summed up anew for each event of a chunk: quadratic": [
        "test_bounds.py::test_work_grows_with_the_bytes_and_no_faster[whole-unknown]",
        "test_bounds.py::test_work_grows_with_the_bytes_and_no_faster[whole-invalid]",
        "test_bounds.py::test_work_grows_with_the_bytes_and_no_faster[whole-error]",
        "test_bounds.py::test_work_grows_with_the_bytes_and_no_faster[whole-long-name]",
    ],
    "every wrong place costs a kilobyte and more: 16 MiB of them take gigabytes": [
        "test_bounds.py::test_a_payload_wrong_in_thousands_of_places_takes_little_memory[items]",
        "test_bounds.py::test_a_payload_wrong_in_thousands_of_places_takes_little_memory[branches]",
    ],
    "fields after the line that crosses the limit are not looked at": [
        "test_bounds.py::test_the_name_counts_wherever_it_stands",
        "test_bounds.py::test_an_end_event_above_the_limit_is_the_end_all_the_same[name-last]",
    ],
    "members named like our labels of branches are taken for branches": [
        "test_errors.py::test_members_named_like_our_labels_do_not_break_the_decoder[known-tags]",
        (
            "test_errors.py::test_members_named_like_our_labels_do_not_break_the_decoder"
            "[in-a-known-variant]"
        ),
        "test_errors.py::test_members_named_like_our_labels_keep_their_path",
    ],
    "`events` does not survive `__reduce__`": [
        "test_errors.py::test_a_pickled_error_still_carries_what_was_read_before[0]",
        "test_errors.py::test_a_pickled_error_still_carries_what_was_read_before[1]",
    ],
    "the path of a bad number ends at the member that is not declared": [
        "test_errors.py::test_a_number_json_has_no_word_for_is_found_where_it_stands[in-a-list]",
        "test_errors.py::test_a_number_json_has_no_word_for_is_found_where_it_stands[in-an-object]",
    ],
    "a NaN that somebody put into a payload is written as null": [
        "test_encoding.py::test_a_number_that_json_has_no_word_for_is_refused",
    ],
    "a `retry` of more than 15 digits is ignored, whatever its value": [
        "test_framing.py::test_fields[a-retry-with-many-leading-zeros]",
    ],
    "what a plain `close` gives back is awaited if it is not None": [
        "test_iteration.py::test_async_with_takes_sources_with_a_plain_close_or_none",
    ],
    "in a map, the first of two values of one key is checked, though it does not count": [
        "test_payloads.py::test_of_a_key_that_stands_twice_the_first_is_not_even_checked",
    ],
    "type checkers take `__pydantic_extra__` for an argument (cure: `= Field(init=False)`)": [
        "test_typing.py::test_mypy_reads_it_as_a_user_would_wish[making.py]",
        "test_typing.py::test_pyright_reads_what_is_made_as_a_user_would_wish",
    ],
}

OPEN_DEFECTS = {test: defect for defect, tests in _BY_DEFECT.items() for test in tests}
