from kfm_gates.front.hooks.lines import Line, line_of
from kfm_gates.model.finding import Place, finding


def test_a_finding_as_a_line() -> None:
    found = finding(Place("a.json", "/id"), "The id is odd.", found="x", expected="y", hint="Write y.")
    line = line_of("root/a.json", 7, "catalog.stac", found)
    assert str(line) == "root/a.json:7:/id: The id is odd (found x, expected y); Write y. [catalog.stac]"


def test_without_line_and_pointer() -> None:
    assert str(Line("a.json", 0, "", "is odd", "kfm-catalog")) == "a.json: is odd [kfm-catalog]"


def test_nothing_in_a_line_steers_a_terminal_or_a_build_log() -> None:
    line = Line("::error::\n.json", 1, "/\x1b[2J", "##[error] \u202e \r\n" + "x" * 100_000, "x")
    text = str(line)
    assert text.isprintable()
    assert text.startswith("\\x3a:error::\\n.json:1:/\\x1b[2J: #\\#[error] \\u202e")
    assert len(text) < 6000


def test_lines_sort_by_place() -> None:
    lines = [Line("b", 1, "", "t", "x"), Line("a", 10, "", "t", "x"), Line("a", 9, "", "t", "x")]
    assert [(line.file, line.line) for line in sorted(lines)] == [("a", 9), ("a", 10), ("b", 1)]
