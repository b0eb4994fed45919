"""What is recorded of a part's output, and what is put in its place."""

import torch

from headstart.backbone.part_output import EXAMPLES, form_of


def test_a_form_is_filled_for_as_many_examples_as_there_are() -> None:
    form = form_of((torch.zeros(2, 4, 3), torch.ones(2, 5, dtype=torch.bool), "word"))
    numbers, mask, word = form.filled(torch.zeros(7, 1), [torch.ones(7, 4, 3)])
    assert (numbers.shape, mask.shape, word) == ((7, 4, 3), (7, 5), "word")
    assert numbers.all() and mask.all()
    assert not form.filled(torch.zeros(7, 1))[0].any()


def test_only_numbers_of_each_example_cross_a_cut() -> None:
    """Masks, words, vectors and tables of another length are the same for all examples."""
    alike = (torch.ones(EXAMPLES, 5, dtype=torch.bool), "word", torch.ones(EXAMPLES))
    output = (torch.zeros(EXAMPLES, 4, 3), torch.ones(EXAMPLES + 1, 5), *alike)
    assert form_of(output).crossing() == [torch.Size([4, 3])]
