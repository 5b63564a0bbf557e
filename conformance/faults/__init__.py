"""Decoders and adapters that are wrong on purpose, by which the kit proves itself.

    base.py      the decoder that faults are put into, and where it can be changed
    values.py    payloads read by the spec, with more such places
    mutants.py   the spec itself changed, point by point, under a decoder that keeps nothing unknown
    table.py     FAULTS: every fault that has a name
    matrix.py    which case kills which fault; MATRIX.md is made of it
    adapters/    programs that break the adapter protocol

What is here is not shipped.  It may name events, and may import the generator and the kit.
"""
