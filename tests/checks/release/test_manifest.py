"""What the denial cases can't say of a manifest, since it depends on the version's own id."""

import json
from typing import Any

from kfm_gates.checks.release.manifest import manifest
from kfm_gates.facts.documents import Form
from kfm_gates.model.finding import OK, Denied
from kfm_gates.model.manifest import Manifest
from tests.facts.on_trees import facts, path, subject
from tests.support.judging import kansas


def judged(superseded: str) -> Any:
    file = path("manifest")
    document = json.loads(kansas()[file]) | {"supersedes": superseded}
    known = facts({**kansas(), file: json.dumps(document).encode()})
    return manifest(known.get(Form[Manifest]))


def test_a_version_supersedes_another_and_never_itself() -> None:
    assert judged(subject("public_generalized").version) is OK
    assert isinstance(judged(subject().version), Denied)
