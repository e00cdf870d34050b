import json
from importlib.resources import files

import pytest

from kairos.domain.bots import is_ahead, is_bot, is_scanner, opens_itself

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "bot"),
    [
        ("", True),
        ("curl/8.5.0", True),
        ("python-requests/2.32.3", True),
        ("Go-http-client/2.0", True),
        ("BarracudaCentral Sandbox", True),
        (f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 (compatible; Mimecast URL Protect)", True),
        (f"{WINDOWS} HeadlessChrome/120.0.0.0 Safari/537.36", True),
        (f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 Google-Read-Aloud (https://support.google.com)", True),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", True),
        ("WhatsApp/2.23.20.0 A", True),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.4266; Pro)", True),
        (f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", False),
        (f"{IPHONE} Version/18.4 Mobile/15E148 Safari/604.1 (Ecosia ios@11.0.2.2268)", False),
        (f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]", False),
        ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", False),
        ("Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36", False),
        ("Opera/9.80 (Android; Opera Mini/36.2/119.132; U; en) Presto/2.12.423 Version/12.16", False),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", False),
    ],
)
def test_a_machine_is_known_by_what_it_calls_itself(said, bot):
    assert is_bot(said) is bot


def test_of_the_crawlers_on_a_kept_list_nearly_all_are_known():
    listed = json.loads((files("crawleruseragents") / "crawler-user-agents.json").read_text("utf-8"))
    known = [is_bot(said) for crawler in listed for said in crawler["instances"]]
    assert len(known) > 1_500 and sum(known) / len(known) > 0.97


def test_of_the_browsers_on_a_kept_list_none_is_taken_for_a_machine():
    lines = (files("fake_useragent") / "data" / "browsers.jsonl").read_text("utf-8").splitlines()
    browsers = {json.loads(line)["useragent"] for line in lines}
    assert len(browsers) > 500 and [said for said in browsers if is_bot(said)] == []


@pytest.mark.parametrize(
    ("said", "ip", "machine"),
    [
        ("Mozilla/5.0", "104.28.42.20", True),  # Apple's Mail Privacy Protection
        ('"Mozilla/5.0"', "", True),
        ("", "192.0.2.1", True),
        (f"{IPHONE} Mobile/15E148", "192.0.2.1", False),  # Mail without it
        (f"{IPHONE} Mobile/15E148", "17.58.97.1", True),  # from Apple's own machines
        (f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36", "40.107.20.5", True),  # Microsoft looks before it delivers
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "66.249.84.1", False),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "192.0.2.1", False),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.4266; Pro)", "192.0.2.1", False),
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Microsoft Outlook 16.0.4266)", "192.0.2.1", False),
        ("Outlook-iOS/723.4027091.prod.iphone (4.2448.0)", "192.0.2.1", False),
        ("Airmail 5.7 (macOS)", "192.0.2.1", False),
        ("BarracudaCentral Sandbox", "192.0.2.1", True),
        (f"{WINDOWS} HeadlessChrome/120.0.0.0 Safari/537.36", "192.0.2.1", True),
    ],
)  # fmt: skip
def test_a_mail_is_opened_by_a_machine_or_by_somebody(said, ip, machine):
    assert opens_itself(said, ip) is machine


@pytest.mark.parametrize("ip", ["", "nowhere", "192.0.2.1", "2001:db8::1", "16.255.255.255", "18.0.0.0"])
def test_of_other_addresses_nothing_is_known(ip):
    assert not is_scanner(ip)


@pytest.mark.parametrize(
    ("headers", "ahead"),
    [
        ({}, False),
        ({"sec-purpose": "prefetch"}, True),
        ({"sec-purpose": "prefetch;prerender"}, True),
        ({"purpose": "prefetch"}, True),
        ({"x-purpose": "preview"}, True),
        ({"x-purpose": "prerender"}, True),
        ({"x-moz": "prefetch"}, True),
        ({"x-moz": "livebookmarks"}, False),
        ({"purpose": "pleasure"}, False),
        ({"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}, False),
    ],
)
def test_a_browser_that_asks_ahead_says_so(headers, ahead):
    assert is_ahead(headers) is ahead
