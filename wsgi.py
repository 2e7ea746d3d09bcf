"""What the web server and the `flask` command load."""

import sys

from app import create_app
from config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    sys.stderr.write(f"Gatehouse cannot start. {error}\n")
    # 3 is what tells gunicorn that trying again is of no use.
    raise SystemExit(3) from None
