"""The one-file report: what a run folder says, in sentences, tables and figures, as HTML."""
