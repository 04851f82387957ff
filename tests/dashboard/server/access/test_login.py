"""Guesses cost ever more time, and nobody else's."""

from __future__ import annotations

from pathlib import Path

from spexplain.dashboard.server.access.doors import PasswordDoor
from spexplain.dashboard.server.access.login import Guesses, PasswordLogin


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_wrong_passwords_cost_nothing_then_the_wait_doubles():
    clock = Clock()
    guesses = Guesses(clock)
    waits = []
    for _ in range(30):
        guesses.was_wrong("10.0.0.7", "anna")
        waits.append(guesses.wait_s("10.0.0.7"))
        clock.now += waits[-1]
    assert waits[:4] == [0] * 4
    assert waits[4:8] == [1, 2, 4, 8]
    assert max(waits) <= Guesses.longest_s
    assert guesses.wait_s("10.0.0.8") == 0


def test_a_right_password_or_a_while_forgives():
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(9):
        guesses.was_wrong("10.0.0.7", "anna")
    assert guesses.wait_s("10.0.0.7") > 0
    guesses.was_right("10.0.0.7", "anna")
    assert guesses.wait_s("10.0.0.7") == 0
    for _ in range(9):
        guesses.was_wrong("10.0.0.7", "anna")
    clock.now += 2 * Guesses.longest_s
    guesses.was_wrong("10.0.0.7", "anna")
    assert guesses.wait_s("10.0.0.7") == 0


def test_no_flood_of_addresses_fills_the_memory():
    guesses = Guesses(Clock())
    guesses.most = 50
    for number in range(500):
        guesses.was_wrong(f"10.0.{number // 256}.{number % 256}", "anna")
    assert sum(guesses.wait_s(f"10.0.{n // 256}.{n % 256}") == 0 for n in range(500)) == 500
    assert len(vars(guesses)["_wrong"]) == 50


def test_ones_own_password_is_no_leave_to_guess_that_of_others():
    guesses = Guesses(Clock())
    for _ in range(10):
        for _ in range(4):
            guesses.was_wrong("10.0.0.7", "admin")
        guesses.was_right("10.0.0.7", "ben")
    assert guesses.wait_s("10.0.0.7") == Guesses.longest_s
    for number in range(10 * Guesses.names):
        guesses.was_wrong("10.0.0.8", f"name {number}")
    assert guesses.wait_s("10.0.0.8") == Guesses.longest_s
    assert len(vars(guesses)["_wrong"]["10.0.0.8"][0]) <= Guesses.names + 1


def test_a_customers_addresses_of_ipv6_are_one():
    guesses = Guesses(Clock())
    for number in range(9):
        guesses.was_wrong(f"2001:db8:1:2::{number:x}", "anna")
    assert guesses.wait_s("2001:db8:1:2:ffff::1") > 0
    assert guesses.wait_s("2001:db8:1:3::1") == 0


def test_the_hook_is_whole(tmp_path: Path):
    login = PasswordLogin(PasswordDoor(tmp_path / "people.txt", "s" * 64))
    assert [path for path, _ in login.endpoints] == ["/login", "/logout"]
