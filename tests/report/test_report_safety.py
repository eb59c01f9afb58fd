"""A run folder is material from somebody else: nothing becomes markup, nothing is followed."""

import base64
import json
import os

import made_up_folders as made_up
import pandas as pd
import pytest
from made_up_region import REGION, SEEDS, outcomes
from page_reader import page_of, read_page

from abm.experiments.comparison.compare import find
from abm.report.html.folder import LARGEST_JSON, ReportError
from abm.report.html.pictures import safe_svg
from abm.report.html.writing import write_report

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title></pre></td></table><iframe src=//example.org>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "`<b>bold</b>`",
    "javascript:alert(1)//<svg/onload=alert(1)>",
    "\u202eevil\u2066\x00\x1b[31m",
)


def tags(page):
    return [each.tag for each in page.all()]


def attributes(page):
    return sorted({name for each in page.all() for name in each.attributes})


def attacked(value, attack):
    """Return plain data with the attack in every text and every name of a free key."""
    if isinstance(value, str):
        return value + attack
    if isinstance(value, list):
        return [attacked(each, attack) for each in value]
    if isinstance(value, dict):
        return {name: attacked(each, attack) for name, each in value.items()}
    return value


def attacked_description(folder, attack):
    """Put the attack in every text of run.json but those that have to be one of a few words."""
    told = json.loads((folder / "run.json").read_text())
    kept = {"command": told["command"]}
    design = told.get("design", {})
    names = [told["scenario"]["name"], *(each["name"] for each in design.get("others", []))]
    told = attacked(told, attack) | kept
    scenarios = [told["scenario"], *told["design"].get("others", [])]
    for scenario, name in zip(scenarios, names, strict=True):
        scenario["population"]["kind"] = "open"
        scenario["name"] = name if told["command"] == "compare" else scenario["name"]
        scenario["parameters"] |= {f"extra{attack}": 1.5}
        scenario["switches"] |= {f"switch{attack}": f"position{attack}"}
        scenario["trends"] = {f"trend{attack}": {f"2015{attack}": 1.1}}
        scenario["interventions"] = [
            {"kind": f"kind{attack}", "start": f"2015-09-01{attack}", "effects": {attack: 0.1},
             "who": attack, "sex": attack, "coverage": 0.5}
        ]  # fmt: skip
    told["versions"] |= {attack: attack}
    told["tables"] = {attack.replace("/", ""): {"sha256": attack}}
    (folder / "run.json").write_text(json.dumps(told))
    return folder


def attacked_tables(folder, attack):
    """Put the attack in every text of every table, where it does not make the table another."""
    for path in folder.glob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in ("level", "note", "interval", "parameter", "stressor_rate"):
            if name in frame:
                frame[name] = frame[name] + attack.replace("\x00", "")
        frame.to_csv(path, index=False)
    evidence = folder / "evidence.json"
    if evidence.exists():
        rows = json.loads(evidence.read_text())
        for row in rows:
            for name in ("id", "statement", "part", "source", "note"):
                row[name] += attack
        evidence.write_text(json.dumps(rows))
    return folder


def attacked_report(folder, kind, attack):
    """Return the report of a folder with the attack in every text."""
    folder = made_up.KINDS[kind](folder)
    return page_of(attacked_tables(attacked_description(folder, attack), attack))


@pytest.fixture(scope="module", params=list(made_up.KINDS))
def harmless(request, tmp_path_factory):
    """Return a kind of folder and its page where nothing is an attack."""
    text = attacked_report(tmp_path_factory.mktemp("harmless"), request.param, "plain")
    return request.param, read_page(text)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_folder_becomes_an_element_or_an_attribute(tmp_path, harmless, attack):
    kind, expected = harmless
    text = attacked_report(tmp_path, kind, attack)
    found = read_page(text)
    if attack.startswith("`"):  # backquotes make code, and only that
        assert set(tags(found)) - {"code"} == set(tags(expected)) - {"code"}
    else:
        assert tags(found) == tags(expected)
    assert attributes(found) == attributes(expected)
    assert not {"script", "iframe", "b", "svg"} & set(tags(found))
    assert "\x00" not in text
    assert "\x1b" not in text
    assert "49" not in found.part("provenance").all("pre")[0].text.replace("7 * 7", "")
    assert "root:" not in text


