"""What a command prints for a reader."""
