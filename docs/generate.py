"""Write the generated documents, or tell whether they are current.

python docs/generate.py           writes docs/checks, docs/schemas, docs/gates.md, docs/requirements.md and
                                  .pre-commit-hooks.yaml
python docs/generate.py --check   exit 1 if one of them is not what would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parent
if str(DOCS.parent) not in sys.path:
    sys.path.insert(0, str(DOCS.parent))

from docs.generator.gates import gates  # noqa: E402
from docs.generator.hooks import hooks  # noqa: E402
from docs.generator.inputs import rego_inputs  # noqa: E402
from docs.generator.pages import pages  # noqa: E402
from docs.generator.readme import readme  # noqa: E402
from docs.generator.requirements import OpenRequirement  # noqa: E402
from docs.generator.requirements import page as requirements  # noqa: E402
from docs.generator.threats import threat_model  # noqa: E402
from kfm_gates.model.published import published_schemas, text_of  # noqa: E402


def documents() -> dict[str, str]:
    """Path below docs/ and text of everything that is generated."""
    found = {f"checks/{name}": text for name, text in pages()}
    found |= {f"schemas/{name}": text_of(schema) for name, schema in published_schemas().items()}
    found["schemas/rego-input.schema.json"] = text_of(rego_inputs())
    found["gates.md"] = gates()
    found["requirements.md"] = requirements()
    found["threat-model.md"] = threat_model()
    found["../README.md"] = readme()
    found["../.pre-commit-hooks.yaml"] = hooks()
    return found


def there() -> dict[str, str]:
    """What lies below docs/ where generated documents belong."""
    files = [
        DOCS / "gates.md",
        DOCS / "requirements.md",
        DOCS / "threat-model.md",
        *(DOCS / "checks").glob("*"),
        *(DOCS / "schemas").glob("*"),
    ]
    found = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in files if path.is_file()}
    above = {name: DOCS.parent / name for name in ("README.md", ".pre-commit-hooks.yaml")}
    return found | {f"../{name}": path.read_text("utf-8") for name, path in above.items() if path.is_file()}


def differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What would have to be written or removed."""
    return sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))


def _shown(path: str) -> str:
    return path.removeprefix("../") if path.startswith("../") else f"docs/{path}"


def main() -> int:
    """Write or compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something is out of date"
    )
    check = parser.parse_args().check
    try:
        wanted = documents()
    except OpenRequirement as problem:
        print("\n".join(str(problem).split("; ")))
        return 1
    changed = differences(wanted, there())
    if check:
        for path in changed:
            print(f"{_shown(path)} is not current; run `make docs`")
        return 1 if changed else 0
    for path in changed:
        target = DOCS / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[path], "utf-8", newline="\n")
        else:
            target.unlink()
        print(_shown(path))
    print(f"{len(wanted)} generated documents, {len(changed)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
