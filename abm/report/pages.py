"""Write every page of docs/ that is made from the code: ``python -m abm.report.pages``.

The tutorial is not among them, because it lives runs: ``python -m abm.report.tutorial --write``.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from abm.calibration.reference import DIAGNOSTICS
from abm.calibration.reference import page as calibration_page
from abm.evidence.failures import VALIDATION
from abm.evidence.failures import page as failures_page
from abm.evidence.reference import page as evidence_page
from abm.interventions.reference import page as intervention_page
from abm.report.odd import filled
from abm.report.parameter_reference import reference
from abm.report.reference import output_reference
from abm.tables import write_bytes

ROOT = Path(__file__).parents[2]
PAGES: dict[str, Callable[[str], str]] = {
    "odd.md": filled,
    "parameters.md": lambda _: reference(),
    "outputs.md": lambda _: output_reference(),
    "interventions.md": lambda _: intervention_page(),
    "evidence.md": lambda _: evidence_page(),
    "calibration.md": lambda _: calibration_page(folder=ROOT / DIAGNOSTICS),
    "failures.md": lambda _: failures_page(ROOT / VALIDATION),
}


def outdated(folder: Path) -> dict[str, str]:
    """Return the new text of every page that is not as the code would make it now."""
    found = {}
    for name, make in PAGES.items():
        path = folder / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = make(old)
        if new != old:
            found[name] = new
    return found


def main(folder: Path) -> None:
    """Write what is outdated and say what was written."""
    for name, text in outdated(folder).items():
        write_bytes(folder / name, text.encode())
        print(f"wrote {folder / name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs"))
