"""Lets `python -m app.cli` run the command line; the launcher `./zuke` hands over to it."""

import sys

from app.cli.main import main

sys.exit(main())
