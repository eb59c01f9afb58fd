"""What pages open with, set once before the server starts, and whether it has stopped."""

import threading

from abm.browser.choices import Choices

first = Choices()

stopped = threading.Event()
"""Set when the server stops; threads that are not its own look here."""
