import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from spexplain.data.collection.annotations.cluster_names import ClusterNames
from spexplain.data.collection.annotations.tags import Annotations

CENTRES = np.eye(3, 8)


def test_a_name_is_found_again_by_another_reader(tmp_path):
    ClusterNames(tmp_path).give(CENTRES[1], "clipped [O III]")
    assert ClusterNames(tmp_path).of(CENTRES) == ["", "clipped [O III]", ""]


def test_a_name_follows_its_cluster_when_the_numbers_change(tmp_path):
    names = ClusterNames(tmp_path)
    names.give(CENTRES[0], "first")
    names.give(CENTRES[2], "third")
    rng = np.random.default_rng(0)
    rebuilt = np.abs(CENTRES[::-1] + 0.05 * rng.normal(size=CENTRES.shape))
    assert names.of(rebuilt) == ["third", "", "first"]


def test_a_cluster_that_is_gone_leaves_its_name_to_nobody(tmp_path):
    names = ClusterNames(tmp_path)
    names.give(np.eye(1, 8, 7)[0], "gone")
    assert names.of(CENTRES) == ["", "", ""]
    # Nor is it lost: it is there when the cluster is.
    assert names.of(np.eye(1, 8, 7)) == ["gone"]


def test_a_new_name_replaces_the_old_and_an_empty_one_forgets_it(tmp_path):
    names = ClusterNames(tmp_path)
    names.give(CENTRES[0], "before")
    names.give(CENTRES[0], " after ")
    assert names.of(CENTRES) == ["after", "", ""]
    names.give(CENTRES[0], "")
    assert names.of(CENTRES) == ["", "", ""]


def test_one_name_is_one_clusters(tmp_path):
    names = ClusterNames(tmp_path)
    names.give(CENTRES[0], "twice")
    names.give(CENTRES[1], "twice")
    assert names.of(CENTRES) == ["", "twice", ""]
    # Of two that resemble what was named, the one more alike has the name.
    alike = np.array([[0.2, 1.0, 0, 0, 0, 0, 0, 0], [0.0, 1.0, 0, 0, 0, 0, 0, 0]])
    assert names.of(alike) == ["", "twice"]


def test_centres_cut_into_other_segments_have_no_names(tmp_path):
    names = ClusterNames(tmp_path)
    names.give(CENTRES[0], "of eight")
    assert names.of(np.eye(2, 5)) == ["", ""]


def test_names_of_an_earlier_version_are_read_and_kept(tmp_path):
    entry = {"name": "old", "centre": CENTRES[1].tolist()}
    (tmp_path / "cluster_names.json").write_text(json.dumps({"names": [entry]}))
    names = ClusterNames(tmp_path)
    assert names.of(CENTRES) == ["", "old", ""]
    names.give(CENTRES[0], "new")
    assert names.of(CENTRES) == ["new", "old", ""]
    names.give(CENTRES[0], "")
    names.give(CENTRES[1], "")
    assert ClusterNames(tmp_path).of(CENTRES) == ["", "", ""]


def test_a_damaged_file_of_an_earlier_version_is_no_names(tmp_path):
    (tmp_path / "cluster_names.json").write_text("{half a")
    assert ClusterNames(tmp_path).of(CENTRES) == ["", "", ""]


def test_names_given_at_once_are_all_kept(tmp_path):
    many = np.eye(24)

    def give(number):
        ClusterNames(tmp_path).give(many[number], f"n{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(give, range(24)))
    assert ClusterNames(tmp_path).of(many) == [f"n{number}" for number in range(24)]


def test_names_stand_beside_tags_and_neither_takes_the_other(tmp_path):
    Annotations(tmp_path).tag("a", 3)
    ClusterNames(tmp_path).give(CENTRES[0], "first")
    assert Annotations(tmp_path).tags() == {"a": 3}
    assert ClusterNames(tmp_path).of(CENTRES)[0] == "first"


@pytest.mark.parametrize("name", ["x" * 61, "two\nlines"])
def test_names_that_do_not_fit_are_quoted(tmp_path, name):
    with pytest.raises(ValueError, match="60 characters"):
        ClusterNames(tmp_path).give(CENTRES[0], name)
