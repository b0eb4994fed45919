"""More looks at a picture."""

import torch

from headstart.modality.further_looks import further_looks

PICTURE = torch.arange(256.0).reshape(1, 1, 16, 16)


def test_one_look_has_none_besides() -> None:
    assert list(further_looks(PICTURE, 1)) == []


def test_the_second_is_the_mirror_image() -> None:
    (second,) = further_looks(PICTURE, 2)
    assert torch.equal(second, PICTURE.flip(-1))


def test_further_ones_are_parts_as_large_as_the_picture_each_with_its_mirror_image() -> None:
    looks = [PICTURE, *further_looks(PICTURE, 12)]
    assert len(looks) == 12 and {look.shape for look in looks} == {PICTURE.shape}
    for plain, mirrored in zip(looks[2::2], looks[3::2], strict=True):
        assert torch.allclose(plain.flip(-1), mirrored)
    corners = [look[0, 0, 0, 0].item() for look in looks[4::2]]
    assert corners == [0.0, 2.0, 32.0, 34.0]
    assert len({tuple(look.flatten().tolist()) for look in looks}) == 12
