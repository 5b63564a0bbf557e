"""A protocol as small as can be: prices, and the name of the event in the data."""

PROTOCOL = """\
# yaml-language-server: $schema=../meta/protocol.schema.json
protocol: ticker
title: A ticker
package: ticker_events
union: TickerEvent
description: Prices as they change.
selector: {in: data, member: kind}
end: eof
events:
  price: {class: PriceEvent, payload: Price, when: A price has changed.}
"""
TYPES = """\
# yaml-language-server: $schema=../meta/types.schema.json
Price:
  description: A price.
  required: [kind, symbol]
  properties:
    kind: {const: price, description: What this is.}
    symbol: {type: string, description: What it is the price of.}
"""
