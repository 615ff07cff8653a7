"""`Augment` as one module among others."""

import pytest
import swift_pba as pba
import torch


def test_a_function_for_all_modules_reaches_it() -> None:
    """`Module.apply`, which has the name of `Augment.apply`, still goes through a network with an `Augment` in it."""
    augment = pba.Augment("rcifar10", epochs=90)
    network = torch.nn.Sequential(augment, torch.nn.ReLU())
    seen: list[torch.nn.Module] = []
    assert network.apply(seen.append) is network
    assert seen == [augment, network[1], network]
    assert augment.apply(seen.append) is augment and seen[-1] is augment


def test_an_image_needs_both_numbers() -> None:
    """A missing epoch or index is named."""
    augment = pba.Augment("rcifar10", epochs=90)
    image = torch.zeros(3, 8, 8, dtype=torch.uint8)
    with pytest.raises(TypeError, match="epoch: found nothing, expected an integer"):
        augment.apply(image, index=3)
    with pytest.raises(TypeError, match="index: found nothing, expected an integer"):
        augment.apply(image, epoch=3)
