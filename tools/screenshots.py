"""Take a picture of every page of the desk in both languages and two widths, to look at.

PYTHONPATH=tests python -m tools.screenshots [FOLDER] [desk|states|views|people ...]    (or make screenshots)

Without a choice all of them: `desk` what an analyst sees every day, `states` what a page shows when there is nothing, when
something went wrong, when forms are open and when people worked, `views` relations, processes and agreements, a form over
picked words and what is printed, `people` the pages about people: login, accounts, tokens, webhooks, the log, accuracy, the
public view. Needs Debian's chromium. The record is that of the desk's tests, hostile report included.
"""

from __future__ import annotations

import datetime
import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import msgspec
import pyotp
from desk import hostile, make_record
from desk_server import Tab, browsing, serving, tab_of
from desk_views import REPORTS
from incident_gold import add, read

from marsad import delivering
from marsad.model import Document
from marsad.pipeline import load_fold, load_reader
from marsad.record import StoredJudgement, hooks, open_record
from marsad.web import accounts, second

PAGES = ("/", "/?type=ASSAULT&since=2025-10-01", "/review", "/sources", "/feeds", "/words", "/nowhere")
WIDTHS = (1400, 390)
PASSWORD = "correct horse battery"
NAME = "Rima Haddad"
VIEWS = {
    "relations": "/relations",
    "relation": "/relations?first=RUS&second=UKR",
    "processes": "/processes",
    "process": "/processes?party=RUS&party=UKR",
    "agreements": "/agreements",
}
_QUIET = ("review", "relations", "processes", "agreements", "sources", "words", "feeds", "log", "accuracy")
EMPTY = {"overview": "/", **{name: f"/{name}" for name in _QUIET}}
STATES = {
    "nothing-found": "/?text=زقزقة",
    "bad-day": "/?since=yesterday",
    "no-incident": "/incidents/i-none",
    "same-party": "/relations?first=RUS&second=RUS",
    "nothing-between": "/relations?first=JPN&second=FRA",
    "second-reviewer": "/review?second=1",
    "mine": "/review?mine=1",
    "versions": "/reports/w1",
    "copy": "/reports/w2",
}
WORDS = (
    "قالت السلطات في خاركيف إن قصفا روسيا بالصواريخ على المدينة مساء الأحد أدى إلى مقتل 4 أشخاص وإصابة 11 آخرين. "
    "وأضاف رئيس البلدية أن فرق الإنقاذ تواصل البحث تحت الأنقاض، وأن القصف أصاب مبنى سكنيا ومدرسة."
)
TRUCE = {"name": "هدنة خاركيف", "parties": "روسيا\nUkraine", "areas": "خاركيف", "since": "2025-07-20"}


