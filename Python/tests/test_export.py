"""Exported networks: they agree with PyTorch and with the program."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from swift_pba import models
from swift_pba.export import export, main
from trained import FAMILIES, bundled_test_images, evaluated, measured, require_same, small_run

DESCRIPTION = ("class_names", "mean", "std", "image_size", "model", "dataset", "epoch")
ROUNDING = 1e-4


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def onnx_scores(path: Path, images: torch.Tensor) -> torch.Tensor:
    (scores,) = session(path).run(["scores"], {"images": images.numpy()})
    return torch.from_numpy(scores)


def program_scores(path: Path, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return torch.export.load(path).module()(images)


SCORES = {".onnx": onnx_scores, ".pt2": program_scores}


@pytest.mark.parametrize("suffix", SCORES)
@pytest.mark.parametrize("name", FAMILIES)
def test_an_exported_network_agrees_with_pytorch_and_the_program(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    info = export(small_run(name), path)
    images, labels = bundled_test_images()
    inputs = models.preprocess(images, info)
    scores = SCORES[suffix](path, inputs)
    with torch.no_grad():
        expected = models.load(small_run(name))(inputs)
    assert torch.allclose(scores, expected, rtol=ROUNDING, atol=ROUNDING)
    require_same(evaluated(small_run(name)), measured(scores, labels))
    for count in (1, 3):
        assert torch.allclose(SCORES[suffix](path, inputs[:count]), expected[:count], rtol=ROUNDING, atol=ROUNDING)


def odd_checkpoint(folder: Path, name: str, size: tuple[int, int]) -> Path:
    """A network with random statistics for images whose sides no stride divides."""
    network = models.network(name, 3)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(part.running_mean)
            torch.nn.init.uniform_(part.running_var, 0.5, 2)
    path = folder / "odd.safetensors"
    models.save(network, path, class_names=["ä", "b", 'c"'], mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), image_size=size)
    return path


@pytest.mark.parametrize("suffix", SCORES)
@pytest.mark.parametrize("size", [(27, 30), (9, 14)])
@pytest.mark.parametrize("name", FAMILIES)
def test_sizes_that_no_stride_divides(tmp_path: Path, name: str, size: tuple[int, int], suffix: str) -> None:
    checkpoint, path = odd_checkpoint(tmp_path, name, size), tmp_path / f"model{suffix}"
    export(checkpoint, path)
    images = torch.randn(5, 3, *size)
    with torch.no_grad():
        expected = models.load(checkpoint)(images)
    assert expected.std() > 0.1
    assert torch.allclose(SCORES[suffix](path, images), expected, rtol=ROUNDING, atol=ROUNDING)


def test_an_onnx_file_describes_itself(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    info = export(odd_checkpoint(tmp_path, "wrn_10_1", (9, 14)), path)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    found = session(path)
    assert [(one.name, one.shape, one.type) for one in found.get_inputs()] == [("images", ["batch", 3, 9, 14], "tensor(float)")]
    assert [(one.name, one.shape, one.type) for one in found.get_outputs()] == [("scores", ["batch", 3], "tensor(float)")]
    metadata = {name: json.loads(text) for name, text in found.get_modelmeta().custom_metadata_map.items()}
    assert metadata == {name: _as_json(getattr(info, name)) for name in DESCRIPTION}
    assert metadata["class_names"] == ["ä", "b", 'c"']


def test_an_exported_program_describes_itself(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    info = export(odd_checkpoint(tmp_path, "wrn_10_1", (9, 14)), path)
    extra = dict.fromkeys(DESCRIPTION, "")
    torch.export.load(path, extra_files=extra)
    expected = {name: _as_json(getattr(info, name)) for name in DESCRIPTION}
    assert {name: json.loads(text) for name, text in extra.items()} == expected


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("suffix", SCORES)
@pytest.mark.parametrize("batch", [1, 4])
def test_a_fixed_batch(tmp_path: Path, suffix: str, batch: int) -> None:
    checkpoint, path = odd_checkpoint(tmp_path, "ss_4", (8, 8)), tmp_path / f"model{suffix}"
    export(checkpoint, path, batch=batch)
    images = torch.randn(batch + 1, 3, 8, 8)
    with torch.no_grad():
        expected = models.load(checkpoint)(images[:batch])
    assert torch.allclose(SCORES[suffix](path, images[:batch]), expected, rtol=ROUNDING, atol=ROUNDING)
    with pytest.raises(Exception, match="(?i)invalid dimensions|guard|expected"):
        SCORES[suffix](path, images)


def test_the_version_of_the_operators(tmp_path: Path) -> None:
    checkpoint, path = odd_checkpoint(tmp_path, "pyramid_net_11_5", (8, 8)), tmp_path / "model.onnx"
    images = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        expected = models.load(checkpoint)(images)
    for opset in (18, 21):
        export(checkpoint, path, opset=opset)
        assert {one.domain: one.version for one in onnx.load(path).opset_import}[""] == opset
        assert torch.allclose(onnx_scores(path, images), expected, rtol=ROUNDING, atol=ROUNDING)


def test_what_is_refused_leaves_no_file(tmp_path: Path) -> None:
    checkpoint = odd_checkpoint(tmp_path, "ss_4", (8, 8))
    (tmp_path / "text").write_bytes(b"no checkpoint")
    cases = (
        (checkpoint, "model.pth", {}, r"model.pth: found a name that ends with '.pth', expected .onnx or .pt2"),
        (checkpoint, "model", {}, "expected .onnx or .pt2"),
        (checkpoint, "none/model.onnx", {}, "its folder is not there"),
        (checkpoint, "model.onnx", {"batch": 0}, "batch: found 0"),
        (checkpoint, "model.onnx", {"batch": 1.5}, "batch: found 1.5"),
        (checkpoint, "model.onnx", {"opset": 17}, "opset: found 17, expected a whole number from 18 to"),
        (checkpoint, "model.onnx", {"opset": 999}, "opset: found 999"),
        (checkpoint, "model.pt2", {"opset": 18}, "only ONNX files have one"),
        (tmp_path / "text", "model.onnx", {}, "not a whole safetensors file"),
        (tmp_path, "model.onnx", {}, "no run is there"),
    )
    for place, name, arguments, words in cases:
        with pytest.raises(ValueError, match=words):
            export(place, tmp_path / name, **arguments)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["odd.safetensors", "text"]


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = odd_checkpoint(tmp_path, "ss_4", (8, 8))
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ImportError, match="^ONNX files need onnxscript: pip install onnxscript$"):
        export(checkpoint, tmp_path / "model.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match="^ONNX files need onnx and onnxscript: pip install onnx onnxscript$"):
        export(checkpoint, tmp_path / "model.onnx")
    assert main([str(checkpoint), str(tmp_path / "model.onnx")]) == 1
    assert main([str(checkpoint), str(tmp_path / "model.pt2")]) == 0


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, path = odd_checkpoint(tmp_path, "wrn_10_1", (9, 14)), tmp_path / "model.onnx"
    assert main([str(checkpoint), str(path)]) == 0
    assert capsys.readouterr() == (f"{path}: wrn_10_1, images of 9 × 14, batches of any size, 3 classes\n", "")
    written = path.read_bytes()
    assert main([str(checkpoint), str(path)]) == 1 and path.read_bytes() == written
    assert "is already there and is not written over; name another file, or give --force" in capsys.readouterr().err
    assert main([str(checkpoint), str(path), "--batch", "2", "--opset", "18", "--force"]) == 0
    assert capsys.readouterr().out.endswith("batches of 2, 3 classes\n")
    assert session(path).get_inputs()[0].shape == [2, 3, 9, 14]
    assert main([str(tmp_path / "none"), str(path), "--force"]) == 1
    assert capsys.readouterr().err.startswith("Error: ")
    for wrong in ([], [str(checkpoint)], [str(checkpoint), str(path), "--batch", "x"], [str(checkpoint), str(path), "--more"]):
        with pytest.raises(SystemExit) as end:
            main(wrong)
        assert end.value.code == 64
        assert "Error: " in capsys.readouterr().err


def test_the_scores_do_not_depend_on_the_rest_of_the_batch(tmp_path: Path) -> None:
    checkpoint, path = odd_checkpoint(tmp_path, "wrn_10_1", (8, 8)), tmp_path / "model.onnx"
    export(checkpoint, path)
    images = torch.randn(4, 3, 8, 8)
    alone = torch.cat([onnx_scores(path, image[None]) for image in images])
    assert np.allclose(alone, onnx_scores(path, images), rtol=ROUNDING, atol=ROUNDING)
