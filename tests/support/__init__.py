"""What the tests of several rooms share: readings, comparisons, cuts, and where recordings lie.

Nothing here asks the decoder what is right.
"""
