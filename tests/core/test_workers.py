import threading

import pytest
import torch
from spexplain.core.workers import InTurn, Workers


@pytest.mark.parametrize("sharing", [InTurn(), Workers(1), Workers(3)])
def test_results_come_in_the_order_of_the_items(sharing):
    assert list(sharing.map(lambda i: i * i, range(50))) == [i * i for i in range(50)]


def test_each_worker_computes_alone_and_other_threads_keep_their_own_count():
    def count_in_new_thread():
        found = []
        thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        return found[0]

    usual = count_in_new_thread()
    with Workers(2) as workers:
        counts = list(workers.map(lambda _: torch.get_num_threads(), range(8)))
        assert set(counts) == {1}
        assert count_in_new_thread() == usual


def test_only_a_few_items_are_taken_ahead():
    taken = []

    def items():
        for i in range(1000):
            taken.append(i)
            yield i

    with Workers(2) as workers:
        results = workers.map(lambda i: i, items())
        assert next(results) == 0
        assert len(taken) < 10
        results.close()


def test_the_first_error_reaches_the_caller():
    with Workers(2) as workers, pytest.raises(ZeroDivisionError):
        list(workers.map(lambda i: 1 / (3 - i), range(10)))


def test_no_threads_are_refused():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        Workers(0)
