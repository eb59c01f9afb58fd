"""Many runs: run folders, processes, and comparisons."""