def test_the_about_of_a_scenario_file_is_escaped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    about = '<script>alert(1)</script> What if "it" were so?'
    made_up.write(
        tmp_path,
        {"scenarios/mine.toml": f'# {about}\nextends = "baseline"\ntitle = "<b>Mine</b> & $x$"\n'},
    )
    from abm.scenario.scenario import load_scenario

    said = load_scenario("mine", population=300, years=5).resolved()
    page = read_page(page_of(made_up.run(tmp_path / "folder", scenario=said)))
    assert about in page.all("header")[0].text
    assert page.all("h1")[0].text == "<b>Mine</b> & $x$"
    assert not {"script", "b"} & set(tags(page))


@pytest.mark.parametrize(
    "drawing",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)" d=""/>',
        '<image href="https://example.org/x.png"/>',
        '<image xlink:href="file:///etc/passwd" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
        '<a href="javascript:alert(1)"><path d=""/></a>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        "<style>@import 'https://example.org/x.css';</style>",
        "<style>* { fill: url(https://example.org/x) }</style>",
        '<path style="fill: url( //example.org/x )" d=""/>',
        '<set attributeName="href" to="javascript:alert(1)"/>',
        '<use href="other.svg#a"/>',
        "<unclosed>",
    ],
)
def test_a_drawing_that_would_do_more_than_draw_is_left_out(tmp_path, drawing):
    folder = made_up.run(tmp_path)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{drawing}</svg>'
    assert safe_svg(svg.encode()) is None
    made_up.write(folder, {"figures/prevalence_by_age.svg": svg})
    assert not read_page(page_of(folder)).all("img")
    made_up.write(folder, {"figures/prevalence_by_age.png": b"\x89PNG\r\n\x1a\nrest"})
    source = read_page(page_of(folder)).all("img")[0].attributes["src"]
    assert source.startswith("data:image/png;base64,")


def test_entities_are_refused_and_comments_and_types_are_dropped():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
    assert safe_svg(bomb.encode()) is None
    plain = safe_svg(made_up.SVG.encode())
    assert plain is not None
    assert b"<!--" not in plain
    assert b"M 0 0 L 9 9" in plain
    assert safe_svg(b"<html/>") is None


def test_what_matplotlib_draws_is_harmless(tmp_path):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="a <b> & c")
    axes.imshow([[0, 1], [1, 0]])
    axes.legend()
    figure.savefig(tmp_path / "figure.svg")
    safe = safe_svg((tmp_path / "figure.svg").read_bytes())
    assert safe is not None
    assert b"metadata" not in safe


def broken(folder, name):
    """Return the folder after one thing in it was broken, and what the error must say."""
    run, curves = folder / "run.json", folder / "curves.csv"
    told = json.loads(run.read_text())
    if name == "no run.json":
        run.unlink()
    elif name == "not JSON":
        run.write_text("{")
    elif name == "binary":
        run.write_bytes(bytes(range(256)))
    elif name == "huge":
        with run.open("wb") as file:
            file.truncate(LARGEST_JSON + 1)
    elif name == "deep":
        run.write_text("[" * 100_000)
    elif name == "a list":
        run.write_text("[]")
    elif name == "another command":
        run.write_text(json.dumps(told | {"command": "view"}))
    elif name == "not a number":
        run.write_text(run.read_text().replace("300", "NaN"))
    elif name == "no scenario":
        del told["scenario"]
        run.write_text(json.dumps(told))
    elif name == "wrong types":
        run.write_text(json.dumps(told | {"seeds": "1"}))
    elif name == "link outside":
        (folder.parent / "secret.csv").write_text("secret")
        curves.unlink()
        curves.symlink_to(folder.parent / "secret.csv")
    elif name == "link in a circle":
        curves.unlink()
        curves.symlink_to("curves.csv")
    elif name == "a folder":
        curves.unlink()
        curves.mkdir()
    elif name == "a pipe":
        curves.unlink()
        os.mkfifo(curves)
    elif name == "no text":
        curves.write_bytes(b"\xff\xfe\x00")
    elif name == "no column":
        curves.write_text("seed,date\n1,2020-08-31\n")
    elif name == "no number":
        curves.write_text(curves.read_text().replace("\n1,", "\n1,", 1) + "1,x,2020,all,12,a,b,c\n")
    elif name == "no sums":
        (folder / "aggregates.json").write_text('{"1": {"onset": []}}')
    return folder


