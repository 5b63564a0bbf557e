"""Ten decoders of people in a hurry, each with an idea of its own; all of them work at first sight.

Each `decode` takes chunks and yields names with their data. It raises what it raises; if it ends
by itself, the stream was complete.
"""
