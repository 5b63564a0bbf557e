"""When a protocol changes: comparing, importing, setting up, and the gate."""
