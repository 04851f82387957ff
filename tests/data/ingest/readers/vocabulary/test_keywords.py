"""Of many keywords those of which something is said, whoever is asked."""

from spexplain.data.ingest.readers.vocabulary.keywords import values_of_keywords


def test_a_row_and_a_header_answer_alike_in_the_order_of_the_keywords() -> None:
    facts = {"DEC": 2.0, "NOTHING": None, "RA": 1.0}
    keywords = ("RA", "NOTHING", "ABSENT", "DEC")
    for ask in (facts.get, lambda name: facts.get(name)):
        assert values_of_keywords(ask, keywords) == [("RA", 1.0), ("DEC", 2.0)]
