"""Every report in Chromium: nothing is asked for or said, formulas are drawn, nothing is cut, all can be reached.

Skipped where there is no Chromium or no Playwright; where the environment variable CI is set, that fails instead.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.report.evidences import EVIDENCES
from verify.report.folder import write_report

pytestmark = pytest.mark.browser

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
PHONE, DESK = 375, 1280
TOO_WIDE = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  const scrolled = one => one.parentElement && (getComputedStyle(one.parentElement).overflowX === 'auto'
    || scrolled(one.parentElement));
  return [`the page: ${document.documentElement.scrollWidth} in ${most}`, ...[...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > most + 1 && !scrolled(one))
    .map(one => `${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 60)}`)];
}"""
CUT = """() => [...document.querySelectorAll('h1, h2, p, li, th, td, caption, figcaption, summary, a')]
  .filter(one => one.offsetParent && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
  .map(one => `${one.tagName}: ${one.textContent.trim().slice(0, 60)}`)"""
BAD_FORMULAS = """() => [...document.querySelectorAll('math')]
  .filter(one => one.getBoundingClientRect().height <= 5 || one.getBoundingClientRect().width <= 3
    || one.querySelector('merror') || one.namespaceURI !== 'http://www.w3.org/1998/Math/MathML')
  .map(one => one.textContent)"""
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  return {tag: one.tagName, name: one.className, href: one.getAttribute('href'), label: one.getAttribute('aria-label'),
    seen: box.width > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
    outline: getComputedStyle(one).outlineStyle};
}"""
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))"""


def missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI is set")
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        missing("there is no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def axe() -> Path:
    try:
        return Path(str(resources.files("axe_core_python") / "axe.min.js"))
    except ImportError:
        missing("axe-core-python is not installed")
    raise AssertionError


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that gives the page of the evidence with this name, written once."""
    folder = tmp_path_factory.mktemp("reports")

    def written(name: str) -> Path:
        if not (folder / name).exists():
            write_report(EVIDENCES[name](), folder / name)
        return folder / name / "report.html"

    return written


@contextmanager
def opened(browser: Any, file: Path, width: int = DESK, scheme: str = "light", **settings: Any) -> Iterator[Any]:
    """Open a page offline. What it said, asked for or ran is in `page.told`, besides the page itself."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, offline=True, color_scheme=scheme, **settings
    )
    page = context.new_page()
    page.told = []
    page.on("console", lambda message: page.told.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: page.told.append(f"error: {error}"))
    page.on("requestfailed", lambda request: page.told.append(f"failed: {request.url[:200]}"))
    page.on("request", lambda request: page.told.append(f"request: {request.url[:200]}"))
    page.on("dialog", lambda dialog: (page.told.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda popup: page.told.append(f"popup: {popup.url}"))
    try:
        page.goto(file.as_uri())
        page.told.remove(f"request: {file.as_uri()}")
        yield page
    finally:
        context.close()


def violations(page: Any, axe: Path) -> list[str]:
    """Return what axe-core has against the page, one line each."""
    page.add_script_tag(path=str(axe))
    return list(page.evaluate(AXE))


names = pytest.mark.parametrize("name", EVIDENCES)


@names
def test_it_says_nothing_asks_for_nothing_and_draws_every_formula(browser: Any, report: Any, name: str) -> None:
    with opened(browser, report(name)) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.mouse.move(300, 300)
        page.wait_for_timeout(50)
        assert [one for one in page.told if not one.startswith("request: data:image/png;base64,")] == []
        assert page.locator("math").count() >= 30
        assert page.evaluate(BAD_FORMULAS) == []
        assert page.title().startswith(("Correct", "Wrong", "Could not judge"))


@names
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nothing_is_wider_than_the_window_and_no_words_are_cut(
    browser: Any, report: Any, name: str, width: int, scheme: str
) -> None:
    with opened(browser, report(name), width, scheme) as page:
        assert page.evaluate(TOO_WIDE) == []
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate(CUT) == []
        background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        shade = sum(map(int, re.findall(r"\d+", background)[:3]))
        assert shade > 600 if scheme == "light" else shade < 150


@names
@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")])
def test_axe_finds_nothing(browser: Any, report: Any, axe: Path, name: str, width: int, scheme: str) -> None:
    with opened(browser, report(name), width, scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert violations(page, axe) == []


@pytest.mark.parametrize("name", ["right", "wrong-dZ2", "digits-wrong", "hostile"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_keyboard_reaches_all_that_can_be_used(browser: Any, report: Any, name: str, width: int) -> None:
    with opened(browser, report(name), width) as page:
        expected = page.locator("a, summary, [tabindex='0']").evaluate_all(
            "all => all.filter(one => !one.parentElement.closest('details:not([open])') || one.tagName === 'SUMMARY').length"
        )
        met = []
        for _ in range(expected):
            page.keyboard.press("Tab")
            met.append(page.evaluate(FOCUS))
        assert met[0]["name"] == "skip"
        assert all(one["seen"] for one in met)
        assert all(one["outline"] != "none" for one in met)
        sections = page.locator("section").evaluate_all("all => all.map(one => '#' + one.id)")
        assert [one["href"] for one in met[1 : 1 + len(sections)]] == sections
        hidden = page.evaluate("""() => [...document.querySelectorAll('body *')].filter(one => one.offsetParent
            && /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth
            && one.tabIndex < 0).length""")
        assert hidden == 0
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS)["tag"] in ("BODY", "HTML", "A")


def test_the_skip_link_skips_and_the_contents_lead_there(browser: Any, report: Any) -> None:
    with opened(browser, report("wrong-dZ2")) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == page.locator("a.skip").get_attribute("href")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
        for link in page.locator("nav a").all():
            link.click()
            target = page.locator(str(link.get_attribute("href")))
            assert target.evaluate("one => Math.abs(one.getBoundingClientRect().top) < innerHeight")


@names
def test_it_prints_on_more_than_one_page(browser: Any, report: Any, name: str) -> None:
    with opened(browser, report(name)) as page:
        page.emulate_media(media="print")
        assert page.locator("nav").is_hidden()
        printed = page.pdf(format="A4")
        assert printed.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) > 1


def test_without_script_it_is_the_same(browser: Any, report: Any) -> None:
    shown = []
    for script in (True, False):
        with opened(browser, report("digits-wrong"), java_script_enabled=script) as page:
            shown.append(page.screenshot(full_page=True))
    assert shown[0] == shown[1]


# That these checks can fail


def test_what_is_wrong_with_a_page_would_be_seen(browser: Any, report: Any, axe: Path, tmp_path: Path) -> None:
    planted = (
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><p style='color: #bbb'>pale</p>"
        f"<table><tr><td style='white-space: nowrap'>{'wide ' * 300}</td></tr></table><math><mrow></mrow></math>"
        "<p style='width: 3rem; overflow: hidden; white-space: nowrap'>much too long for it</p>"
        "<img alt='x' src='http://evil.example/x.png'><script>console.log('x'); alert(1)</script></main>"
    )
    page_text = report("wrong-dZ2").read_text(encoding="utf-8")
    (tmp_path / "bad.html").write_text(page_text.replace("</main>", planted), encoding="utf-8")
    with opened(browser, tmp_path / "bad.html", PHONE) as page:
        page.wait_for_timeout(100)
        told = "\n".join(page.told)
        for expected in ("console: x", "dialog: 1", "request: http://evil.example", "failed: http://evil.example"):
            assert expected in told
        assert any(line.startswith("TD") for line in page.evaluate(TOO_WIDE))
        assert any("much too long" in line for line in page.evaluate(CUT))
        assert page.evaluate(BAD_FORMULAS) == [""]
        found = {line.split(":")[0] for line in violations(page, axe)}
        assert {"image-alt", "color-contrast"} <= found


def test_without_a_browser_it_is_skipped_but_not_where_all_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="there is no Chromium"):
        missing("there is no Chromium")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="there is no Chromium, and CI is set"):
        missing("there is no Chromium")
