"""Programs that break the adapter protocol, each in one way: `python -m faults.adapters.NAME`."""
