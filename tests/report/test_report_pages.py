"""Reports of every kind: complete, readable without pictures, and loading nothing."""

import re

import made_up_folders as made_up
import pytest
from page_reader import Element, page_of, read_page

from abm.io.terminal import HELPLINES
from abm.report.html.folder import DescribedScenario
from abm.report.html.provenance import as_toml
from abm.scenario.draws import posterior_draws
from abm.scenario.scenario import Scenario, load_scenario

FRONT = ("for-whom", "surety", "hangs-on", "cannot-say")
SECTIONS = ("figures", "tables", "assumptions", "fitted", "caveats", "provenance")


@pytest.fixture(scope="module", params=list(made_up.KINDS))
def page(request, tmp_path_factory):
    folder = made_up.KINDS[request.param](tmp_path_factory.mktemp(request.param))
    return request.param, page_of(folder), read_page(page_of(folder))


def sentences(page: Element) -> list[str]:
    paragraphs = page.part("answer").all("p")
    return [each.text for each in paragraphs if "class" not in each.attributes]  # else a note


def test_it_has_every_part_and_none_is_empty(page):
    kind, _, read = page
    names = [each.attributes["id"] for each in read.all("section")]
    wanted = [name for name in SECTIONS if (kind, name) != ("sweep", "figures")]
    first = [name for name in FRONT if kind in ("run", "compare")]
    assert names == ["answer", *first, *wanted]
    for section in read.all("section"):
        heading = (section.all("h2") or section.all("summary"))[0].text
        assert heading
        assert len(section.text) > len(heading) + 40 or section.all("img")
    links = [each.attributes["href"] for nav in read.all("nav") for each in nav.all("a")]
    assert links == ([] if first else [f"#{name}" for name in wanted])


def test_the_answer_is_three_sentences_with_intervals(page):
    kind, _, read = page
    told = sentences(read)
    assert len(told) == (2 if kind == "compare" else 3)
    assert all(sentence.endswith(".") for sentence in told)
    if kind != "validate":  # there every number has its own, in the tables
        assert "95 % interval" in " ".join(told)


def test_tables_are_whole_and_every_picture_says_what_it_shows(page):
    _, _, read = page
    for table in read.all("table"):
        assert table.all("caption")[0].text
        columns = len(table.all("thead")[0].all("th"))
        rows = table.all("tbody")[0].all("tr")
        assert rows
        for row in rows:
            assert len(row.all("th")) + len(row.all("td")) == columns
            assert all(cell.attributes["data-heading"] for cell in row.all("td"))
    for picture in read.all("img"):
        assert len(picture.attributes["alt"]) > 40
        assert picture.attributes["src"].startswith("data:image/svg+xml;base64,")


def test_nothing_is_run_and_nothing_is_loaded(page):
    _, text, read = page
    assert not {"script", "link", "iframe", "object", "form"} & {each.tag for each in read.all()}
    for element in read.all():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name in ("src", "srcset", "data", "action", "poster"):
                assert value.startswith("data:image/")
    style = read.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"https://findahelpline.com"}
    policy = next(e for e in read.all("meta") if "http-equiv" in e.attributes)
    assert policy.attributes["content"].startswith("default-src 'none'; img-src data:")


def test_it_says_where_help_is_and_what_a_simulation_is_not(page):
    _, _, read = page
    assert HELPLINES in read.all("header")[0].text
    assert HELPLINES in read.all("footer")[0].text
    assert "not what will happen to a person" in read.text
    assert "not a calibration" in read.text or "no test" in read.text


def test_it_prints_and_fits_small_screens(page):
    _, _, read = page
    style = read.all("style")[0].text
    assert "@page { size: A4" in style
    assert "@media screen and (max-width" in style
    metas = [each.attributes for each in read.all("meta")]
    assert any(each.get("name") == "viewport" for each in metas)


def test_the_same_folder_gives_the_same_page(tmp_path):
    folder = made_up.comparison(tmp_path)
    assert page_of(folder) == page_of(folder)


