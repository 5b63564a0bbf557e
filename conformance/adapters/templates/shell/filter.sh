#!/bin/sh
# A filter: a stream on standard input, its events on standard output, one a line.
#
#     threadwire test --filter -- sh filter.sh
#
# Put your decoder where awk is: it reads frames in the plainest way, and trusts every payload.
exec awk '
  /^event: / { name = substr($0, 8) }
  /^data: /  { data = data (data == "" ? "" : "\n") substr($0, 7) }
  /^$/ && data != "" {
    if (name == "done") done = 1
    else printf "{\"event\": \"%s\", \"data\": %s}\n", name, data
    name = "message"; data = ""
  }
  END { if (!done) print "{\"end\": \"eof\"}" }
'
