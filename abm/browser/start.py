"""What pages open with; set once, before the server starts."""

from abm.browser.choices import Choices

first = Choices()
