"""Pages of docs/ that are made from the code; run from the root of a checkout."""
