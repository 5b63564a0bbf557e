"""What the lint rules check, by subject; `lint.py` has the table of them."""
