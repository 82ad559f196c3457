"""What a narrative may hold, and the attacks that it may not."""

from __future__ import annotations

import time

import pytest

from resources.validation.narrative import complaint

GOOD = [
    "Siti",
    "<p><b>Siti</b> &amp; <i>Contoh</i> &#233;<br/></p><!-- a remark -->",
    '<table border="1"><tr><th scope="col">TD</th><td style="color: red; text-align:center">120/80</td></tr></table>',
    '<a href="https://example.org" title="x">x</a><a name="b">y</a><a href="#b">z</a>',
    '<a href="Patient/1">p</a><a href="mailto:a@example.org">m</a><a href="tel:118">t</a>',
    '<img src="data:image/png;base64,iVBORw0KGgo=" alt=""/>',
    '<img src="#photo"/>',
    '<td style="background-image: url(data:image/png;base64,iVBORw0KGgo=)">x</td>',
]
BAD = [
    "",
    "  \n ",
    "<p></p>",
    "<script>alert(1)</script>x",
    '<img src="x" onerror="alert(1)"/>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#x6A;avascript:alert(1)">x</a>',
    '<a href=" java&#9;script:alert(1)">x</a>',
    '<a href="JAVASCRIPT:alert(1)">x</a>',
    '<a href="vbscript:x">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<img src="data:image/svg+xml;base64,AAAA"/>',
    '<img src="javascript:x"/>',
    '<img src="file:///etc/passwd"/>',
    '<p href="https://example.org">x</p>',
    '<p src="https://example.org">x</p>',
    '<p style="background:url(//evil.example)">x</p>',
    '<p style="background:URL (x)">x</p>',
    '<p style="width:expression(alert(1))">x</p>',
    '<p style="exp/**/ression(1)">x</p>',
    '<p style="\\75rl(x)">x</p>',
    '<p style="@import x">x</p>',
    '<p style="behavior:x">x</p>',
    "<style>p {}</style>x",
    "<iframe>x</iframe>",
    "<form><input/></form>x",
    "<object>x</object>",
    '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>x',
    "<math><mtext>x</mtext></math>",
    '<p xmlns="http://example.org">x</p>',
    '<a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:x">x</a>',
    "<link/>x",
    "<base/>x",
    "<![CDATA[<script>]]>",
    "<?php x ?>",
    "&nbsp;x",
    "&unknown;",
    "<p>x",
    "x</p>",
    "a & b",
    "\ufffe",
]


def div(content: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'


@pytest.mark.parametrize("content", GOOD)
def test_good_narratives(content: str) -> None:
    assert complaint(div(content)) is None


@pytest.mark.parametrize("content", BAD)
def test_bad_narratives(content: str) -> None:
    assert complaint(div(content)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "plain text",
        "<div>no namespace</div>",
        '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
        div("x") + div("y"),
        '<!DOCTYPE div [<!ENTITY a "aaaa">]>' + div("&a;"),
        '<!DOCTYPE div [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + div("&a;"),
        '<?xml version="1.0" encoding="utf-16"?>' + div("x"),
        '<div xmlns="http://www.w3.org/1999/xhtml" onclick="x">x</div>',
    ],
)
def test_a_narrative_is_one_div(text: str) -> None:
    assert complaint(text) is not None


ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(40_000))


@pytest.mark.parametrize(
    "content",
    ["<p>a</p>" * 1_000_000, f"<p {ATTRIBUTES}>a</p>", f"<p {'a=' * 4_000_000}"],
    ids=["elements", "attributes", "no-end"],
)
def test_very_much_is_refused_quickly(content: str) -> None:
    began = time.process_time()
    assert complaint(div(content)) is not None
    assert time.process_time() - began < 0.5


def test_much_is_kept() -> None:
    assert complaint(div('<p class="a">a</p>' * 30_000)) is None


def test_depth_is_no_problem() -> None:
    assert complaint(div("<b>" * 5000 + "x" + "</b>" * 5000)) is not None
