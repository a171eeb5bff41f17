"""An article on a slow phone: what goes over the wire and from where, what jumps, how long."""

from statistics import median
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from bench.table import Row
from devstack import chromium

# "Slow 4G", and a phone a quarter as fast as this machine.
NETWORK = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
SLOWER = 4
VISITS = 3
WATCH = """
window.seen = {shift: 0, paint: 0};
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) seen.shift += entry.value;
})).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  seen.paint = entry.startTime;
})).observe({type: "largest-contentful-paint", buffered: true});
"""


def phone(url: str, path: str) -> list[Row]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        visits = [_visit(browser, url + path) for _ in range(VISITS)]
        browser.close()
    size = max(visit["bytes"] for visit in visits) / 1000
    others = {host for visit in visits for host in visit["hosts"]} - {urlsplit(url).netloc}
    shift = max(visit["shift"] for visit in visits)
    paint = median(visit["paint"] for visit in visits) / 1000
    return [
        Row("article over the wire, all of it", f"{size:.1f} kB", "at most 70 kB", size <= 70),
        Row("requests to other places", str(len(others)), "none", not others),
        Row("layout shift", f"{shift:.3f}", "none", shift < 0.001),
        Row("largest paint on a slow phone", f"{paint:.2f} s", "under 1.2 s", paint < 1.2),
    ]


def _visit(browser: Browser, address: str) -> dict:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, **NETWORK})
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[float] = []
    hosts: set[str] = set()
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    context.close()
    return seen | {"bytes": sum(sizes), "hosts": hosts}