def test_the_command_is_given_only_if_it_runs_the_same(tmp_path):
    whole = made_up.run(tmp_path / "whole")
    command = "nssi run baseline --population 300 --years 5 --seeds 3"
    assert read_page(page_of(whole)).all("pre")[0].text == command
    said = made_up.description("run")["scenario"]
    said["parameters"]["stressor_rate"] = 0.5
    changed = made_up.run(tmp_path / "changed", scenario=said)
    assert (
        read_page(page_of(changed)).all("pre")[0].text.endswith("--set stressor_rate=0.5 --seeds 3")
    )
    said["name"] = "a-file-that-is-not-here"
    gone = made_up.run(tmp_path / "gone", scenario=said)
    shown = read_page(page_of(gone)).all("pre")[0].text
    assert "# a-file-that-is-not-here.toml" in shown
    assert "stressor_rate = 0.5" in shown


def test_a_scenario_file_of_a_report_is_what_was_run(tmp_path):
    programme = {"kind": "biofeedback", "name": "at school", "cost": 7.0, "cost_per": "start"}
    programme |= {"months_to_full": 2.0, "half_life_years": 0.0, "uptake_risk": 0.5}
    counted = {"currency": "GBP", "price_presentation": 809.0, "discount_costs": 0.035}
    counted |= {"sources": {"price_presentation": "a study"}}
    said = {"title": "Own", "interventions": [programme], "economics": counted}
    said |= {"observation": {"follow_up": True, "prompts_per_day": 4}}
    own = Scenario.from_table(said, "own")
    path = tmp_path / "own.toml"
    path.write_text(as_toml(DescribedScenario.model_validate(own.resolved())))
    assert load_scenario(path) == own


def test_a_table_that_changed_since_is_pointed_out(tmp_path):
    tables = {"curves.csv": {"sha256": "0" * 64}, "follow_up.csv": {"sha256": "0" * 64}}
    text = read_page(page_of(made_up.run(tmp_path, tables=tables))).part("provenance").text
    assert "Changed since the run wrote them: curves.csv." in text
    assert "No longer in the folder: follow_up.csv." in text


def test_a_sensitivity_analysis_says_which_assumptions_matter(tmp_path):
    run = made_up.comparison(tmp_path / "run")
    analysis = made_up.sensitivity(tmp_path / "analysis")
    without = read_page(page_of(run)).part("assumptions").text
    assert "No sensitivity analysis was given" in without
    assert "Skills lessons in school" in without
    part = read_page(page_of(run, analysis)).part("assumptions")
    first = part.all("table")[0].all("tbody")[0].all("tr")[0].text
    assert first.startswith("1. barrier_mean Mean of the barrier against acting.")
    assert "what moves the difference between scenarios may be something else" in part.text


def test_a_question_asked_of_fewer_people_says_so(tmp_path):
    header = read_page(page_of(made_up.run(tmp_path))).all("header")[0].text
    assert "10,000 young people" in header
    assert "Here this is asked of 300 people over 5 years, not of 10,000 over 10." in header


def drawn_run(folder, posterior):
    design = {"uncertainty": "posterior", "posterior": posterior}
    return made_up.run(folder, seeds=range(1, 9), design=design)


def test_a_run_with_drawn_parameters_tells_them_from_chance(tmp_path):
    read = read_page(page_of(drawn_run(tmp_path, posterior_draws().hash)))
    table = next(each for each in read.all("table") if each.all("caption")[0].text == "Key figures")
    headings = [each.text for each in table.all("thead")[0].all("th")]
    assert headings[2:4] == ["95 % interval, parameters", "95 % interval, chance"]
    assert "4 draws, two runs each" in table.text
    assert "With 4 draws this is a first look" in read.text
    assert "--uncertainty posterior" in read.part("provenance").text


def test_a_run_of_another_posterior_names_no_command_that_would_live_it_again(tmp_path):
    read = read_page(page_of(drawn_run(tmp_path, "0" * 16)))
    assert "0" * 16 in read.part("provenance").text
    assert "--seeds" not in read.part("provenance").text
