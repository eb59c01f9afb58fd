"""The command `nssi`, a file a command: it parses, calls, writes and shows."""
