"""Spellings of types, in the code and in the docs."""

from pathlib import Path

import pytest
from spexplain.data.collection.trained.type_names import SYNONYMS, TYPES, known_type
from spexplain.data.ingest.readers.vocabulary.column_roles.column_names import NAMES

DOCS = (Path(__file__).parents[4] / "docs" / "files.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("label", "kind"), [
    ("Sy1", "type 1"), ("Seyfert 1.9", "intermediate"), ("BROADLINE", "type 1"),
    ("type-2", "type 2"), ("SY_1.5", "intermediate"), ("NLAGN", "type 2"), ("Type I", "type 1"),
    ("typ 2", ""), ("LINER", ""), ("", ""), ("1", ""), ("<b>type 1</b>", ""), ("GALAXY", ""),
    ("Sy 1/2", ""), ("type 1-2", ""), ("Sy1+2", ""), ("type Ⅱ", "type 2"),
    ("Sey 1.5", "intermediate"), ("Sy1?", ""),
])  # fmt: skip
def test_a_label_is_a_type_of_the_table_or_none(label, kind):
    assert known_type(label) == kind


def test_types_are_their_own_names():
    assert tuple(SYNONYMS) == TYPES
    assert [known_type(kind) for kind in TYPES] == list(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_the_docs_show_the_table_of_types(kind):
    assert f"| `{kind}` | {', '.join(SYNONYMS[kind])} |" in DOCS


@pytest.mark.parametrize("role", NAMES)
def test_the_docs_show_the_table_of_columns(role):
    assert f"| {role} | {', '.join(f'`{name}`' for name in NAMES[role])} |" in DOCS
