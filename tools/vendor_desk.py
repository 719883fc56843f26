"""Fetch the desk's scripts, fonts and outlines from npm into the package, with their licences.

python -m tools.vendor_desk [FOLDER]

Releases are named here; npm checks each archive against the registry's checksum. Needs `npm`; running Marsad does not.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "marsad" / "web" / "static" / "vendor"
PLEX = tuple(
    f"files/ibm-plex-sans-arabic-{script}-{weight}-normal.woff2"
    for script in ("arabic", "latin")
    for weight in (400, 600)
)
NASKH = tuple(f"files/noto-naskh-arabic-arabic-{weight}-normal.woff2" for weight in (400, 700))
SERIF = tuple(f"files/source-serif-4-latin-{weight}-normal.woff2" for weight in (400, 700))
MAP = ("dist/maplibre-gl-csp.js", "dist/maplibre-gl-csp-worker.js", "dist/maplibre-gl.css")

PACKAGES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("htmx.org", "2.0.11", ("dist/htmx.min.js",), "LICENSE"),
    ("maplibre-gl", "5.24.1", MAP, "LICENSE.txt"),
    ("topojson-client", "3.1.0", ("dist/topojson-client.min.js",), "LICENSE"),
    ("world-atlas", "2.0.2", ("countries-50m.json",), "LICENSE"),
    ("@fontsource/ibm-plex-sans-arabic", "5.3.0", PLEX, "LICENSE"),
    ("@fontsource/noto-naskh-arabic", "5.3.0", NASKH, "LICENSE"),
    ("@fontsource/source-serif-4", "5.3.1", SERIF, "LICENSE"),
)
"""Package, release, the files that are kept, the file that holds its licence."""

FOR_TESTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (("axe-core", "4.14.1", ("axe.min.js",), "LICENSE"),)
TESTS = TARGET.parents[3] / "tests" / "vendor"


def fetch(package: str, release: str, target: Path, kept: tuple[str, ...]) -> None:
    """Put the files of a release into a folder, under their own names."""
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(
            ["npm", "pack", "--silent", f"{package}@{release}"], cwd=folder, check=True, capture_output=True, text=True
        )
        with tarfile.open(Path(folder) / made.stdout.strip().splitlines()[-1]) as archive:
            for name in kept:
                member = archive.extractfile(f"package/{name}")
                if member is None:
                    raise SystemExit(f"{package}@{release} holds no {name}.")
                content = member.read()
                if name.endswith(".js"):
                    # The maps of these scripts are not kept, and a browser would ask for them.
                    lines = [line for line in content.split(b"\n") if not line.startswith(b"//# sourceMappingURL=")]
                    content = b"\n".join(lines)
                (target / Path(name).name).write_bytes(content)


def main(arguments: list[str]) -> None:
    """Fetch everything."""
    target = Path(arguments[0]) if arguments else TARGET
    for packages, folder in ((PACKAGES, target), (FOR_TESTS, TESTS)):
        (folder / "licences").mkdir(parents=True, exist_ok=True)
        for package, release, files, licence in packages:
            fetch(package, release, folder, files)
            fetch(package, release, folder / "licences", (licence,))
            name = package.removeprefix("@fontsource/")
            (folder / "licences" / Path(licence).name).rename(folder / "licences" / f"{name}-{release}.txt")
            print(f"{package} {release}: {', '.join(Path(f).name for f in files)}")


if __name__ == "__main__":
    main(sys.argv[1:])
