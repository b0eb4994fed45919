from headstart.data import cluster_names, count_once
from headstart.data.clusters import clusters


def test_sets_that_share_a_row_are_one_through_others_too() -> None:
    assert clusters([[9, 8], [1, 2], [3, 4], [2, 3], [8, 9]]) == [(1, 2, 3, 4), (8, 9)]
    assert clusters([[7], []]) == [] == clusters([])


def test_groups_that_near_duplicates_join_are_one() -> None:
    names = cluster_names([0, 1, 2, 3], ["a", "b", "", "a"], [[1, 3]])
    assert names == ("#0", "#0", "#2", "#0")


def test_where_each_row_stands_alone_there_are_no_names() -> None:
    assert cluster_names([0, 1], ["a", "b"], []) == () == cluster_names([0, 1], (), [[0, 5]])


def test_near_duplicates_count_once_where_more_than_one_is_asked_for() -> None:
    assert count_once([1, 2, 3], [[1, 2, 3]]) == 1
    assert count_once([1, 2, 3], [[1, 9], [8, 9]]) == 3
