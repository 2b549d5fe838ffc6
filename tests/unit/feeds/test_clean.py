"""HTML becomes the words a reader sees, in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.clean import to_line, to_text
from tests.support.steps import lines_run


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("<p>a</p><p>b</p>", "a\n\nb", id="paragraphs do not glue"),
        pytest.param("Wag<b>ner</b>", "Wagner", id="a word stays whole"),
        pytest.param("one<br>two<br/><br>three", "one\ntwo\n\nthree", id="line breaks"),
        pytest.param("<ul><li>a</li><li>b</li></ul>", "a\n\nb", id="list items"),
        pytest.param("<tr><td>a</td><td>b</td></tr>", "a b", id="cells"),
        pytest.param("<p>a\n  b&nbsp;c</p>", "a b c", id="whitespace is one space"),
        pytest.param(
            "first line\nsecond\n\n\n\nnext", "first line\nsecond\n\nnext", id="plain text keeps its lines"
        ),
        pytest.param(
            "<script>alert('x<p>')</script>ok<style>p{}</style><!-- no -->", "ok", id="script, style, comment"
        ),
        pytest.param("<head><title>t</title></head><body>b</body>", "b", id="head"),
        pytest.param(
            '<a href="/wagner" title="Wagner">link</a><img alt="Haftar" src="h.jpg">', "link", id="attributes"
        ),
        pytest.param("<a href='x>y'>link</a>", "link", id="a > inside an attribute"),
        pytest.param("<xhtml:p>one</xhtml:p><xhtml:p>two</xhtml:p>", "one\n\ntwo", id="prefixed elements"),
        pytest.param("<button>Share</button>Next", "Share Next", id="a button is no part of a word"),
        pytest.param('cut <a href="http://x.example/wagner', "cut", id="a tag cut off"),
        pytest.param(
            '<img alt="Port, "il varo" oggi"> Ships <b>wait</b>. <img alt="Sea, "la foce""> Fine.',
            "Ships wait. Fine.",
            id="quotes inside a value",
        ),
        pytest.param("<img alt='it's a 'test''> One.", "One.", id="single quotes inside a value"),
        pytest.param('5" gun <b>and</b> 6" more', '5" gun and 6" more', id="inches"),
        pytest.param(
            '<a href="x" title="never closed>word</a> after.', "word after.", id="a value never closed"
        ),
        pytest.param('<svg a="0 1"><title>icon</title><path d="M0"/></svg>Words', "Words", id="a drawing"),
        pytest.param(
            "<SVG><g><text>x</text></g></SVG>Words <use href='#a'/>here", "Words here", id="its parts"
        ),
        pytest.param("so <math><mi>x</mi><mo>=</mo><mn>2</mn></math> holds", "so x=2 holds", id="a formula"),
        pytest.param("<noindex>All <a>rights</a></noindex> Words", "All rights Words", id="a hint to robots"),
        pytest.param("<noindex>never closed", "never closed", id="a hint never closed"),
        pytest.param('cut <b class="x', "cut", id="a short tag cut off"),
        pytest.param("Index A<B falls", "Index A<B falls", id="a letter behind a sign"),
        pytest.param("AT&amp;T &eacute;t&eacute; &#8212; x", "AT&T été — x", id="references"),
        pytest.param("&amp;lt;p&amp;gt;a&amp;lt;/p&amp;gt; &amp;amp; b", "a\n\n& b", id="doubly escaped"),
        pytest.param("<p>a</p><p>b &lt;b&gt;c&lt;/b&gt;</p>", "a\n\nb c", id="half escaped keeps paragraphs"),
        pytest.param("<![CDATA[<p>inner</p>]]>", "inner", id="nested CDATA"),
        pytest.param("a < b, c > d, x<y", "a < b, c > d, x<y", id="arithmetic"),
        pytest.param("price <USD 50 a barrel", "price <USD 50 a barrel", id="no element, no tag"),
        pytest.param(
            "<Wagner> said <o:p>x</o:p>", "<Wagner> said x", id="unknown names are words, prefixed ones tags"
        ),
        pytest.param("Wag&shy;ner\u200b \u202eGroup\u202c", "Wagner Group", id="invisible characters"),
        pytest.param(
            "<!-- open <p>words stay</p>", "open\n\nwords stay", id="an unclosed comment loses nothing"
        ),
        pytest.param("<script>never closed", "never closed", id="an unclosed script loses nothing"),
        pytest.param("می\u200cرود", "می\u200cرود", id="the Persian joiner stays"),
        pytest.param("&#99999999999;x", "x", id="an absurd reference"),
    ],
)
def test_markup_becomes_the_words_a_reader_sees(markup: str, text: str) -> None:
    """Each kind of markup, and each kind of text that only looks like it."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    "tail",
    [
        '<p>The post <a href="x">Envoy speaks</a> appeared first on <a href="y">Harbour Desk</a>.</p>',
        "<p>L’article <a>Titre</a> est apparu en premier sur <a>Courrier</a>.</p>",
        "<p>L'articolo Titolo proviene da Banchina.</p>",
        "<p>Сообщение Заголовок появились сначала на Вестник.</p>",
        "<p>ظهرت المقالة عنوان أولاً على الميناء.</p>",
        "<p>Başlık yazısı ilk önce Liman üzerinde ortaya çıktı.</p>",
    ],
)
def test_the_blog_software_s_last_line_is_dropped(tail: str) -> None:
    """It repeats the title and names the outlet: matches there would be false."""
    assert to_text(f"<p>Body.</p>\n{tail}") == "Body."


def test_a_sentence_about_a_post_is_kept() -> None:
    """Only the closing line of its own is boilerplate."""
    text = "The post he took appeared first on the list.\n\nThen he left."
    assert to_text(text) == text


def test_a_title_is_one_line() -> None:
    """Line breaks in titles end up in mail subjects otherwise."""
    assert to_line("<b>a</b><br>b\n\r\n c") == "a b c"


#: what a long article is made of
PARTS = {
    "paragraphs": '<p class="text">The envoy met the elders.</p>\n',
    "links": '<a href="https://a.example/x?a=1&amp;b=2">The envoy</a> ',
    "lists": "<ul><li>one</li><li>two</li></ul>",
    "comments": "<!-- a note --> word ",
    "scripts": "<script>let a = 1;</script> word ",
    "references": "&amp; &#8217; &nbsp;",
    "white space": "word \n\n ",
    "no markup": "The post appeared first. ",
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_work_grows_no_faster_than_the_markup(part: str) -> None:
    """Lines of our own code counted, not time: four times the markup takes at most five times the lines."""
    few, many = (lines_run(lambda n=size: to_text(part * (n // len(part)))) for size in (5_000, 20_000))
    assert many <= 5 * few + 500


@settings(deadline=None)
@given(
    st.text(alphabet=st.sampled_from("<>&#;/!-[]pabscrit =\"'x9\n\x00\ud800é"), max_size=200)
    | st.text(max_size=200)
)
def test_cleaning_never_raises_and_never_leaves_controls(markup: str) -> None:
    """Any string at all."""
    text = to_text(markup)
    assert text == text.strip()
    assert "\x00" not in text
    text.encode("utf-8")
