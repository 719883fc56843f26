"""The desk as a browser asks it: both languages, filters in the address, hostile text, who is let in."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import HOST, HOSTILE, client_of, copy_of, hostile, make_record, seat
from litestar.testing import TestClient

from marsad import web
from marsad.record import judging
from marsad.web.cards import plainest
from marsad.web.labels import load_labels
from marsad.web.templating import apart


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "r.db"
    make_record(path)
    return path


@pytest.fixture
def client(record: Path) -> Iterator[TestClient[Any]]:
    with client_of(record) as made:
        yield made


@pytest.mark.parametrize(("lang", "direction", "word"), [("en", "ltr", "Overview"), ("ar", "rtl", "نظرة عامة")])
def test_the_overview_speaks_both_languages(client: TestClient[Any], lang: str, direction: str, word: str) -> None:
    page = client.get(f"/?lang={lang}").text
    assert f'<html lang="{lang}" dir="{direction}">' in page
    assert word in page
    assert page.count('<article class="card') > 5


def test_filters_stand_in_the_address(client: TestClient[Any]) -> None:
    every = client.get("/?lang=en").text.count('<article class="card')
    some = client.get("/?lang=en&type=ASSAULT&min_killed=5").text
    assert 0 < some.count('<article class="card') < every
    assert 'value="5"' in some
    assert '<option value="ASSAULT" selected>' in some


def test_words_are_found_however_they_are_spelt(client: TestClient[Any]) -> None:
    plain, marked = (client.get("/", params={"text": word}).text for word in ("انفجار", "إنفجار"))
    assert plain.count('<article class="card') == marked.count('<article class="card') > 0


@pytest.mark.parametrize("query", ["type=NONE", "since=yesterday", "min_killed=-1", "review=maybe", "page=x"])
def test_an_address_that_makes_no_sense_says_so(client: TestClient[Any], query: str) -> None:
    answer = client.get(f"/?{query}&lang=en")
    assert answer.status_code == 400
    assert "This did not work" in answer.text


def test_only_the_desks_own_names_are_answered(client: TestClient[Any]) -> None:
    assert client.get("/", headers={"host": HOST}).status_code == 200
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/", "/map.json?box=-180,-90,180,90&zoom=2", "/static/desk.css", "/nowhere"])
def test_every_answer_forbids_inline_script_and_other_hosts(client: TestClient[Any], path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_map_gathers_what_stands_close(client: TestClient[Any]) -> None:
    whole = "-180,-90,180,90"
    far, near = (client.get(f"/map.json?box={whole}&zoom={zoom}").json()["cells"] for zoom in (1, 10))
    assert sum(c["count"] for c in far) == sum(c["count"] for c in near) > 5
    assert len(far) < len(near)


def test_the_histogram_is_kept_as_a_table_and_a_picture(client: TestClient[Any]) -> None:
    rows = client.get("/histogram.csv?type=ASSAULT").text.lstrip("\ufeff").splitlines()
    assert rows[0] == "period,since,until,type,family,incidents"
    assert sum(int(row.rsplit(",", 1)[1]) for row in rows[1:]) > 5
    assert {row.split(",")[3] for row in rows[1:]} == {"ASSAULT"}
    picture = client.get("/histogram.svg?type=ASSAULT&lang=ar")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert 'direction="rtl"' in picture.text
    assert picture.text.count("<g>") == len({row.split(",")[0] for row in rows[1:]})


def test_places_stand_in_a_list_with_their_distances(client: TestClient[Any]) -> None:
    pages = [client.get(f"/incidents/{name}?lang=en").text for name in incidents_of(client)]
    several = next(page for page in pages if page.count("data-place=") > 1)
    told = re.findall(r"<td class=\"n\">(?:about )?([\d,]+) km</td>", several)
    assert told, "each place says how far it is from the first"
    assert re.search(r"From [^<]+</th>", several)


# ---- what people do ---------------------------------------------------------------------------------------------------


@pytest.fixture
def own(record: Path, tmp_path: Path) -> Iterator[TestClient[Any]]:
    """A desk over a record that the test may change."""
    with client_of(copy_of(record, tmp_path / "own.db")) as made:
        yield made


def incidents_of(client: TestClient[Any], query: str = "") -> list[str]:
    return re.findall(r'class="opens" href="/incidents/([^"]+)"', client.get(f"/?lang=en{query}").text)


def do(client: TestClient[Any], name: str, **form: str) -> Any:
    return client.post(f"/incidents/{name}/judge", data={"_seat": seat(client), **form}, follow_redirects=True)


def test_a_figure_is_corrected_and_the_correction_undone(own: TestClient[Any]) -> None:
    name = incidents_of(own, "&min_killed=9")[0]
    before = own.get(f"/incidents/{name}").text
    page = do(own, name, kind="correct", field="killed", value="123", reason="counted again").text
    assert '<td class="n best">123</td>' in page
    assert "set by a person" in page
    assert "counted again" in page
    number = re.findall(r'action="/judgements/(\d+)/undo"', page)[0]
    form = {"_seat": seat(own), "incident": name}
    page = own.post(f"/judgements/{number}/undo", data=form, follow_redirects=True).text
    assert best(page) == best(before)


def best(page: str) -> list[str]:
    return re.findall(r'<td class="n best">([^<]+)</td>', page)


def test_what_the_reports_count_is_first_to_be_put_right(own: TestClient[Any]) -> None:
    name = next(n for n in incidents_of(own) if "released" in figures_of(own, n) and "killed" not in figures_of(own, n))
    assert figures_of(own, name)[0] == "released"


def figures_of(client: TestClient[Any], name: str) -> list[str]:
    """What can be put right of an incident, up to what its reports do not count."""
    page = client.get(f"/incidents/{name}?lang=en").text
    told = len(re.findall(r'<td class="n best">', page))
    return re.findall(r'<option value="([a-z]+)">', page.split('id="c-field"')[1])[:told]


def test_two_incidents_become_one_and_two_again(own: TestClient[Any]) -> None:
    one, other = incidents_of(own, "&type=ASSAULT")[:2]
    page = do(own, one, kind="same", other=other).text
    number = re.findall(r'action="/judgements/(\d+)/undo"', page)[0]
    left = incidents_of(own)
    assert (one in left) != (other in left)
    own.post(f"/judgements/{number}/undo", data={"_seat": seat(own), "incident": one})
    assert {one, other} <= set(incidents_of(own))


def test_an_incident_is_named_by_the_address_of_its_page_too(own: TestClient[Any]) -> None:
    one, other = incidents_of(own, "&type=ASSAULT")[:2]
    do(own, one, kind="same", other=f"http://{HOST}/incidents/{other}?lang=ar#where")
    left = incidents_of(own)
    assert (one in left) != (other in left)


def test_lists_of_names_run_as_the_page_and_each_name_its_own_way() -> None:
    assert apart("Owerri، نيجيريا", "، ") == "<bdi>Owerri</bdi>، <bdi>نيجيريا</bdi>"
    assert apart("<b>\u202ex", ", ") == "<bdi>&lt;b&gt;x</bdi>"
    assert apart("", ", ") == ""


def test_days_and_ids_in_an_arabic_sentence_keep_their_order(client: TestClient[Any]) -> None:
    page = client.get("/?lang=ar&since=yesterday").text
    assert '<bdi dir="ltr">2025-07-22</bdi>' in page
    assert 'lang="en"' not in page.split('class="details"')[1].split(">")[0], "it is said in Arabic"


@pytest.mark.parametrize(
    ("names", "plain"),
    [
        (["خاركوف", "خاركيف", "خاركييف", "خراكيف", "خركيف"], "خاركيف"),
        (["القرم", "جزيرة القرم", "شبه جزيرة القرم"], "القرم"),
        (["بخموت", "أرتيموفسك", "أرتيموفسكي"], "بخموت"),
    ],
)
def test_a_place_is_called_by_its_usual_spelling(names: list[str], plain: str) -> None:
    assert plainest(names) == plain


def test_what_a_server_says_of_itself_is_not_shown_to_people(client: TestClient[Any]) -> None:
    assert "Not Found" not in client.get("/nowhere?lang=ar").text


def test_every_act_in_the_log_has_a_name_in_both_languages() -> None:
    sources = "".join(path.read_text() for path in sorted(Path(web.__file__).parent.glob("*.py")))
    told = set(re.findall(r'(?:person|name or "-"|who\(request\))(?:\.name)?, \(?"([a-z ]+)"', sources))
    told -= {"read"}  # a scope
    told |= {f"judge {kind}" for kind in judging.KINDS} | {f"{do} webhook" for do in ("add", "stop", "begin", "remove")}
    told |= {"end agreement", "remove agreement"}
    assert len(told) > 20
    for lang in ("en", "ar"):
        assert [t for t in sorted(told) if not load_labels(lang).has("act_" + re.sub("[ -]", "_", t))] == []


def test_a_rejected_incident_is_listed_only_when_asked_for(own: TestClient[Any]) -> None:
    name = incidents_of(own)[0]
    do(own, name, kind="reject")
    assert name not in incidents_of(own)
    assert name in incidents_of(own, "&review=rejected")


def test_a_report_is_taken_out_of_an_incident(own: TestClient[Any]) -> None:
    for name in incidents_of(own, "&type=ASSAULT"):
        page = own.get(f"/incidents/{name}?lang=en").text
        found = re.search(r'name="event" value="([^"]+)"><input type="hidden" name="other" value="([^"]+)"', page)
        if found:
            before = len(re.findall('class="told"', page))
            page = do(own, name, kind="not-same", event=found[1], other=found[2]).text
            assert "split off" in page
            assert len(re.findall('class="told"', page)) < before
            return
    raise AssertionError("no incident of several reports")


def test_the_queue_moves_on_with_every_answer(own: TestClient[Any]) -> None:
    seen = []
    for kind in ("confirm", "reject", "confirm"):
        name = re.findall(r'action="/incidents/([^"/]+)/judge"', own.get("/review").text)[0]
        seen.append(name)
        do(own, name, kind=kind, then="review")
    assert len(set(seen)) == 3
    assert "3 of" in own.get("/review?lang=en").text


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "correct", "field": "killed", "value": "many"},
        {"kind": "correct", "field": "killed", "value": "-1"},
        {"kind": "correct", "field": "height", "value": "3"},
        {"kind": "same"},
        {"kind": "same", "other": "i-000000000000"},
        {"kind": "note"},
        {"kind": "drop table"},
    ],
    ids=lambda form: "-".join(form.values()),
)
def test_what_cannot_be_judged_is_refused_in_a_sentence(own: TestClient[Any], form: dict[str, str]) -> None:
    answer = do(own, incidents_of(own)[0], **form)
    assert answer.status_code in (400, 404, 409)
    assert "This did not work" in answer.text


# ---- hostile text -----------------------------------------------------------------------------------------------------


def test_hostile_text_is_text_on_every_page(client: TestClient[Any]) -> None:
    from urllib.parse import quote

    name = incidents_of(client, "&country=UKR")[0]
    paths = [
        "/?country=UKR",
        f"/incidents/{name}",
        f"/incidents/{name}/why",
        "/review",
        f"/reports/{quote(hostile().id)}",
    ]
    for path in (*paths, f"/?text={quote(HOSTILE)}", f"/?place={quote(HOSTILE)}", f"/?at={quote(HOSTILE)}"):
        page = client.get(path).text
        for markup in ("<script>alert", "<img src=x", "<svg onload", "<style>*", '="javascript:', ">49"):
            assert markup not in page, path
        shown = re.sub(r'value="[^"]*"', "", page)
        assert "\u202e" not in shown, f"{path}: text that turns a line around"
    report = client.get(paths[-1]).text
    assert "&lt;script&gt;alert(1)" in report
    assert 'href="javascript' not in report
    assert "U+202E" in report, "what nobody sees is named"


@pytest.fixture
def changing(record: Path, tmp_path: Path) -> Iterator[TestClient[Any]]:
    """A desk over a record of its own, which may be changed."""
    with client_of(copy_of(record, tmp_path / "r.db")) as made:
        yield made


def test_what_is_assigned_to_somebody_waits_in_a_queue_of_their_own(changing: TestClient[Any]) -> None:
    client, me = changing, getpass.getuser()
    name = re.findall(r'href="/incidents/(i-\w+)"', client.get("/").text)[-1]

    def say(**form: str) -> Any:
        return client.post(f"/incidents/{name}/judge", data={"_seat": seat(client), **form}, follow_redirects=True)

    assert "mine=1" not in client.get("/review").text
    say(kind="assign", reason="somebody else")
    assert "mine=1" not in client.get("/review").text
    say(kind="assign", reason=me)
    assert "1 incident is assigned to you" in client.get("/review?lang=en").text
    mine = client.get("/review?mine=1").text
    assert f"/incidents/{name}/judge" in mine
    assert 'name="mine" value="1"' in mine
    page = say(kind="confirm", then="review", mine="1").text
    assert f"/incidents/{name}/judge" not in page
    number = re.findall(r'action="/judgements/(\d+)/undo"', page)[0]
    client.post(f"/judgements/{number}/undo", data={"_seat": seat(client), "then": "review"})
    assert f"/incidents/{name}/judge" in client.get("/review?mine=1").text
