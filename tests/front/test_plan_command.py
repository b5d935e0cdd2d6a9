"""`kfm-gates plan` and `kfm-gates exec --plan`, as a user runs them, and the example of docs/plan.md."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.plans import SLUG, approval, write_draft
from tests.support.repository import REPOSITORY
from tests.support.running import EVALUATED_AT, KANSAS, Ran, kansas_copy, program

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

PAGE = (REPOSITORY / "docs" / "plan.md").read_text("utf-8")
AT = ("--evaluated-at", EVALUATED_AT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return kansas_copy(tmp_path)


def plan(root: Path, *words: str | Path, **options: Any) -> Ran:
    """`kfm-gates plan ROOT --draft … -o plan.json` beside the root."""
    given = words or ("--draft", write_draft(root.parent), "-o", "plan.json")
    return program("plan", root, *given, *AT, cwd=root.parent, **options)


def approve(root: Path) -> Path:
    path = root.parent / "plan.json"
    raw = json.loads(path.read_bytes())
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    raw["sign_offs"] = [approval(raw["plan_digest"]) | {"expires_at": f"{later:%Y-%m-%dT%H:%M:%SZ}"}]
    path.write_text(json.dumps(raw))
    return path


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file and folder below, with its state."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            path.stat().st_ino,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
    }


def test_nothing_but_the_output_is_written(root: Path, tmp_path: Path) -> None:
    home, temporary, out = tmp_path / "home", tmp_path / "tmp", tmp_path / "out"
    for folder in (home, temporary, out):
        folder.mkdir()
    draft = write_draft(tmp_path)
    before = {name: state for name, state in tree(tmp_path).items() if name not in ("out", "tmp")}
    ran = plan(
        root, "--draft", draft, "-o", out / "plan.json", env={"HOME": str(home), "TMPDIR": str(temporary)}
    )
    assert ran.code == 0, ran.said
    after = tree(tmp_path)
    assert after.pop("out/plan.json")
    assert {name: state for name, state in after.items() if name not in ("out", "tmp")} == before


def test_the_example_of_the_manual(tmp_path: Path) -> None:
    (draft,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "draft.yaml").write_text(draft)
    (said,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    command, _, output = said.partition("\n")
    words = command.replace("$ kfm-gates ", "").replace("fixtures/kansas-counties", str(KANSAS)).split()
    ran = program(*words, cwd=tmp_path)
    assert ran.code == 0, ran.said
    assert ran.out.startswith(output)
    made = json.loads((tmp_path / "plan.json").read_bytes())
    assert made["plan_digest"] in ran.out


def test_verify(root: Path) -> None:
    assert plan(root).code == 0
    file = approve(root)
    ran = program("plan", "verify", file, root, cwd=root.parent)
    assert (ran.code, "the plan holds" in ran.out) == (0, True), ran.said
    pointer = root / "release" / "published" / f"{SLUG}.json"
    pointer.write_bytes(pointer.read_bytes() + b"\n")
    ran = program("plan", "verify", file, root, cwd=root.parent)
    assert ran.code == 1, ran.said
    assert (
        "the plan does not hold:\n  plan.fresh: plan.json/stores: what tiles:kansas-counties serves"
        in ran.out
    )


def test_a_refused_plan_is_not_written(root: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["scope"]["dataset_slug"] = "rivers"
        raw["targets"][0]["output"] = "tiles/latest"

    ran = plan(root, "--draft", write_draft(root.parent, change), "-o", "plan.json")
    assert ran.code == 1, ran.said
    assert re.findall(r"^  ([\w.]+): ", ran.out, re.M) == ["preflight.spec_closed", "plan.versions"]
    assert not (root.parent / "plan.json").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("plan",), 2, "the following arguments are required"),
        (("plan", "ROOT"), 2, "--draft is missing"),
        (("plan", "ROOT", "--draft", "d.json"), 2, "-o is missing"),
        (("plan", "ROOT", "ROOT", "--draft", "d.json", "-o", "p"), 2, "name one evidence root"),
        (("plan", "none", "--draft", "d.json", "-o", "p"), 2, "there is no such file or folder"),
        (("plan", "ROOT", "--draft", "none.json", "-o", "p"), 2, "none.json: can't be read"),
        (("plan", "ROOT", "--draft", "broken.yaml", "-o", "p"), 1, "broken.yaml: "),
        (("plan", "ROOT", "--draft", "d.json", "-o", "none/p"), 2, "there is no folder"),
        (("plan", "ROOT", "--draft", "d.json", "-o", "d.json"), 2, "is there already"),
        (("plan", "ROOT", "--draft", "d.json", "-o", "dangling"), 2, "is there already"),
        (("plan", "ROOT", "--draft", "d.json", "-o", "ROOT/p"), 2, "can't lie inside the evidence root"),
        (("plan", "ROOT", "--draft", "d.json", "-o", "p", "--operation", "build"), 2, "plan verify"),
        (("plan", "ROOT", "--draft", "d.json", "-o", "p", "--evaluated-at", "now"), 2, "write a time"),
        (("plan", "verify", "d.json"), 2, "name a plan and its evidence root"),
        (("plan", "verify", "none.json", "ROOT"), 2, "none.json: can't be read"),
        (("plan", "verify", "p", "ROOT", "-o", "q"), 2, "leave out --draft and -o"),
        (("plan", "verify", "d.json", "ROOT", "--operation", "promote"), 2, "invalid choice"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(root: Path, words: tuple[str, ...], code: int, said: str) -> None:
    folder = root.parent
    (folder / "d.json").write_text(write_draft(folder).read_text())
    (folder / "broken.yaml").write_text("a: [1\n")
    (folder / "dangling").symlink_to("nowhere")
    ran = program(*(word.replace("ROOT", str(root)) for word in words), cwd=folder)
    assert (ran.code, ran.out) == (code, ""), ran.said
    assert said in ran.err and ran.err.count("\n") == 1 and "Traceback" not in ran.err
    assert not (folder / "p").exists()


def test_what_stands_in_the_way_is_left_alone(root: Path) -> None:
    (root.parent / "plan.json").write_text("signed off")
    assert plan(root).code == 2
    assert (root.parent / "plan.json").read_text() == "signed off"


def execute(root: Path, *words: str | Path) -> Ran:
    receipt = "import json, os; json.dump({'status': 'pass'}, open(os.environ['KFM_GATES_RECEIPT'], 'w'))"
    command = ("python3", "-c", f"open('built', 'w').close(); {receipt}")
    return program("exec", "--operation", "promote", *words, root, "--", *command, cwd=root.parent)


def permit_of(root: Path) -> Any:
    (path,) = (root.parent / ".kfm-gates" / "store" / "runs").glob("*/permit.json")
    return json.loads(path.read_bytes())


def test_exec_with_a_plan(root: Path) -> None:
    assert plan(root).code == 0
    file = approve(root)
    ran = execute(root, "--plan", file)
    assert ran.code == 0, ran.said
    assert (root.parent / "built").exists()
    made, permit = json.loads(file.read_bytes()), permit_of(root)
    assert permit["plan"] == {"digest": made["plan_digest"]}
    assert [each["id"] for each in permit["subjects"]] == [each["id"] for each in made["dataset_versions"]]
    runs = (root.parent / ".kfm-gates" / "store" / "runs.jsonl").read_text().splitlines()
    admitted = next(line for line in map(json.loads, runs) if line["kind"] == "admitted")
    assert (admitted["plan"], admitted["targets"]) == (made["plan_digest"], [f"tiles:{SLUG}"])


def input_changes(root: Path) -> None:
    path = next(root.glob("data/catalog/*/*/dcat.jsonld"))
    path.write_bytes(path.read_bytes() + b"\n")


def pointer_moves(root: Path) -> None:
    path = root / "release" / "published" / f"{SLUG}.json"
    path.write_bytes(path.read_bytes() + b"\n")


def output_appears(root: Path) -> None:
    (root / "tiles").mkdir()
    (root / "tiles" / "kansas-counties-2.pmtiles").touch()


def plan_is_edited(root: Path) -> None:
    path = root.parent / "plan.json"
    path.write_text(path.read_text().replace("Generalised boundaries", "Generalized boundaries"))


def approval_is_gone(root: Path) -> None:
    path = root.parent / "plan.json"
    raw = json.loads(path.read_bytes())
    path.write_text(json.dumps(raw | {"sign_offs": []}))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (input_changes, "plan.input_digests: plan.json/inputs: the input data/catalog/"),
        (pointer_moves, "plan.fresh: plan.json/stores: what tiles:kansas-counties serves has changed"),
        (output_appears, "plan.outputs: "),
        (plan_is_edited, "the plan was edited after it was made"),
        (approval_is_gone, "the owner of the data has not approved this plan"),
    ],
)
def test_a_stale_plan_builds_nothing(root: Path, happens: Callable[[Path], None], said: str) -> None:
    assert plan(root).code == 0
    file = approve(root)
    happens(root)
    ran = execute(root, "--plan", file)
    assert ran.code == 126, ran.said
    assert said in ran.err, ran.said
    assert not (root.parent / "built").exists()
    consumed = list((root.parent / ".kfm-gates").rglob("consumed/*.json"))
    assert consumed == []
    happens_again = execute(root, "--plan", file)  # and no lease or open run is left behind
    assert happens_again.code == 126, happens_again.said


def test_a_plan_names_its_targets_itself(root: Path) -> None:
    assert plan(root).code == 0
    ran = execute(root, "--plan", approve(root), "--target", "tiles:other")
    assert (ran.code, "leave out --target" in ran.err) == (125, True), ran.said


@pytest.mark.slow
def test_a_permit_for_a_plan_is_for_no_other_and_one_without_is_for_none(root: Path) -> None:
    assert plan(root).code == 0
    file = approve(root)
    judged = program("check", root, cwd=root.parent)
    assert judged.code == 0, judged.said
    ran = execute(root, "--plan", file, "--permit", judged.permit)
    assert (ran.code, (root.parent / "built").exists()) == (126, False), ran.said
    first = execute(root, "--plan", file, "--record", "kept")
    assert first.code == 0, first.said
    (root.parent / "built").unlink()
    ran = execute(root, "--permit", root.parent / "kept" / "permit.json")
    assert (ran.code, (root.parent / "built").exists()) == (126, False), ran.said


@pytest.mark.parametrize("operation", ["rollback", "retire", "rerun"])
def test_what_puts_things_right_waits_for_no_plan(root: Path, operation: str) -> None:
    command = ("exec", "--operation", operation, "--plan", "plan.json", root, "--", "true")
    ran = program(*command, cwd=root.parent)
    assert (ran.code, "leave out --plan" in ran.err) == (125, True), ran.said


BUILD = (
    'profile = { name = "build-v1", operation = "build" }\ngates.promoted = { profile = "promotion-v1" }\n'
)


@pytest.mark.slow
def test_a_plan_is_built_once(root: Path) -> None:
    """With the profile of a build: the second time its output is there, and so is what it must not overwrite."""
    folder = root.parent
    (folder / "build.toml").write_text(BUILD)
    draft = write_draft(folder)
    ran = program("plan", root, "--draft", draft, "-o", "plan.json", "--profile", "build.toml", cwd=folder)
    assert ran.code == 0, ran.said
    file = approve(root)
    made = root / "tiles" / "kansas-counties-2.pmtiles"
    (folder / "build.py").write_text(
        "import json, os, pathlib\n"
        f"made = pathlib.Path({str(made)!r})\n"
        "made.parent.mkdir()\n"
        "made.write_bytes(b'tiles')\n"
        "json.dump({'status': 'pass'}, open(os.environ['KFM_GATES_RECEIPT'], 'w'))\n"
    )
    words = ("exec", "--operation", "build", "--profile", "build.toml", "--plan", file, root, "--")
    first = program(*words, "python3", "build.py", cwd=folder)
    assert (first.code, made.read_bytes()) == (0, b"tiles"), first.said
    made.write_bytes(b"judged by V1 to V4")
    second = program(*words, "python3", "build.py", cwd=folder)
    assert (second.code, "plan.outputs" in second.err) == (126, True), second.said
    assert made.read_bytes() == b"judged by V1 to V4"
    other = program("exec", "--operation", "promote", "--plan", file, root, "--", "true", cwd=folder)
    assert other.code == 126, other.said