def main(arguments: list[str]) -> None:
    """Write the pictures."""
    folder = Path(arguments[0]) if arguments else Path("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    record = Path(tempfile.mkdtemp()) / "desk.db"
    make_record(record)
    add_views(record)
    for name, take in PARTS.items():
        if name in arguments[1:] or not arguments[1:]:
            take(record, folder)


def add_views(record: Path) -> None:
    """Give the record what relations, processes and agreements are made of."""
    reader = load_reader()
    with open_record(str(record), load_fold()) as made:
        reports = [Document(id=i, text=text, published=day, publisher=who) for i, day, who, text in REPORTS]
        add(made, read(reader, reports).values())


def take_pages(record: Path, folder: Path) -> None:
    """Take the pages that whoever sits at this machine sees."""
    with serving(record) as address, browsing() as browser:
        for lang in ("en", "ar"):
            for width in WIDTHS:
                with tab_of(browser, address, lang, width) as tab:
                    tab.open("/?min_killed=9")
                    incident = str(tab.page.locator(".opens").first.get_attribute("href"))
                    for path in (*PAGES, incident, f"/reports/{quote(hostile().id)}"):
                        tab.open(path)
                        if tab.page.locator("#map").count():
                            tab.page.wait_for_selector("#map[data-drawn]", timeout=60_000)
                        name = (
                            "incident" if path == incident else re.sub(r"\W+", "-", path).strip("-")[:40] or "overview"
                        )
                        keep(tab, folder / f"{name}-{lang}-{width}.png")


def take_views(record: Path, folder: Path) -> None:
    """Take the pages that look across incidents, the form over picked words with a refusal, and what is printed."""
    with serving(record) as address, browsing() as browser:
        with tab_of(browser, address, "ar", 1400) as tab:
            tab.open("/agreements")
            for name, value in TRUCE.items():
                tab.page.locator(f"main form [name={name}]").first.fill(value)
            tab.page.select_option("#g-forbids", ["ASSAULT"])
            tab.page.locator("main form button").last.click()
            tab.settle()
            agreement = tab.page.url.removeprefix(address)
        for lang in ("en", "ar"):
            for width in WIDTHS:
                with tab_of(browser, address, lang, width) as tab:
                    ending = f"-{lang}-{width}.png"
                    for name, path in {**VIEWS, "agreement": agreement}.items():
                        tab.open(path)
                        keep(tab, folder / f"{name}{ending}")
                    pick_words(tab, folder, ending)
            with tab_of(browser, address, lang, 1400) as tab:
                print_pages(tab, folder, lang)


def take_states(record: Path, folder: Path) -> None:
    """Take an empty desk, refusals, open forms, and an incident and a report that people and publishers changed."""
    empty = record.with_name("empty.db")
    with open_record(str(empty), load_fold()):
        pass
    add_versions(record)
    for lang in ("en", "ar"):
        for width in WIDTHS:
            ending = f"-{lang}-{width}.png"
            with serving(empty) as address, browsing() as browser, tab_of(browser, address, lang, width) as tab:
                for name, path in EMPTY.items():
                    tab.open(path)
                    keep(tab, folder / f"empty-{name}{ending}")
            with serving(record) as address, browsing() as browser, tab_of(browser, address, lang, width) as tab:
                for name, path in STATES.items():
                    tab.open(path)
                    keep(tab, folder / f"state-{name}{ending}")
                work(tab, folder, ending)


def add_versions(record: Path) -> None:
    """Give the record a report that its publisher changed, and two publishers who print the same words."""
    told = Document(id="w1", text=WORDS, title="قصف خاركيف", published="2025-07-28", publisher="alpha.example")
    same = [
        msgspec.structs.replace(told, id=i, publisher=who)
        for i, who in (("w2", "beta.example"), ("w3", "gamma.example"))
    ]
    changed = msgspec.structs.replace(told, text=WORDS.replace("مقتل 4", "مقتل 6") + " ولم تعلق موسكو.")
    reader = load_reader()
    with open_record(str(record), load_fold()) as made:
        for one in (told, *same, changed):
            add(made, read(reader, [one]).values())


def work(tab: Tab, folder: Path, ending: str) -> None:
    """Open what is folded, and do what leaves traces."""
    for name, path in (
        ("words", "/words"),
        ("agreements", "/agreements"),
        ("overview", "/"),
        ("report", "/reports/v1"),
    ):
        tab.open(path)
        tab.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        keep(tab, folder / f"open-{name}{ending}")
    tab.page.keyboard.press("?")
    tab.page.screenshot(path=str(folder / f"open-keys{ending}"))
    tab.open("/?min_killed=9")
    tab.open(str(tab.page.locator(".opens").last.get_attribute("href")))
    tab.page.keyboard.press("e")
    tab.page.fill("#c-value", "10")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".noted")
    tab.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    keep(tab, folder / f"open-incident{ending}")


def pick_words(tab: Tab, folder: Path, ending: str) -> None:
    """Pick words of a report by keyboard, and ask for what cannot be."""
    tab.open("/reports/v1")
    tab.page.keyboard.press("p")
    for key in ("ArrowLeft", "Shift+ArrowLeft"):
        tab.page.keyboard.press(key)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#p-what:focus")
    keep(tab, folder / f"pick{ending}")
    with tab.page.expect_response("**/pick?**"):
        tab.page.select_option("#p-field", "weapon")
    tab.page.wait_for_selector("#p-code")
    tab.page.select_option("#p-code", "")
    with tab.page.expect_response("**/pick/say"):
        tab.page.click("#pick-say button.strong")
    tab.page.wait_for_selector("#p-problem")
    keep(tab, folder / f"pick-refused{ending}")


def print_pages(tab: Tab, folder: Path, lang: str) -> None:
    """Print an incident and a view, as the browser does, to PDF and as a picture of it."""
    tab.open("/?min_killed=9")
    incident = str(tab.page.locator(".opens").first.get_attribute("href"))
    views = {name: path for name, path in VIEWS.items() if name in ("relation", "process")}
    pages = {
        "overview": "/?type=ASSAULT",
        "incident": incident,
        "report": "/reports/v1",
        "sources": "/sources",
        **views,
    }
    for name, path in pages.items():
        tab.open(path)
        tab.page.pdf(path=str(folder / f"print-{name}-{lang}.pdf"), format="A4", prefer_css_page_size=True)
        tab.page.emulate_media(media="print")
        tab.page.set_viewport_size({"width": 760, "height": 1000})
        tab.page.screenshot(path=str(folder / f"print-{name}-{lang}.png"), full_page=True)
        tab.page.emulate_media(media="screen")


def keep(tab: Tab, path: Path) -> None:
    """Take the page as it stands."""
    tab.settle()
    tab.page.screenshot(path=str(path), full_page=True, timeout=120_000)
    print(path)


