"""Ends with status 0 before it has read anything."""
