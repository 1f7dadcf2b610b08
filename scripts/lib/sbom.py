"""Makes a CycloneDX list the same on every machine and at every time; run by scripts/sbom.sh.

Arguments: the list as its tool wrote it, where to write it, the version of the project.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    source, target, version = sys.argv[1:]
    # The crates of the workspace are named by their folder.
    bom = json.loads(Path(source).read_text().replace(f"path+file://{ROOT}/", "path+file:///"))
    bom.pop("serialNumber", None)
    bom["metadata"].pop("timestamp", None)
    bom["metadata"]["component"]["version"] = version
    Path(target).write_text(json.dumps(bom, indent=2) + "\n")


main()
