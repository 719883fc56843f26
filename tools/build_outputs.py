"""Write what commands print into the documents that show it, so that they fit the present reading.

python -m tools.build_outputs    (or make outputs)

`<!-- file: NAME -->` before a block says that the block is that file, `<!-- output of: COMMAND -->` that it is what the
command prints in a folder with these files. The table of `make gate` is that of all exam reports; it stays where some are
not there.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "accuracy.md")
GATE = "make gate"
_BLOCK = re.compile(r"(<!-- (file|output of): (.+?) -->\n```\w*\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
_WIDTH = 120


def written(text: str, *, with_gate: bool) -> str:
    """Return a page with its outputs made anew."""
    with tempfile.TemporaryDirectory() as folder:

        def replace(block: re.Match[str]) -> str:
            head, kind, name, body, tail = block.groups()
            if kind == "file":
                (Path(folder) / name).write_text(body, encoding="utf-8")
                return block[0]
            if name == GATE:
                return head + ((with_gate and _gate()) or body) + tail
            return head + _run(name, folder) + tail

        return _BLOCK.sub(replace, text)


def _run(command: str, folder: str) -> str:
    program, *arguments = shlex.split(command)
    if program != "marsad":
        raise SystemExit(f"{command!r} is no command of marsad; only these are run for a document.")
    settings = os.environ | {"COLUMNS": str(_WIDTH), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-m", "marsad.cli", *arguments],
        cwd=folder,
        env=settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return "".join(f"{line.rstrip()}\n" for line in _folded(ran.stdout).splitlines())


def _folded(text: str) -> str:
    """JSON on several lines, one for each part of an event."""
    if not text.startswith("{"):
        return text
    report = json.loads(text)
    events = [
        "  {" + ",\n   ".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in event.items()) + "}"
        for event in report.pop("events")
    ]
    head = json.dumps(report, ensure_ascii=False)[:-1]
    return f'{head}, "events": [\n' + ",\n".join(events) + "]}\n"


def _gate() -> str | None:
    """The table of the gate, or None where the page's own cannot be measured."""
    from eval.corpus import shared_exam_files
    from eval.gate import measure
    from marsad import pipeline
    from marsad.export.contract import to_contract
    from marsad.scoring import format_table

    if not shared_exam_files():
        return None
    reader = pipeline.load_reader()
    corpus, result = measure(True, lambda document: to_contract(reader.read(document)))
    print(f"corpus {corpus[:12]}")
    return format_table(result).strip("\n") + "\n"


def main() -> None:
    """Write the pages anew."""
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = written(before, with_gate=True)
        page.write_text(after, encoding="utf-8")
        print(f"{page.relative_to(ROOT)}: {'written anew' if after != before else 'as it was'}")


if __name__ == "__main__":
    main()
