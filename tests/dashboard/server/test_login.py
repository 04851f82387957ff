"""Guesses cost ever more time, and nobody else's."""

from __future__ import annotations

from pathlib import Path

from spexplain.dashboard.server.doors import PasswordDoor
from spexplain.dashboard.server.login import Guesses, PasswordLogin


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_wrong_passwords_cost_nothing_then_the_wait_doubles():
    clock = Clock()
    guesses = Guesses(clock)
    waits = []
    for _ in range(30):
        guesses.was_wrong("10.0.0.7")
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
        guesses.was_wrong("10.0.0.7")
    assert guesses.wait_s("10.0.0.7") > 0
    guesses.was_right("10.0.0.7")
    assert guesses.wait_s("10.0.0.7") == 0
    for _ in range(9):
        guesses.was_wrong("10.0.0.7")
    clock.now += 2 * Guesses.longest_s
    guesses.was_wrong("10.0.0.7")
    assert guesses.wait_s("10.0.0.7") == 0


def test_no_flood_of_addresses_fills_the_memory():
    guesses = Guesses(Clock())
    guesses.most = 50
    for number in range(500):
        guesses.was_wrong(f"10.0.{number // 256}.{number % 256}")
    assert sum(guesses.wait_s(f"10.0.{n // 256}.{n % 256}") == 0 for n in range(500)) == 500
    assert len(vars(guesses)["_wrong"]) == 50


def test_the_hook_is_whole(tmp_path: Path):
    login = PasswordLogin(PasswordDoor(tmp_path / "people.txt", "s" * 64))
    assert [path for path, _ in login.endpoints] == ["/login", "/logout"]