BREAKS = (
    *("no run.json", "not JSON", "binary", "huge", "deep", "a list", "another command"),
    *("not a number", "no scenario", "wrong types", "link outside", "link in a circle"),
    *("a folder", "a pipe", "no text", "no column", "no number", "no sums"),
)


@pytest.mark.parametrize("name", BREAKS)
def test_a_folder_that_is_none_is_one_error_and_nothing_is_written(tmp_path, name):
    folder = broken(made_up.run(tmp_path / "folder"), name)
    with pytest.raises(ReportError) as found:
        write_report(folder)
    message = str(found.value)
    assert len(message.splitlines()) == 1
    assert str(folder) in message
    assert not (folder / "report.html").exists()
    assert not list(folder.glob(".*partial"))


@pytest.fixture(scope="module")
def compared():
    """Return run.json and every table of a comparison of alternatives."""
    findings = find(REGION, SEEDS, outcomes)
    others = [other.resolved() for other in findings.others]
    told = made_up.description("compare", scenario=findings.base.resolved())
    names = ("differences", "pairs", "frontier", "acceptability", "curve_differences", "packages")
    tables = {f"{name}.csv": getattr(findings, name) for name in names}
    return {"run.json": told | {"design": {"others": others}}, **tables}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("frontier.csv", lambda table: table.assign(standing="x"), "expected the tables of"),
        ("differences.csv", lambda table: pd.concat([table, table]), "expected the tables of"),
        ("curve_differences.csv", lambda table: table.assign(sex="female"), "expected the tables"),
        ("packages.csv", lambda table: table.assign(verdict="x"), "expected the packages of"),
    ],
)
def test_tables_of_no_comparison_are_one_error(tmp_path, compared, name, change, message):
    assert "Which one?" in page_of(made_up.write(tmp_path / "whole", compared))
    folder = made_up.write(tmp_path / "changed", {**compared, name: change(compared[name])})
    with pytest.raises(ReportError, match=message) as found:
        write_report(folder)
    assert len(str(found.value).splitlines()) == 1


def test_a_figure_that_links_outside_is_refused(tmp_path):
    folder = made_up.run(tmp_path / "folder")
    (tmp_path / "other.svg").write_text(made_up.SVG)
    (folder / "figures" / "prevalence_by_age.svg").unlink()
    (folder / "figures" / "prevalence_by_age.svg").symlink_to(tmp_path / "other.svg")
    with pytest.raises(ReportError, match="links to a file outside"):
        page_of(folder)


def test_a_report_that_is_a_link_is_replaced_and_its_target_kept(tmp_path):
    folder = made_up.run(tmp_path / "folder")
    (tmp_path / "precious").write_text("precious")
    (folder / "report.html").symlink_to(tmp_path / "precious")
    write_report(folder)
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (folder / "report.html").is_symlink()


def test_pictures_are_what_the_folder_holds(tmp_path):
    page = read_page(page_of(made_up.run(tmp_path)))
    source = page.all("img")[0].attributes["src"].partition(",")[2]
    assert b"M 0 0 L 9 9" in base64.b64decode(source)
