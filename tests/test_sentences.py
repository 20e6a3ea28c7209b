from hypothesis import given
from hypothesis import strategies as st

from mapper.sentences import split_sentences


def pieces(text):
    return [text[s.start : s.end] for s in split_sentences(text)]


def test_ends_and_abbreviations():
    text = "On Dec. 28 Gen. Smith of the U.S. Army came at 3 p.m. to St. Louis. He left. “Run!” she said. In the U.S. The end."
    assert pieces(text) == [
        "On Dec. 28 Gen. Smith of the U.S. Army came at 3 p.m. to St. Louis.",
        "He left.",
        "“Run!” she said.",
        "In the U.S.",
        "The end.",
    ]


def test_wrapped_lines_stay_together_and_blank_lines_part():
    assert pieces("A headline\n\nIt was\nhit. It burned.\n- one dead\n- two hurt") == [
        "A headline",
        "It was\nhit.",
        "It burned.",
        "- one dead",
        "- two hurt",
    ]


def test_paragraphs_are_numbered():
    assert [s.paragraph for s in split_sentences("One. Two.\n\nThree.")] == [0, 0, 1]


def test_full_width_marks_need_no_space():
    assert pieces("他来了。他走了！") == ["他来了。", "他走了！"]


@given(st.text(alphabet=st.characters(), max_size=400))
def test_sentences_cover_all_that_is_not_space(text):
    found = split_sentences(text)
    at = 0
    for sentence in found:
        assert text[at : sentence.start].strip() == ""
        assert text[sentence.start : sentence.end].strip() == text[sentence.start : sentence.end] != ""
        at = sentence.end
    assert text[at:].strip() == ""
