"""Make `.venv` in the current folder anew, and install its requirements.txt.

The build of every adapter that is written in Python: `python3 ../build_venv.py`.
"""

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(".venv")
BIN = "Scripts" if sys.platform == "win32" else "bin"

venv.create(FOLDER, with_pip=True, clear=True)
install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
sys.exit(subprocess.call([str(FOLDER / BIN / "python"), *install, "-r", "requirements.txt"]))
