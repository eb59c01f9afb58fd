"""The ground: files, locks, messages, what a terminal shows, and progress."""
