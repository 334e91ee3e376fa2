"""What was typed returns into the form that was sent, and into no other."""

from html.parser import HTMLParser

from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.ui.refill import refill

NOTICE = '<p id="kept">还在</p>'


class Reader(HTMLParser):
    """Reads the values of a page's controls as a browser does, one line per control."""

    def __init__(self, html):
        super().__init__()
        self.values, self._text = [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "textarea":
            self._text = (given["name"], "")
        elif tag == "input" and given.get("type") in {"checkbox", "radio"}:
            self.values.append((given["name"], given.get("value"), "checked" in given))
        elif tag == "option":
            self.values.append(("option", given.get("value"), "selected" in given))
        elif tag == "input":
            self.values.append((given.get("name"), given.get("value")))

    def handle_data(self, data):
        if self._text:
            self._text = (self._text[0], self._text[1] + data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self._text:
            self.values.append((self._text[0], self._text[1].removeprefix("\n")))
            self._text = None


def filled(html, typed, *, address="/desk/1/", sent_to="/desk/1/"):
    return refill(html, address=address, sent_to=sent_to, typed=typed, notice=lambda left: NOTICE)


def test_each_kind_of_control_gets_its_value():
    html = """<main><form method="post"><input name="name" value="old"><input name="empty">
<textarea name="note" rows="3">old</textarea>
<select name="kind"><option value="a" selected>一</option><option value="b">二</option></select>
<input type="radio" name="who" value="self" checked><input type="radio" name="who" value="firm">
<input type="checkbox" name="sure"><input type="checkbox" name="theme" value="x"><input type="checkbox" name="theme"
value="y" checked></form></main>"""
    typed = {
        "name": ['李"<文敏>'], "empty": ["1"], "note": ["第一行\n第二行</textarea>"], "kind": ["b"], "who": ["firm"],
        "sure": ["on"], "theme": ["x"],
    }  # fmt: skip
    done = filled(html, typed)
    assert Reader(done.html).values == [
        ("name", '李"<文敏>'), ("empty", "1"), ("note", "第一行\n第二行</textarea>"),
        ("option", "a", False), ("option", "b", True), ("who", "self", False), ("who", "firm", True),
        ("sure", None, True), ("theme", "x", True), ("theme", "y", False),
    ]  # fmt: skip
    assert done.left == {}
    assert f"{NOTICE}<form" in done.html


def test_passwords_and_files_stay_empty():
    html = '<form method="post"><input type="password" name="password"><input type="file" name="scan"></form>'
    done = filled(html + "", {"password": ["secret"], "scan": ["a.pdf"]})
    assert "secret" not in done.html
    assert "a.pdf" not in done.html


def test_among_forms_to_one_address_the_one_with_the_pressed_button_is_chosen():
    html = """<form method="post"><input name="note"><button name="do" value="ask">问</button></form>
<form method="post"><input name="note"><button name="do" value="answer">答</button></form>"""
    done = filled(html, {"note": ["好"], "do": ["answer"]})
    assert done.html.index(NOTICE) > done.html.index("问")
    assert [value for _, value in Reader(done.html).values] == [None, "好"]


def test_a_hidden_field_chooses_the_row():
    row = '<form method="post" action="/rows/"><input type="hidden" name="id" value="{0}"><input name="note"></form>'
    done = filled(row.format(1) + row.format(2), {"id": ["2"], "note": ["好"]}, sent_to="/rows/")
    assert Reader(done.html).values == [("id", "1"), ("note", None), ("id", "2"), ("note", "好")]


def test_a_form_to_another_address_or_by_get_is_left_alone():
    other = '<form method="post" action="/elsewhere/"><input name="note"></form><form><input name="note"></form>'
    assert filled(other, {"note": ["好"]}) is None


def test_a_form_in_closed_details_is_opened():
    html = '<details class="x"><summary>答复</summary><form method="post"><input name="note"></form></details>'
    assert '<details class="x" open>' in filled(html, {"note": ["好"]}).html


def test_a_relative_address_and_a_control_outside_its_form_belong_to_it():
    html = '<form method="post" action="answers/" id="f"></form><input name="note" form="f">'
    done = filled(html, {"note": ["好"]}, address="/desk/1/", sent_to="/desk/1/answers/")
    assert ("note", "好") in Reader(done.html).values


def test_what_finds_no_place_is_reported():
    done = filled('<form method="post"><input name="one"></form>', {"one": ["1", "2"], "two": ["3"]})
    assert done.left == {"one": ["2"], "two": ["3"]}


def test_a_hidden_field_keeps_what_the_page_says_now():
    """A form with the old page's nonce or version would be refused each time."""
    html = '<form method="post"><input type="hidden" name="_seen" value="v2"><input name="note"></form>'
    done = filled(html, {"_seen": ["v1"], "note": ["好"]})
    assert Reader(done.html).values == [("_seen", "v2"), ("note", "好")]
    assert done.left == {}, "nobody typed it"


def test_a_choice_for_which_nothing_was_sent_keeps_its_default():
    html = """<form method="post"><input name="note"><select name="kind"><option value="a">一</option>
<option value="b" selected>二</option></select><input type="radio" name="who" value="self" checked>
<input type="checkbox" name="sure" value="1" checked><select name="more" multiple><option value="x" selected>三</option>
</select></form>"""
    assert Reader(filled(html, {"note": ["好"]}).html).values == [
        ("note", "好"), ("option", "a", False), ("option", "b", True), ("who", "self", True),
        ("sure", "1", False), ("option", "x", False),
    ]  # fmt: skip


def test_an_option_without_a_value_is_chosen_by_its_text():
    html = """<form method="post"><select name="kind"><option>请选择</option><option> 居住 &amp;
证明</option><option value="">无</option></select></form>"""
    done = filled(html, {"kind": ["居住 & 证明"]})
    assert [chosen for _, _, chosen in Reader(done.html).values] == [False, True, False]
    assert [chosen for _, _, chosen in Reader(filled(html, {"kind": [""]}).html).values] == [False, False, True]


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60)


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT)
def test_any_text_comes_back_as_it_was_and_changes_nothing_else(values, old):
    """No text breaks out of its control, whatever it contains."""
    inputs = "".join(f'<input name="f{n}" value="{escape(old)}">' for n in range(len(values)))
    html = (
        f'<p>{escape(old)}</p><form method="post">{inputs}<textarea name="t">{escape(old)}</textarea></form><p>end</p>'
    )
    typed = {f"f{n}": [value] for n, value in enumerate(values)} | {"t": [values[0]]}
    done = filled(html, typed)
    assert Reader(done.html).values == [(name, found[0]) for name, found in typed.items()]
    assert done.html.startswith(f"<p>{escape(old)}</p>")
    assert done.html.endswith("</form><p>end</p>")
