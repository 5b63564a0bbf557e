#!/bin/sh
# A filter: a stream on standard input, its events on standard output, one a line.  It needs jq.
#
#     threadwire test --filter -- sh filter.sh
#
# Put your decoder in its place: this one reads frames in the plainest way, and stops at data that is
# no JSON; the status of the last command is that of the filter.
awk '
  /^event: / { name = substr($0, 8) }
  /^data: /  { data = data substr($0, 7) " " }
  /^$/ && data != "" {
    if (name == "done") { ended = 1; exit }
    print (name == "" ? "message" : name) "\t" data
    name = data = ""
  }
  END { if (!ended) print "" }
' | jq --raw-input --compact-output '
  split("\t") | if . == [] then {end: "eof"}
  else {event: .[0], data: (.[1:] | join("\t") | try fromjson catch ("no JSON\n" | halt_error(1)))} end
'
