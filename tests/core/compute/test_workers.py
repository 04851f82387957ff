import threading
from functools import partial

import pytest
import torch
from spexplain.core.compute.workers import InTurn, Once, Workers


@pytest.mark.parametrize("sharing", [InTurn(), Workers(1), Workers(3)])
def test_results_come_in_the_order_of_the_items(sharing):
    assert list(sharing.map(lambda i: i * i, range(50))) == [i * i for i in range(50)]


@pytest.mark.parametrize("sharing", [InTurn(), Workers(1), Workers(3)])
def test_every_task_is_done_once(sharing):
    done = []
    sharing.run([partial(done.append, i) for i in range(50)])
    assert sorted(done) == list(range(50))


@pytest.mark.parametrize("sharing", [InTurn(), Workers(1)])
def test_tasks_are_begun_in_order_and_none_after_one_that_raises(sharing):
    done = []
    with pytest.raises(ZeroDivisionError):
        sharing.run([partial(done.append, 1), lambda: 1 / 0, partial(done.append, 2)])
    assert done == [1]
    sharing.run([partial(done.append, 3)])
    assert done == [1, 3]


def test_nothing_runs_on_behind_an_error():
    begun, failed, done = threading.Event(), threading.Event(), []

    def slowly():
        begun.set()
        failed.wait(30)
        done.append("slowly")

    def fail():
        begun.wait(30)
        failed.set()
        raise ZeroDivisionError

    with Workers(2) as workers:
        with pytest.raises(ZeroDivisionError):
            workers.run([slowly, fail])
        assert done == ["slowly"]


def test_two_tasks_run_side_by_side():
    meet = threading.Barrier(2)
    with Workers(2) as workers:
        workers.run([partial(meet.wait, 30)] * 2)


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


def test_what_many_ask_for_is_computed_once_and_all_wait_for_it():
    computed = []

    def slowly():
        computed.append(threading.current_thread())
        begun.wait()
        return object()

    begun, once = threading.Event(), Once(slowly)
    with Workers(3) as workers:
        found = workers.map(lambda task: task(), [once] * 3 + [begun.set])
        threading.Timer(0.05, begun.set).start()
        assert len(set(list(found)[:3])) == 1
    assert len(computed) == 1


def test_what_failed_is_tried_again():
    answers = iter([ZeroDivisionError, None])

    def sometimes():
        error = next(answers)
        if error:
            raise error
        return 3

    once = Once(sometimes)
    with pytest.raises(ZeroDivisionError):
        once()
    assert once() == once() == 3


def asked_from_within(workers, ask):
    """What one of the threads gets that asks the others."""
    (found,) = workers.map(lambda _: ask(), [None])
    return found


def test_one_call_is_done_by_a_thread_that_shares_no_product_whoever_asks():
    with Workers(2) as workers:
        where, threads = workers.call(lambda _: (threading.get_ident(), torch.get_num_threads()), 0)
        assert where != threading.get_ident()
        assert threads == 1
        led = asked_from_within(
            workers,
            lambda: (threading.get_ident(), workers.call(lambda _: threading.get_ident(), 0)),
        )
        assert led[0] == led[1]
        with pytest.raises(ZeroDivisionError):
            workers.call(lambda n: 1 / n, 0)
    assert InTurn().call(lambda _: threading.get_ident(), 0) == threading.get_ident()


@pytest.mark.parametrize("threads", [1, 3])
def test_one_of_the_threads_may_lead_the_others(threads):
    done = []
    with Workers(threads) as workers:
        asked_from_within(
            workers, lambda: workers.run([partial(done.append, i) for i in range(50)])
        )
        assert sorted(done) == list(range(50))
        doubled = asked_from_within(workers, lambda: list(workers.map(lambda i: 2 * i, range(9))))
        assert doubled == list(range(0, 18, 2))


def test_who_leads_takes_part():
    meet = threading.Barrier(2)
    with Workers(2) as workers:
        asked_from_within(workers, lambda: workers.run([partial(meet.wait, 30)] * 2))


def test_as_many_leaders_as_threads_wait_for_nobody():
    meet, done = threading.Barrier(2), []

    def lead(leader):
        meet.wait(30)  # both threads lead: none is left to help either
        with pytest.raises(ZeroDivisionError):
            workers.run([partial(done.append, leader), lambda: 1 / 0, partial(done.append, "no")])

    with Workers(2) as workers:
        list(workers.map(lead, "ab"))
        assert sorted(done) == ["a", "b"]
