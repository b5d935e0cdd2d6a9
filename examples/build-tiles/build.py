"""Build a PMTiles archive of the published Kansas counties: python build.py FOLDER

Nothing is built unless the gates open. Run by itself it has them judged; run by `kfm-gates exec` they were
judged before this file was read.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from tiles import archive

from kfm_gates import (
    GateDenied,
    KfmGatesError,
    VerifiedPermit,
    guard,
    permit_from_environment,
    requires_permit,
)

TARGET = "tiles:kansas-counties"
POINTER = "release/published/kansas-counties.json"


@requires_permit("build")
def build(permit: VerifiedPermit, folder: Path) -> Path:
    """Write the archive under a new name, then the receipt; returns where the archive lies."""
    version = json.loads(permit.inputs.read(POINTER))["latest_version_id"]
    source = f"data/processed/kansas-counties/{version}/artifacts/counties.parquet"
    with permit.open(source) as parquet:
        data = archive(parquet)
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"counties-{digest[:12]}.pmtiles"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{path.name}.{permit.nonce}"
    unfinished.write_bytes(data)
    unfinished.rename(path)
    permit.record_receipt(
        {
            "inputs": [{"path": source, "digest": permit.inputs.digest(source)}],
            "outputs": [{"path": path.name, "digest": f"sha256:{digest}"}],
        }
    )
    return path


def main(folder: Path) -> None:
    if "KFM_GATES_PERMIT" in os.environ:
        print(build(permit_from_environment(), folder))
        return
    with guard("build", targets=[TARGET]) as run:
        print(build(run.permit, folder))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "tiles"))
    except GateDenied as denied:
        for finding in denied.findings:
            print(f"{finding.place.file}: {finding.message}", file=sys.stderr)
        sys.exit(f"nothing was built: {denied}")
    except KfmGatesError as error:
        sys.exit(f"nothing was built: {error}")
