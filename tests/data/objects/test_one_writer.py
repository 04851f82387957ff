"""One writer at an address; the second is told who, since when and what to do."""

import getpass

import pytest
from spexplain.data.objects.one_writer import HELD, let_go, only_writer
from spexplain.data.objects.remote_folder import AddressError, RemoteFolder


@pytest.fixture
def there(memory):
    return RemoteFolder(memory("held/survey"))


def test_the_second_is_refused_in_words_and_the_third_comes_after(there):
    with only_writer(there, "a") as still_ours:
        still_ours()
        with (
            pytest.raises(
                AddressError,
                match=r"^another build is running at memory://held/survey, since 20\d\d-.* UTC, "
                r"by .* on .*, process \d+; if it no longer runs, add --unlock$",
            ),
            only_writer(there, "b"),
        ):
            pass
        still_ours()
    with only_writer(there, "b") as still_ours:
        still_ours()
    assert there.read(HELD) is None


def test_it_is_free_after_an_error(there):
    with pytest.raises(ZeroDivisionError), only_writer(there):
        raise ZeroDivisionError
    assert there.read(HELD) is None


def test_what_a_killed_one_left_in_its_own_name_is_taken_over(there):
    there.create(HELD, b'{"whose": "mine", "token": "of one that was killed"}')
    with only_writer(there, "mine") as still_ours:
        still_ours()
    assert there.read(HELD) is None


@pytest.mark.parametrize("left", [b"", b"[]", b"torn", b'{"whose": ""}'])
def test_what_nobody_can_read_holds_too(there, left):
    there.create(HELD, left)
    with pytest.raises(AddressError), only_writer(there):
        pass


def test_who_lost_the_address_stops_and_leaves_it_to_the_other(there):
    with only_writer(there, "a") as of_a:
        let_go(there)
        with pytest.raises(AddressError, match="no longer locked"):
            of_a()
        with only_writer(there, "b") as of_b:
            with pytest.raises(AddressError, match="stopped: another build is running"):
                of_a()
            of_b()


def test_a_user_without_a_name_holds_it_too(there, monkeypatch):
    def nobody():
        raise KeyError("uid 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    with only_writer(there), pytest.raises(AddressError, match=r"by \? on"), only_writer(there):
        pass
