"""Write every page of docs/ that is made from the code: ``python -m docs.make.pages``.

The tutorial is not among them, because it simulates: ``python -m docs.make.tutorial --write``.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from abm.io.tables import write_bytes
from docs.make.calibration import DIAGNOSTICS
from docs.make.calibration import page as calibration_page
from docs.make.commands import page as commands_page
from docs.make.evidence import page as evidence_page
from docs.make.failures import VALIDATION
from docs.make.failures import page as failures_page
from docs.make.interventions import page as intervention_page
from docs.make.mechanisms import ABLATION
from docs.make.mechanisms import page as mechanisms_page
from docs.make.odd import filled
from docs.make.outputs import page as outputs_page
from docs.make.parameters import page as parameters_page
from docs.make.signatures import SIGNATURES
from docs.make.signatures import page as signatures_page

ROOT = Path(__file__).parents[2]
PAGES: dict[str, Callable[[str], str]] = {
    "odd.md": filled,
    "commands.md": lambda _: commands_page(),
    "parameters.md": lambda _: parameters_page(),
    "outputs.md": lambda _: outputs_page(),
    "interventions.md": lambda _: intervention_page(),
    "evidence.md": lambda _: evidence_page(),
    "calibration.md": lambda _: calibration_page(folder=ROOT / DIAGNOSTICS),
    "mechanisms.md": lambda _: mechanisms_page(ROOT / ABLATION),
    "signatures.md": lambda _: signatures_page(ROOT / SIGNATURES),
    "failures.md": lambda _: failures_page(ROOT / VALIDATION),
}


def outdated(folder: Path) -> dict[str, str]:
    """Return the new text of every page that is not as the code would make it now."""
    new_pages = {}
    for name, make in PAGES.items():
        path = folder / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = make(old)
        if new != old:
            new_pages[name] = new
    return new_pages


def main(folder: Path) -> None:
    """Write what is outdated and say what was written."""
    for name, text in outdated(folder).items():
        write_bytes(folder / name, text.encode())
        print(f"wrote {folder / name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs"))
