from types import SimpleNamespace

import pytest
from spexplain.core.models.checked_settings import check_choices, check_counts

SETTINGS = SimpleNamespace(kernel="linear", batch=1, epochs=0)


def test_a_choice_that_is_none_is_named_with_those_there_are():
    check_choices(SETTINGS, kernel=("linear", "rbf"))
    with pytest.raises(ValueError, match=r"kernel must be one of \('rbf',\), got 'linear'"):
        check_choices(SETTINGS, kernel=("rbf",))


def test_a_count_is_one_or_more():
    check_counts(SETTINGS, "batch")
    with pytest.raises(ValueError, match="epochs=0 must be 1 or more"):
        check_counts(SETTINGS, "batch", "epochs")
