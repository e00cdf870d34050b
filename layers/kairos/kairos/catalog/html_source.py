"""MJML and HTML become mail-safe HTML and a text part, at build time, while Jinja stays as it was written."""

import re
from typing import Final

from css_inline import CSSInliner, InlineError
from inscriptis import get_text  # type: ignore[import-untyped]  # reason: ships no types
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]  # reason: ships no types
from inscriptis.html_properties import Display  # type: ignore[import-untyped]  # reason: ships no types
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]  # reason: ships no types
from inscriptis.model.html_element import HtmlElement  # type: ignore[import-untyped]  # reason: ships no types
from mrml import RenderOptions, to_html

from kairos.catalog import contexts
from kairos.catalog.jinja_marks import BARE, MARK, Broken, Compiled, Piece, mark_of, protect, restore

_OPAQUE: Final = (
    r"<!--(?!kj).*?-->|<(?P<raw>mj-style|mj-title|mj-preview|style|title)\b.*?</(?P=raw)\s*>|<[a-zA-Z/!][^>]*>"
)
_IN_TEXT: Final = re.compile(rf"<!--{BARE}-->|{_OPAQUE}|(?P<mark>{BARE})", re.DOTALL)
_IMAGE: Final = re.compile(r"""<(?:img|mj-image|mj-carousel-image)\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_DEFAULTS: Final = re.compile(r"<mj-attributes\b.*?</mj-attributes\s*>", re.DOTALL)
_ALT: Final = re.compile(r"""\salt\s*=""", re.IGNORECASE)
_INLINE: Final = re.compile(r'<mj-style\s+inline="inline"\s*>(.*?)</mj-style\s*>', re.DOTALL)
_PARAGRAPH: Final = HtmlElement(display=Display.block, margin_before=1, margin_after=1)
_STYLE: Final = CSS_PROFILES["relaxed"] | {"section": _PARAGRAPH}
_ROWS: Final = re.compile(rf"(<table\b[^>]*>)((?:\s|<!--{BARE}-->)*)(?=<tr\b)")


def compile_html(source: str, *, mjml: bool, title: str = "", preheader: str = "") -> tuple[Compiled, Compiled]:
    """The HTML and the text part of a mail; `title` names it if nothing does. Raises Broken."""
    marked, pieces = protect(source)
    _named_images(marked, pieces)
    html = contexts.guard(_mjml(marked, pieces) if mjml else _inline(marked, pieces), pieces)
    text = _text(html)
    html = html.replace("<title></title>", f"<title>{title}</title>", 1)
    if preheader:
        hidden = f'<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{preheader}</div>'
        html, found = re.subn(r"(<body\b[^>]*>)", lambda body: body[1] + hidden, html, count=1)
        if not found:
            raise Broken("a preheader needs a <body>")
    # every tag begins a line, at no cost in bytes, so that an error's line leads back to the source
    html = re.sub(r"<([a-zA-Z][\w-]*) ", r"<\1\n", html)
    return restore(html, pieces), restore(text, pieces)


def compile_page(source: str) -> str:
    """HTML that is shown within a page as it was written, its values filtered by where they stand. Raises Broken."""
    marked, pieces = protect(source)
    _named_images(marked, pieces)
    return restore(contexts.guard(marked, pieces), pieces).source


def compile_address(source: str, attribute: str = "href") -> str:
    """An address as an attribute holds it, its values filtered by where they stand. Raises Broken."""
    marked, pieces = protect(source)
    return restore(contexts.guard_address(attribute, marked, pieces), pieces).source


def _named_images(marked: str, pieces: list[Piece]) -> None:
    """Whoever cannot see an image is told what it shows. Raises Broken."""
    marked = _DEFAULTS.sub(lambda block: "\n" * block[0].count("\n"), marked)
    for image in _IMAGE.finditer(marked):
        if not _ALT.search(image[0]):
            above = marked[: image.start()]
            held = sum(pieces[int(mark[1])].text.count("\n") for mark in MARK.finditer(above))
            hint = 'alt="what it shows", or alt="" if it only decorates'
            raise Broken("an image without alt", 1 + above.count("\n") + held, hint)


def _as_comments(html: str, pieces: list[Piece], *, expressions: bool) -> str:
    """Marks between tags become HTML comments: parsers keep those where they would move or drop text."""

    def comment(found: re.Match[str]) -> str:
        mark = found["mark"]
        if mark is None or (pieces[int(mark[2:-1])].expression and not expressions):
            return found[0]
        return f"<!--{mark}-->"

    return _ROWS.sub(r"\1<tbody>\2", _IN_TEXT.sub(comment, html))


def _mjml(marked: str, pieces: list[Piece]) -> str:
    css = "\n".join(_INLINE.findall(marked))
    try:
        made = to_html(_as_comments(_INLINE.sub("", marked), pieces, expressions=False), None, RenderOptions(fonts={}))
    except OSError as wrong:  # what the parser raises; it knows no position
        raise Broken(f"not well-formed MJML: {wrong}") from None
    html: str = made.content
    unknown = re.search(r"<(mj-[a-z-]+)", html)
    if unknown:
        line = next((n for n, text in enumerate(marked.splitlines(), 1) if f"<{unknown[1]}" in text), 0)
        raise Broken(f"unknown MJML element {unknown[1]!r}", line)
    for number, piece in enumerate(pieces):
        if mark_of(number) not in html:
            raise Broken(f"MJML drops {piece.text!r} here", piece.line, "put it into <mj-raw>")
    return _inline(html, pieces, css) if css else html


def _inline(html: str, pieces: list[Piece], css: str | None = None) -> str:
    """CSS into style attributes; style elements stay, for media queries. Nothing is fetched."""
    inliner = CSSInliner(
        inline_style_tags=css is None, keep_style_tags=True, load_remote_stylesheets=False, extra_css=css
    )
    try:
        return inliner.inline(_as_comments(html, pieces, expressions=True))
    except InlineError as wrong:
        raise Broken(f"CSS: {wrong}") from None


def _text(html: str) -> str:
    """The words of a mail in reading order, a link as `label: address`."""
    html = re.sub(rf"<!--({BARE})-->", r"\1", html)
    html = re.sub(r"<!--.*?-->|<head\b.*?</head\s*>", "", html, flags=re.DOTALL)
    # layout tables are no tables: their cells follow one another
    html = re.sub(r"<(/?)(?:table|tbody|thead|tfoot)\b", r"<\1div", html)
    html = re.sub(r"<(/?)tr\b", r"<\1section", html)
    html = re.sub(r"<t[dh]\b", "<span", re.sub(r"</t[dh]\s*>", "</span> ", html))
    text: str = get_text(html, ParserConfig(css=_STYLE, display_links=True))
    text = re.sub(r"\[([^\[\]]*)\]\(([^()]*)\)", _link, text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _link(found: re.Match[str]) -> str:
    label = " ".join(found[1].split())
    return f"{label}: {found[2]}" if label else found[2]