def take_people(record: Path, folder: Path) -> None:
    """Take what people with accounts see, and people without."""
    prepare(record)
    with serving(record, accounts=True, public="record") as address, browsing() as browser:
        for lang in ("en", "ar"):
            for width in WIDTHS:
                with tab_of(browser, address, lang, width) as tab:
                    walk(tab, folder, f"-{lang}-{width}.png")
                with open_record(str(record)) as made:
                    made.change(lambda c: second.end(c, accounts.find(c, NAME)))


def walk(tab: Tab, folder: Path, ending: str) -> None:
    """Go through the pages as a person does who sets up a second factor."""
    tab.open("/public")
    keep(tab, folder / f"public{ending}")
    tab.open(str(tab.page.locator(".opens").first.get_attribute("href")))
    keep(tab, folder / f"public-incident{ending}")
    log_in(tab, "nobody")
    keep(tab, folder / f"login-wrong{ending}")
    log_in(tab, NAME)
    tab.open("/account")
    tab.page.fill("#s-password", PASSWORD)
    press(tab, "main form button")
    keep(tab, folder / f"account-qr{ending}")
    app = pyotp.TOTP(tab.page.locator("main code").inner_text().replace(" ", ""))
    tab.page.fill("#s-on", app.now())
    press(tab, "main form button")
    keep(tab, folder / f"account-codes{ending}")
    for name in ("accounts", "webhooks", "log", "accuracy"):
        tab.open(f"/{name}")
        keep(tab, folder / f"{name}{ending}")
    tab.open("/policy")
    keep(tab, folder / f"policy{ending}")
    tab.page.fill("#delay-0-days", "30")
    tab.page.fill("#y-publishers", "delta.example")
    tab.page.select_option("#places-0-finest", "country")
    tab.page.fill("#y-reason", "شهر واحد")
    press(tab, "button[formaction]")
    keep(tab, folder / f"policy-tried{ending}")
    press(tab, "form.policy button.strong")
    keep(tab, folder / f"policy-saved{ending}")
    tab.open("/tokens")
    tab.page.fill("#t-name", "لوحة الأخبار")
    press(tab, "main section form button")
    keep(tab, folder / f"tokens{ending}")
    press(tab, ".tools form button")
    log_in(tab, NAME)
    keep(tab, folder / f"login-code{ending}")


def log_in(tab: Tab, name: str) -> None:
    """Give a name and the password."""
    tab.open("/login")
    tab.page.fill("#l-name", name)
    tab.page.fill("#l-password", PASSWORD if name == NAME else "wrong password")
    press(tab, "main form button")


def press(tab: Tab, what: str) -> None:
    """Press a button and wait for the page that follows."""
    tab.page.locator(what).first.click()
    tab.settle()


def prepare(record: Path) -> None:
    """Give the record people, reviews, webhooks with notices of every kind, and a log."""
    now = datetime.datetime.now(datetime.UTC)
    with open_record(str(record), load_fold()) as made:
        people = (
            (NAME, "admin"),
            ("باسم العلي", "coder"),
            ("guest-1", "guest"),
            ("a-rather-long-name@newsroom.example", "editor"),
        )
        made.change(lambda c: [accounts.add(c, name, PASSWORD, role) for name, role in people])
        second_one = made.look(lambda c: accounts.find(c, people[1][0]))
        app = pyotp.TOTP(made.change(lambda c: second.begin(c, second_one)))
        made.change(lambda c: second.finish(c, second_one, app.now()))
        for url, policy in (
            ("https://hooks.example.org/marsad/in", "careful"),
            ("https://map.example/a/" + "long/" * 12, "open"),
        ):
            made.change(lambda c, u=url, p=policy: delivering.register(c, u, p, NAME, private=False, now=now))
        names = made.look(
            lambda c: [str(v) for v in c.exec_driver_sql("SELECT id FROM incidents ORDER BY id").scalars()]
        )
        for number, name in enumerate(names[:12]):
            kind = "reject" if number % 4 == 3 else "confirm"
            made.judge(StoredJudgement(key=0, at="", author=NAME, kind=kind, left=name))
        delivering.plan(made, made.change, now)
        log = made.look(lambda c: hooks.log(c, 4))
        states = (
            (hooks.DONE, 204, None),
            (hooks.UP, None, "hooks.example.org takes too long to answer; try again later."),
        )
        for one, (state, status, problem) in zip(log, states, strict=False):
            tries = 1 if state == hooks.DONE else 10
            values = {"state": state, "tries": tries, "next_at": None, "status": status, "problem": problem}
            made.change(lambda c, o=one, v=values: hooks.settle(c, msgspec.structs.replace(o, **v)))


PARTS = {"desk": take_pages, "states": take_states, "views": take_views, "people": take_people}


if __name__ == "__main__":
    main(sys.argv[1:])
