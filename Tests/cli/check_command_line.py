#!/usr/bin/env python3
"""Gives the real program wrong requests and looks at what a user would see.

    check_command_line.py --pba PATH

Wrong usage must end with code 64, what is wrong with files with code 1, and either with one line that begins with
`Error:` and says what was found and what to do, and with nothing left behind. Needs only Python's standard library.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from case_runner import parser_for, require, run_all

SEARCH = "search --dataset bundled --run new".split()
TRAIN = "train --dataset bundled --run new".split()
COMPARE = "compare --dataset bundled --run new".split()
REPRODUCE = "reproduce table_1_cifar10 wrn_28_10".split()
PREVIEW = "preview -o new.png".split()
# A comparison of seconds.
SMALL = """--dataset noise:8x8x3 --train-size 48 --validation-size 0 --model wrn_10_1 --epochs 2 --batch-size 16
  --cutout 2 --device cpu""".split()

# Options of files, folders and names, which no empty text stands for.
EMPTY_VALUES = [
    *((TRAIN, option) for option in "--from --config --data-dir --policy --class-weights --dataset --model --device".split()),
    (["train"], "--run"), (COMPARE, "--policies"), (COMPARE, "--csv"), (["report", "new"], "-o"), (["report", "new"], "--output"),
    (["evaluate", "--dataset", "bundled"], "--checkpoint"), (["schedule", "export", "rcifar10"], "-o"),
    ("schedule import new".split(), "--name"), ("data fetch cifar10".split(), "--mirror"), (["doctor"], "--data-dir"),
    (["preview", "--policy", "rcifar10"], "--output"), (PREVIEW, "--images"),
]

# (arguments, exit code, what the message must contain)
CASES = [
    ("search --dataset bundled", 64, ["--run"]),
    ("search --run new", 64, ["no dataset is named", "bundled"]),
    ("search --dataset cifar-10 --run new", 64, ["did you mean cifar10?"]),
    ([*SEARCH, "--run="], 64, ["--run"]),
    ([*SEARCH, "--population", "0"], 64, ["--population: found 0", "1 to"]),
    ([*SEARCH, "--population", "-1"], 64, ["population: found -1"]),
    ([*SEARCH, "--population", "many"], 64, ["many", "--population"]),
    ([*SEARCH, "--interval", "0"], 64, ["--interval: found 0"]),
    ([*SEARCH, "--quantile", "0.7"], 64, ["quantile: found 0.7", "0 to 0.5"]),
    ([*SEARCH, "--concurrency", "0"], 64, ["concurrency: found 0"]),
    ([*SEARCH, "--concurrency", "all"], 64, ["all", "--concurrency"]),
    ([*SEARCH, "--burn-in", "-1"], 64, ["--burn-in: found -1", "below the 200"]),
    ([*SEARCH, "--burn-in", "30", "--epochs", "30"], 64, ["--burn-in: found 30", "below the 30"]),
    ([*SEARCH, "--asynchronous", "--quantile", "0.7"], 64, ["quantile: found 0.7"]),
    ([*SEARCH, "--asynchronous", "--resume"], 1, ["new: no run is there"]),
    ([*SEARCH, "--device", "cuda:98,cuda:99"], 64, ["cuda:98 is not usable"]),
    ([*SEARCH, "--device", "cuda:0,"], 64, ["--device: found 'cuda:0,'", "cuda:0,cuda:1"]),
    ([*SEARCH, "--device", "cuda:0,cuda:0"], 64, ["device: found 'cuda:0,cuda:0'", "different"]),
    ([*SEARCH, "--device", "cpu,cuda:0"], 64, ["device: found 'cpu,cuda:0'", "CUDA"]),
    ([*SEARCH, "--config", "burnin.yml"], 64, ["burnin.yml", "did you mean 'burnIn'?"]),
    ([*SEARCH, "--config", "concurrency.yml"], 64, ["concurrency.yml: concurrency: found 'most'"]),
    ([*TRAIN, "--device", "cuda:0,cuda:1"], 64, ["device: found 'cuda:0,cuda:1'"]),
    ([*SEARCH, "--model", "wrn_41_2"], 64, ["wrn_41_2"]),
    ([*SEARCH, "--model", "resnet"], 64, ["resnet", "wrn_D_K"]),
    ([*SEARCH, "--device", "tpu"], 64, ["device: found 'tpu'", "cpu"]),
    ([*SEARCH, "--device", "cuda:99"], 64, ["cuda:99"]),
    ([*SEARCH, "--precision", "fp8"], 64, ["precision: found 'fp8'", "bf16"]),
    ([*SEARCH, "--batch-size", "5000"], 64, ["a batch takes 5000 images"]),
    ([*SEARCH, "--train-size", "9999"], 64, ["9999"]),
    ([*SEARCH, "--validation-size", "0"], 64, ["--validation-size: found 0"]),
    ([*SEARCH, "--batch-size", "0"], 64, ["--batch-size: found 0"]),
    ([*SEARCH, "--config", "zero.yml"], 64, ["zero.yml: batchSize: found 0"]),
    ([*SEARCH, "--config", "zero.yml", "--batch-size", "-1"], 64, ["--batch-size: found -1"]),
    ([*TRAIN, "--crop-padding", "-1"], 64, ["--crop-padding: found -1", "0 (off)"]),
    ([*SEARCH, "--config", "nan.yml"], 64, ["nan.yml: learningRate: found nan"]),
    ([*SEARCH, "--config", "octal.yml"], 64, ["octal.yml: epochs: found '010'", "decimal"]),
    ([*SEARCH, "--config", "quoted.yml"], 64, ["quoted.yml: epochs: found '010'"]),
    ([*SEARCH, "--config", "grouped.yml"], 64, ["grouped.yml: trainSize: found '1_000'"]),
    ([*SEARCH, "--config", "hexadecimal.yml"], 64, ["hexadecimal.yml: seed: found '0x10'"]),
    ([*SEARCH, "--config", "minutes.yml"], 64, ["minutes.yml: epochs: found '1:30'"]),
    ([*SEARCH, "--config", "zeros.yml"], 64, ["zeros.yml: learningRate: found '00.1'"]),
    ([*SEARCH, "--config", "empty.yml"], 64, ["empty.yml: epochs: found nothing", "leave the line out"]),
    ([*SEARCH, "--config", "null.yml"], 64, ["null.yml: model: found nothing"]),
    ([*SEARCH, "--config", "yes.yml"], 64, ["yes.yml: flip: found 'yes'", "true or false"]),
    ([*SEARCH, "--config", "twice.yml"], 64, ["twice.yml", "epochs"]),
    ([*SEARCH, "--config", "deep.yml"], 64, ["deep.yml: not YAML: line 1, column ", "nesting"]),
    ([*SEARCH, "--config", "both.yml"], 64, ["both.yml: batchSize: found two lines"]),
    ([*SEARCH, "--config", "none.yml"], 1, ["none.yml", "No such file"]),
    ([*SEARCH, "--config", "typo.yml"], 64, ["unknown setting 'popluation'", "did you mean 'population'?"]),
    ("report nowhere", 1, ["nowhere: no run is there"]),
    ("report", 64, ["<run>"]),
    ([*SEARCH, "--resume"], 1, ["new: no run is there"]),
    ([*SEARCH, "--ship-data"], 64, ["--ship-data: found it without --ray"]),
    ([*SEARCH, "--ray", "auto", "--dry-run"], 64, ["--ray: found together with --dry-run"]),
    ([*SEARCH, "--ray", "auto", "--cpus-per-trial", "1e-19"], 64, ["--cpus-per-trial: found 1e-19", "at least 0.001"]),
    ([*SEARCH, "--ray", "auto", "--gpus-per-trial", "1e-19"], 64, ["--gpus-per-trial: found 1e-19", "at least 0.001"]),
    ([*SEARCH, "--ray", "auto", "--gpus-per-trial=-1"], 64, ["--gpus-per-trial: found -1"]),
    ("search --dataset bundled --run other-files", 1, ["other-files", "holds other files"]),
    ("search --dataset bundled --run device", 1, ["Error: device: the folder holds other files"]),
    ([*TRAIN, "--class-weights", "seed"], 1, ["Error: seed: found 'keep me'"]),
    ([*SEARCH, "--config", "weights.yml"], 64, ["weights.yml: classWeights: found '1:30'"]),
    ([*SEARCH, "--config", "words.yml"], 64, ["words.yml: classWeights: found '010'"]),
    ([*SEARCH, "--config", "classes.yml"], 64, ["classes.yml: classWeights: found '0x10'"]),
    ([*TRAIN, "--threads", "0"], 64, ["--threads: found 0"]),
    ([*TRAIN, "--epochs", "-3"], 64, ["--epochs: found -3"]),
    ([*TRAIN, "--learning-rate", "nan"], 64, ["--learning-rate: found nan"]),
    ([*TRAIN, "--weight-decay", "1e300"], 64, ["--weight-decay: found 1e+300"]),
    ([*TRAIN, "--policy", "autoaugmen"], 64, ["autoaugmen", "did you mean"]),
    ([*TRAIN, "--policy", "none.json"], 1, ["none.json", "no such file"]),
    ([*TRAIN, "--policy", "broken.json"], 1, ["broken.json"]),
    ([*TRAIN, "--dry-run", "--resume"], 64, ["--dry-run", "--resume"]),
    ([*TRAIN, "--dry-run", "--batch-size", "5000"], 64, ["a batch takes 5000 images"]),
    ([*TRAIN, "--dry-run", "--policy", "none.json"], 1, ["none.json", "no such file"]),
    ("compare --dataset bundled", 64, ["--run"]),
    (COMPARE, 64, ["--policies: found an empty list", "two or more"]),
    ([*COMPARE, "--policies", "rsvhn"], 64, ["--policies: found rsvhn alone", "two or more"]),
    ([*COMPARE, "--policies", "none,rsvhn,none"], 64, ["none twice"]),
    ([*COMPARE, "--policies", "none,,rsvhn"], 64, ['--policies: found ""']),
    ([*COMPARE, "--policies", "none,autoaugmen"], 64, ["autoaugmen", "did you mean"]),
    ([*COMPARE, "--policies", "none,rcifar10@shufled"], 64, ["shufled", "did you mean shuffled?"]),
    ([*COMPARE, "--policies", "none@last,rcifar10"], 64, ['--policies: found last for "none"', "a schedule to reorder"]),
    ([*COMPARE, "--policies", "none,none.json"], 1, ["none.json", "no such file"]),
    ([*COMPARE, "--policies", "none,broken.json@last"], 1, ["broken.json"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--seeds", "0"], 64, ["--seeds: found 0"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--seeds", "-2"], 64, ["seeds: found -2"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--seeds", "few"], 64, ["few", "--seeds"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--seed", str(2**64 - 1)], 64, ["--seed: found 18446744073709551615"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--concurrency", "0"], 64, ["concurrency: found 0"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--batch-size", "5000"], 64, ["a batch takes 5000 images"]),
    ([*COMPARE, "--policies", "none,rsvhn", "--csv", "broken.json"], 1, ["broken.json is already there"]),
    ([*COMPARE, "--config", "list.yml"], 64, ["list.yml: policies", "found 'none'"]),
    ([*COMPARE, "--resume"], 1, ["new: no run is there"]),
    ("compare --dataset bundled --policies none,rsvhn --run other-files", 1, ["holds other files"]),
    ("reproduce", 64, ["found no table", "reproduce --list"]),
    ("reproduce table_1_cifar10", 64, ["found no model", "`./pba reproduce table_1_cifar10 wrn_28_10`", "reproduce --list"]),
    ("reproduce table_1_cifar wrn_28_10", 64, ["table_1_cifar'", "did you mean `./pba reproduce table_1_cifar10 wrn_28_10`?"]),
    (
        "reproduce table_1_cifar10 wrn_28_1",
        64,
        ["wrn_28_1'", "did you mean `./pba reproduce table_1_cifar10 wrn_28_10`?", "pyramid_net"],
    ),
    ("reproduce search rsvhm", 64, ["rsvhm", "did you mean `./pba reproduce search rsvhn`?"]),
    ("reproduce table_4_svhn rsvhn_ss_96 --data-dir other-files", 1, ["the dataset svhn was found"]),
    ("reproduce table_4_rsvhn svhn_wrn_28_10 --data-dir other-files", 1, ["the dataset svhn-full was found"]),
    ("reproduce rsvhn_ss_96 --data-dir other-files", 1, ["the dataset svhn was found"]),
    ("reproduce table_4_svhn rsvhn_ss_9", 64, ["`./pba reproduce table_4_rsvhn ss_96`"]),
    ("reproduce rcifar10", 64, ["`./pba reproduce search rcifar10`"]),
    ("reproduce ../search rsvhn", 64, ["../search"]),
    ([*REPRODUCE, "--data-dir", "other-files"], 1, ["cifar10", "found in none of"]),
    ([*REPRODUCE, "--data-dir", "other-files", "--dry-run"], 1, ["cifar10", "found in none of"]),
    ([*REPRODUCE, "--population", "4"], 64, ["--population: found 4", "a training has no population"]),
    ("reproduce search rsvhn --policy none", 64, ["--policy: found", "a search learns its policies"]),
    ([*REPRODUCE, "--policy", "rcifar"], 64, ["rcifar", "did you mean"]),
    ([*REPRODUCE, "--resume"], 1, ["runs/table_1_cifar10/wrn_28_10: no run is there"]),
    ([*REPRODUCE, "--epochs", "0"], 64, ["epochs: found 0"]),
    (
        "evaluate --dataset bundled --checkpoint other.safetensors",
        1,
        ["other.safetensors was trained on the classes class 0", "T-shirt"],
    ),
    (
        "evaluate --dataset noise:8x8x3 --train-size 48 --validation-size 0 --split validation --checkpoint other.safetensors",
        1,
        ["found no validation images", "--split"],
    ),
    ("evaluate --dataset noise:8x8x3 --checkpoint other.safetensors --threads 0", 64, ["--threads: found 0"]),
    ("evaluate --dataset bundled --checkpoint none.safetensors", 1, ["none.safetensors", "No such file"]),
    ("evaluate --dataset bundled --checkpoint empty", 1, ["empty"]),
    ("evaluate --dataset bundled --checkpoint broken.json", 1, ["broken.json"]),
    ("schedule show rcifar100", 64, ["rcifar100", "rcifar10"]),
    ("schedule show none.json", 1, ["none.json"]),
    ("schedule show empty.json", 1, ["empty.json"]),
    ("schedule stretch rcifar10 --epochs 0", 64, ["--epochs: found 0"]),
    ("schedule stretch rcifar10 --epochs -5", 64, ["--epochs: found -5"]),
    ("schedule import other-files --epochs 0", 64, ["--epochs: found 0"]),
    ("data fetch cifar10 --retries -1", 64, ["--retries: found -1"]),
    ("schedule export rcifar10 -o broken.json", 1, ["broken.json is already there"]),
    ("schedule export rcifar10 --format xml", 64, ["xml", "csv"]),
    ("schedule export rcifar10 --epoch 3", 64, ["--epoch: found --format json", "albumentations"]),
    ("schedule export rcifar10 --format albumentations --epoch 0", 64, ["--epoch: found 0"]),
    ("schedule export rcifar10 --format albumentations --epoch 201", 64, ["--epoch: found 201", "1 to 200"]),
    ("schedule export rcifar10 --format albumentations", 64, ["--output: found nothing", "a new folder"]),
    ("schedule export rcifar10 --format albumentations -o other-files", 1, ["other-files is already there"]),
    ("schedule export rcifar10 --format albumentations -o nowhere/new", 1, ["its folder nowhere is not there"]),
    ("schedule export rcifar10 --format torchvision -o broken.json", 1, ["broken.json is already there"]),
    ("predict --checkpoint none.safetensors image.png", 1, ["none.safetensors", "No such file"]),
    ("predict image.png", 64, ["--checkpoint"]),
    ("predict --checkpoint other.safetensors image.png --top 99", 64, ["--top: found 99"]),
    ("apply Rotat image.png out.png --magnitude 3", 64, ["Rotat", "Rotate"]),
    ("apply Rotate none.png out.png --magnitude 3", 1, ["none.png", "No such file"]),
    ("apply Rotate image.png out.png --magnitude 3", 1, ["image.png"]),
    ("apply Rotate image.png out.png --magnitude -1", 64, ["--magnitude: found -1"]),
    ("apply Rotate image.png out.npy --magnitude 3", 64, ["same kind"]),
    ("apply Cutout image.png out.png --magnitude 3 --center 1", 64, ["--center"]),
    *(
        (f"apply Cutout image.png out.png --magnitude 3 --center={x},{y}", 64, ["--center"])
        for x, y in [(-(2**63), 0), (0, -(2**63)), (2**63 - 1, 1), (-(2**63) - 1, 1)]
    ),
    ("apply Invert image.png out.png --parameter 1", 64, ["Invert has none", "leave the option out"]),
    ("apply Rotate image.png out.png --magnitude 3 --key 5", 64, ["--key: Rotate has no random numbers"]),
    ("apply GaussianNoise image.png out.png --magnitude 3 --key -5", 64, ["--key"]),
    ("apply JPEGCompression image.png out.png --parameter 0", 64, ["--parameter: found 0.0", "1.0 to 100.0 (quality)"]),
    ("apply Invert image.png out.png --negative", 64, ["Invert has no direction"]),
    ("apply Rotate image.png out.png", 64, ["--magnitude or --parameter"]),
    ("preview --policy rcifar10 image.png", 64, ["--output"]),
    ("preview --policy rcifar10 image.png -o grid.jpg", 64, [".svg or .png"]),
    ("preview --policy rcifar10 -o broken.json", 64, [".svg or .png"]),
    ("preview --policy rcifar10 -o image.png", 1, ["image.png is already there"]),
    ([*PREVIEW, "--policy", "rcifar10", "--theme", "auto"], 64, ["--theme: found auto", "light or dark"]),
    ([*PREVIEW, "--policy", "rcifar10", "--scale", "0"], 64, ["--scale: found 0"]),
    ([*PREVIEW, "image.png"], 64, ["no policy is named", "--operations"]),
    ([*PREVIEW, "--policy", "rcifar"], 64, ['--policy: found "rcifar"', "did you mean rcifar10?"]),
    ([*PREVIEW, "--policy", "none.json"], 1, ["none.json", "no such file"]),
    ([*PREVIEW, "--policy", "rcifar10", "--draws", "0"], 64, ["--draws: found 0"]),
    ([*PREVIEW, "--policy", "rcifar10", "--epoch", "0"], 64, ["--epoch: found 0", "1 to 200"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epoch", "161"], 64, ["--epoch: found 161", "1 to 160"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epochs", "1,-3"], 64, ["--epochs: found -3", "1 to 160"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epochs", "1,161"], 64, ["--epochs: found 161", "1 to 160"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epochs", "1,,2"], 64, ["--epochs: found '1,,2'", "spread"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epochs", "7,7"], 64, ["--epochs: found '7,7'", "each once"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epochs", ",".join(map(str, range(1, 22)))], 64, ["at most 20"]),
    ([*PREVIEW, "--policy", "autoaugment", "--epochs", "spread"], 64, ["autoaugment", "expected a schedule"]),
    ([*PREVIEW, "--policy", "none", "--epoch", "1"], 64, ["--epoch: found none", "expected a schedule"]),
    ([*PREVIEW, "--policy", "rsvhn", "--epoch", "1", "--epochs", "2"], 64, ["--epoch and --epochs"]),
    ([*PREVIEW, "--operations", "--policy", "rsvhn"], 64, ["--operations: found --policy"]),
    ([*PREVIEW, "--operations", "--json"], 64, ["--operations: found --json"]),
    ([*PREVIEW, "--operations", "a.png", "b.png"], 64, ["--operations: found 2 images"]),
    ([*PREVIEW, "--operations", "none.png"], 1, ["none.png", "No such file"]),
    ([*PREVIEW, "--policy", "rcifar10", "none.png"], 1, ["none.png", "No such file"]),
    ([*PREVIEW, "--policy", "rcifar10", "image.png"], 1, ["image.png", "PNG"]),
    ([*PREVIEW, "--policy", "rcifar10", "empty"], 1, ["empty: found an empty file", "JPEG"]),
    ([*PREVIEW, "--policy", "rcifar10", "typo.yml"], 1, ["typo.yml: found bytes that are no image", "JPEG"]),
    ([*PREVIEW, "--policy", "rcifar10", "other-files"], 1, ["other-files", "found a folder"]),
    ([*PREVIEW, "--policy", "rcifar10", "--images", "other-files"], 1, ["other-files is already there"]),
    ("data stats cifar", 64, ["cifar10"]),
    ("data stats other-files", 64, ["did you mean folder:other-files?"]),
    ("data stats ./nowhere", 64, ["did you mean folder:./nowhere?"]),
    ("train --dataset other-files --run new", 64, ["did you mean folder:other-files?"]),
    ("data verify cifar10 --data-dir other-files", 1, ["cifar10", "found in none of"]),
    ("policy show autoaugment --dataset svnh", 64, ["did you mean svhn?"]),
    ("policy show rcifar10@lst", 64, ['the order "lst" in "rcifar10@lst"', "did you mean last?"]),
    ("policy show none@last", 64, ['policy: found last for "none"', "expected a schedule to reorder"]),
    ([*PREVIEW, "--policy", "rcifar10@lst"], 64, ["--policy: found the order", "did you mean last?"]),
    ([*PREVIEW, "--policy", "none@last"], 64, ['--policy: found last for "none"', "expected a schedule to reorder"]),
    ("quickstart --run other-files", 64, ["other-files: found", "expected a new folder"]),
    ("serach", 64, ["serach", "did you mean `pba search`?"]),
    ("help nosuch", 64, ["no command of `pba help` is called 'nosuch'", "there are quickstart, search"]),
    ("help trian", 64, ["did you mean `pba help train`?"]),
    ("help schedule shwo", 64, ["did you mean `pba help schedule show`?"]),
    ("help train bundled", 64, ["did you mean `pba help train`?"]),
    ("schedule nosuch", 64, ["no command of `pba schedule` is called 'nosuch'", "there are show, plot"]),
    ("schedule expotr rcifar10", 64, ["did you mean `pba schedule export`?"]),
    ("schedule help", 64, ["did you mean `pba help schedule`?"]),
    *(([*command, option, ""], 64, [f"{option}: found an empty text"]) for command, option in EMPTY_VALUES),
    *(([*command, f"{option}="], 64, [f"{option}: found an empty text"]) for command, option in EMPTY_VALUES if option != "-o"),
    *(
        ([*command.split(), ""], 64, ["found an empty text after", "variable of the shell"])
        for command in (
            "report",
            "schedule show",
            "schedule import",
            "schedule validate",
            "data fetch",
            "reproduce",
            "apply Invert",
        )
    ),
    ([*SEARCH, "--config", "empty-path.yml"], 64, ["empty-path.yml: dataDirectory: found an empty text"]),
    *(
        (
            [*TRAIN, "--class-weights", text],
            64,
            [f"--class-weights: found '{found}'", "expected balanced, decimal numbers", "a YAML or JSON file"],
        )
        for text, found in [("Balanced", "Balanced"), ("010,1", "010"), ("1,,2", ""), ("0x1,2", "0x1"), ("half", "half")]
    ),
    ([*TRAIN, "--class-weights", "Balanced"], 64, ["did you mean balanced?"]),
    *(
        ([*TRAIN, "--class-weights", text], 64, ["--class-weights: found " + found])
        for text, found in [
            ("1e-46,1", "1e-46, which is 0 in fp32"),
            ("inf,1", "an infinite number"),
            ("1e999,1", "an infinite number"),
            ("nan,1", "nan"),
            ("-1,1", "-1"),
            ("0,1", "0"),
            ("1, 2, 3", "3 numbers, expected 10"),
            ("1", "1 number, expected 10"),
        ]
    ),
    ([*TRAIN, "--class-weights", "none.yaml"], 1, ["none.yaml: cannot open: No such file"]),
    *(
        ([*TRAIN, "--class-weights", f"weights-{name}.yaml"], 1, [f"weights-{name}.yaml: ", found])
        for name, found in [
            ("deep", "nesting is too deep"),
            ("small", "found 1e-46, which is 0 in fp32"),
            ("infinite", "found 'inf'"),
            ("large", "an infinite number"),
            ("zeros", "found '010'"),
            ("long", "found 'aaa"),
            ("names", "found 'aaa"),
        ]
    ),
    ([*TRAIN, "--patience", "3"], 64, ["--patience: found 3, but nothing is validated", "--validate-every N"]),
    ([*SEARCH, "--config", "long.yml"], 64, ["long.yml: unknown setting 'aaa"]),
    ([*SEARCH, "--config", "long-value.yml"], 64, ["long-value.yml: epochs: found 'aaa"]),
    (["train", "--dataset", "a" * 100_000, "--run", "new"], 64, ["no dataset is called"]),
    (["a" * 100_000], 64, ["no command is called 'aaa"]),
    ("reproduce table_5 x", 64, ["no table is called 'table_5'; there are search", "reproduce --list"]),
    (
        "reproduce table_1_cifar10 rsvhn_ss_96",
        64,
        ["did you mean `./pba reproduce table_4_rsvhn ss_96`, or `./pba reproduce table_1_cifar10 ss_96`?"],
    ),
    ("reproduce search", 64, ["`./pba reproduce search rcifar10`", "`./pba reproduce search rsvhn`"]),
]


def prepare(folder: Path) -> None:
    (folder / "other-files").mkdir()
    (folder / "other-files" / "letter.txt").write_text("keep me")
    (folder / "device").mkdir()
    (folder / "device" / "letter.txt").write_text("keep me")
    (folder / "seed").write_text("keep me")
    (folder / "typo.yml").write_text("popluation: 4\n")
    (folder / "list.yml").write_text("policies: none\n")
    (folder / "burnin.yml").write_text("burnin: 4\n")
    (folder / "concurrency.yml").write_text("concurrency: most\n")
    for name, text in {
        "zero": "batchSize: 0",
        "octal": "epochs: 010",
        "quoted": 'epochs: "010"',
        "grouped": "trainSize: 1_000",
        "hexadecimal": "seed: 0x10",
        "minutes": "epochs: 1:30",
        "zeros": "learningRate: 00.1",
        "nan": "learningRate: .nan",
        "empty": "epochs:",
        "null": "model: ~",
        "yes": "flip: yes",
        "twice": "epochs: 3\nepochs: 4",
        "deep": "epochs: " + "[" * 5000,
        "both": "batchSize: 3\nbatch-size: 4",
        "empty-path": 'dataDirectory: ""',
        "long": "? " + "a" * 100_000 + "\n: 1",
        "long-value": "epochs: " + "a" * 100_000,
        "weights": "classWeights:\n- 1\n- 1:30",
        "words": "classWeights: 1,010",
        "classes": "classWeights:\n  cat: 1\n  dog: 0x10",
    }.items():
        (folder / f"{name}.yml").write_text(text + "\n")
    for name, text in {
        "deep": "[" * 50_000 + "]" * 50_000, "small": "- 1e-46\n- 1", "infinite": "- inf\n- 1", "large": "- 1e999\n- 1",
        "zeros": "- 010\n- 1", "long": "- " + "a" * 100_000, "names": "? " + "a" * 100_000 + "\n: 1",
    }.items():
        (folder / f"weights-{name}.yaml").write_text(text + "\n")
    (folder / "broken.json").write_text('{"format": "pba-schedule", "version": 1, "segments": [')
    (folder / "empty.json").write_bytes(b"")
    (folder / "empty").write_bytes(b"")
    (folder / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check(pba: str, arguments: list[str], code: int, expected: list[str], folder: Path) -> None:
    """Fails unless the program refuses with a code and one line that has the expected words, and leaves nothing behind."""
    before = contents(folder)
    done = subprocess.run([pba, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    require(done.returncode == code, f"exit code {done.returncode}, expected {code}: {done.stderr.strip()}")
    lines = done.stderr.splitlines()
    require(lines, "nothing on standard error")
    errors = [line for line in lines if line.startswith("Error:")]
    require(max(map(len, lines)) <= 4000, f"a line of {max(map(len, lines))} characters: {lines[0][:200]}")
    # The parser adds lines on usage; what the program itself says is one line.
    require(
        len(errors) == 1 and (lines[0] == errors[0] or code == 64),
        f"expected one line 'Error: ...', found: {done.stderr.strip()}",
    )
    missing = [text for text in expected if text.lower() not in errors[0].lower()]
    require(not missing, f"no word of {', '.join(missing)} in: {errors[0]}")
    require(not done.stdout, f"wrote to standard output: {done.stdout[:200]}")
    require(contents(folder) == before, f"left behind or changed files: {sorted(set(contents(folder)) ^ set(before))}")


def check_help(pba: str) -> str:
    """Every command explains itself."""
    commands = json.loads(subprocess.run([pba, "--experimental-dump-help"], capture_output=True, check=True).stdout)
    pending, wrong, count = [commands["command"]], [], 0
    while pending:
        command = pending.pop()
        path = [*command.get("superCommands", [])[1:], command["commandName"]] if command.get("superCommands") else []
        if command["commandName"] == "help":
            continue
        pending += command.get("subcommands", [])
        done = subprocess.run([pba, *path, "--help"], capture_output=True, text=True)
        count += 1
        if done.returncode != 0 or "USAGE" not in done.stdout:
            wrong.append(" ".join(path))
        for argument in command.get("arguments", []):
            if not argument.get("abstract"):
                wrong.append(f"{' '.join(path)}: {argument.get('valueName')} is not explained")
    require(not wrong, "; ".join(wrong))
    return f"{count} commands"


def answer(pba: str, *arguments: str | Path, folder: Path | None = None) -> str:
    """What the program prints on success."""
    done = subprocess.run([pba, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def check_experiments(pba: str) -> None:
    """The published experiments are listed as they were, and every one of them is understood."""
    snapshot = Path(__file__).with_name("published_experiments.txt").read_text()
    listed = answer(pba, "reproduce", "--list")
    assert listed == snapshot, f"the list has changed:\n{listed}"
    recipes = json.loads(answer(pba, "reproduce", "--list", "--json"))
    assert len(recipes) == len(snapshot.splitlines()) - 1
    for recipe in recipes:
        settings = recipe["settings"]
        unknown = {"dataset", "model", "epochs", "learningRate", "weightDecay"} - set(settings)
        assert not unknown, f"{recipe['table']} {recipe['model']} does not set {unknown}"


def check_changed_experiment(pba: str, folder: Path) -> None:
    """What differs from a published experiment is said, and its published error is not held against other settings."""
    command = [pba, "reproduce", "table_1_cifar10", "wrn_28_10", *SMALL]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-300:]
    for words in ("this differs from the published", 'model: "wrn_10_1" instead of "wrn_28_10"', "epochs: 2 instead of 200"):
        assert words in done.stderr, f"no word of {words} in: {done.stderr}"
    assert "97.42 % (error 2.58 %), with other settings than these" in done.stdout, done.stdout
    checkpoint = "runs/table_1_cifar10/wrn_28_10/checkpoints/epoch-00002.safetensors"
    assert (folder / checkpoint).exists() and checkpoint in done.stdout, done.stdout
    again = json.loads(answer(pba, "reproduce", "table_1_cifar10", "wrn_28_10", "--resume", "--json", folder=folder))
    assert again["epochs"] == 2 and again["checkpoint"] == checkpoint, again


def check_dry_runs(pba: str, folder: Path) -> None:
    """A dry run tells what a run costs and leaves nothing behind."""
    before = contents(folder)
    noise = ["--dataset", "noise:8x8x3", "--train-size", "48", "--validation-size", "20", "--epochs", "4"]
    model = ["--model", "wrn_10_1", "--batch-size", "16", "--cutout", "2", "--device", "cpu", "--dry-run"]
    commands = [
        (["train", "--policy", "rcifar10"], 12, 220),
        (["search", "--population", "3", "--interval", "2"], 36, 120),
        (["compare", "--policies", "none,rsvhn", "--seeds", "2"], 48, 880),
        (["reproduce", "table_1_cifar10", "wrn_28_10"], 12, 220),
        (["reproduce", "search", "rcifar10", "--population", "2"], 24, 80),
    ]
    for command, steps, evaluated in commands:
        report = json.loads(answer(pba, *command, *noise, *model, "--json", folder=folder))
        cost, name = report["cost"], " ".join(command)
        assert report["settings"]["model"] == "wrn_10_1", f"{name}: {report['settings']}"
        found = (cost["steps"], cost["trainedImages"], cost["evaluatedImages"])
        assert found == (steps, 16 * steps, evaluated), f"{name}: {found}"
        # Of 48 + 20 images of 8 × 8 × 3 bytes and their labels, with a header before them.
        shipped, content = report.get("shippedBytes"), 68 * (8 * 8 * 3 + 4)
        assert content < shipped < content + 2000 if command[0] == "search" else shipped is None, f"{name}: {shipped} bytes"
        assert 0 < cost["seconds"] < 60 and 0 < cost["diskBytesAtEnd"] <= cost["diskBytesAtMost"], f"{name}: {cost}"
    text = answer(pba, "train", *noise, *model, folder=folder)
    for word in ("epochs: 4", "parameters", "multiply-adds", "peak memory", "disk", "time"):
        assert word in text, f"no word of {word} in: {text}"
    assert "--ship-data" not in text, f"an option of another command in: {text}"
    assert contents(folder) == before, "a dry run left something behind"


def check_comparison(pba: str, folder: Path) -> None:
    """A comparison, its table as text, JSON and comma-separated values, and the same again from its folder."""
    command = ["compare", *SMALL, "--policies", "none,rcifar10@last", "--seeds", "2", "--run", "compared"]
    first = json.loads(answer(pba, *command, "--json", "--csv", "table.csv", folder=folder))
    assert [row["policy"] for row in first["rows"]] == ["none", "rcifar10@last"], first
    assert all(len(row["entries"]) == 2 for row in first["rows"]), first
    table = (folder / "table.csv").read_text().splitlines()
    assert table[0].startswith("policy,n,mean,margin,") and table[2].startswith("rcifar10@last,2,"), table
    again = answer(pba, "compare", "--resume", "--run", "compared", "--json", folder=folder)
    assert json.loads(again) == first, again
    text = answer(pba, "compare", "--resume", "--run", "compared", folder=folder)
    assert "points" in text and "95 % interval" in text, text
    refused = subprocess.run([pba, *command], cwd=folder, capture_output=True, text=True)
    assert refused.returncode == 1 and "a finished comparison is there" in refused.stderr, refused.stderr


def check_flags_named(pba: str, folder: Path) -> None:
    """A run that was begun with other settings names the options that were typed, and the lines of a file."""
    begun = ["train", *SMALL, "--run", "begun"]
    answer(pba, *begun, folder=folder)
    (folder / "other.yml").write_text("learningRate: 0.3\n")
    refused = subprocess.run(
        [pba, "train", "--resume", "--run", "begun", "--batch-size", "8", "--weight-decay", "0", "--config", "other.yml"],
        cwd=folder, capture_output=True, text=True)
    assert refused.returncode == 1, refused.stderr
    for words in (
        "--batch-size: found 8, expected 16",
        "--weight-decay: found 0",
        "other.yml: learningRate: found 0.3, expected 0.1",
    ):
        assert words in refused.stderr, refused.stderr
    begun_from = subprocess.run(
        [pba, "train", "--resume", "--run", "begun", "--from", "other.safetensors"], cwd=folder, capture_output=True, text=True)
    assert begun_from.returncode == 1 and "--from (digest" in begun_from.stderr, begun_from.stderr
    assert "fromDigest" not in begun_from.stderr, begun_from.stderr
    compared = subprocess.run(
        [pba, "compare", "--resume", "--run", "begun", "--seeds", "0"], cwd=folder, capture_output=True, text=True)
    assert compared.returncode == 1 and "found a train run" in compared.stderr, compared.stderr


def check_plain_values(pba: str, folder: Path) -> None:
    """Numbers and words that everybody reads in one way are taken from a configuration file."""
    (folder / "plain.yml").write_text(
        "epochs: 2\nlearning-rate: 1e-1\nweightDecay: .5\nflip: false\nseed: 18446744073709551615\ncutout: +2\n"
        "dataDirectory: '010'\nconcurrency: 2\nimageSize: '32'\n")
    images = folder / "plain"
    for name in "ab":
        (images / name).mkdir(parents=True)
        for number in range(20):
            (images / name / f"{number}.ppm").write_bytes(b"P6 2 2 255\n" + bytes([10 * number + ord(name) % 50] * 12))
    report = json.loads(answer(pba, "train", "--config", "plain.yml", "--dataset", "folder:plain", "--model", "wrn_10_1",
        "--batch-size", "4", "--device", "cpu", "--dry-run", "--json", folder=folder))
    settings = report["settings"]
    assert settings["epochs"] == 2 and settings["learningRate"] == 0.1 and settings["weightDecay"] == 0.5, settings
    assert settings["flip"] is False and settings["cutout"] == 2, settings
    assert settings["dataDirectory"] == "010", settings


def check_idle_searches(pba: str, folder: Path) -> None:
    """A search in which nothing can ever be copied says so before it trains."""
    for arguments, reason in [(["--population", "1", "--interval", "1"], "--population: 1"),
                              (["--quantile", "0", "--population", "2", "--interval", "1"], "--quantile: 0"),
                              (["--interval", "2", "--population", "2"], "--interval: 2 of 2 epochs"),
                              (["--burn-in", "1", "--interval", "1", "--population", "2"], None),
                              (["--burn-in", "3", "--interval", "2", "--population", "2", "--epochs", "4"],
                               "--burn-in: 3, the last comparison is after epoch 2")]:
        for more in (["--dry-run"], ["--run", "idle" + "".join(arguments)]):
            done = subprocess.run(
                [pba, "search", *SMALL, "--validation-size", "8", *arguments, *more], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-300:]
            lines = done.stderr.splitlines()
            said = [number for number, line in enumerate(lines) if "no trial will copy another" in line]
            if reason is None:
                continue
            assert said and f"({reason})" in lines[said[0]], done.stderr
            started = [number for number, line in enumerate(lines) if line.startswith(("settings of", "timing"))]
            assert started and said[0] < started[0], done.stderr


def check_equal_copies(pba: str, folder: Path) -> None:
    """Where a trial copies one that was as good, and nowhere else, the display says so."""
    done = subprocess.run(
        [
            pba,
            "search",
            "--dataset",
            "noise:8x8x3",
            "--train-size",
            "48",
            "--validation-size",
            "2",
            "--model",
            "wrn_10_1",
            "--epochs",
            "5",
            "--interval",
            "1",
            "--population",
            "8",
            "--quantile",
            "0.5",
            "--batch-size",
            "16",
            "--cutout",
            "2",
            "--device",
            "cpu",
            "--run",
            "equal",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-300:]
    lines = [json.loads(line) for line in (folder / "equal/metrics.jsonl").read_text().splitlines()]
    accuracy = {(line["generation"], line["trial"]): line["validationAccuracy"] for line in lines}
    found = set()
    for generation, copies in re.findall(r"generation (\d+): best is .*; copied: (.*)", done.stderr):
        for trial, source, mark in re.findall(r"(\d+)←(\d+)( \(equal\))?", copies):
            is_equal = accuracy[int(generation) - 1, int(trial)] == accuracy[int(generation) - 1, int(source)]
            assert is_equal == bool(mark), f"generation {generation}, {trial}←{source}{mark}: {accuracy}"
            found.add(is_equal)
    assert found == {True, False}, f"copies of both kinds are needed, found {found}: {done.stderr}"


def check_help_is_plain(pba: str, folder: Path) -> None:
    """What the environment says cannot move a terminal's cursor from a help text."""
    for variable in ("HOME", "XDG_CACHE_HOME"):
        environment = {**{key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"}, variable: "/tmp/\x1b[31mx"}
        for arguments in (["train", "--help"], ["help", "train"], ["doctor", "--help"], ["data", "stats", "--help"],
                          ["--experimental-dump-help"], ["--generate-completion-script", "bash"], ["data", "list"]):
            done = subprocess.run([pba, *arguments], cwd=folder, capture_output=True, text=True, env=environment)
            assert done.returncode == 0 and "\x1b" not in done.stdout + done.stderr, (variable, arguments, done.stderr)


def check_counts(pba: str, folder: Path) -> None:
    """One of a thing is not many."""
    for label in ("cat", "dog"):
        (folder / "few" / label).mkdir(parents=True)
        for number in range(20):
            pixels = bytes([number + 20 * (label == "dog")]) * 192
            (folder / "few" / label / f"{number}.ppm").write_bytes(b"P6 8 8 255\n" + pixels)
    (folder / "few/cat/bad.png").write_bytes(b"no image")
    told = answer(pba, "data", "stats", "folder:few", "--skip-unreadable", "--data-dir", "counts", folder=folder)
    assert "left out 1 file or folder that cannot be read" in told, told
    answer(pba, "schedule", "stretch", "rcifar10", "--epochs", "1", "-o", "one.json", folder=folder)
    told = answer(pba, "schedule", "validate", "one.json", folder=folder)
    assert told == "one.json: valid, 1 segment, 1 epoch\n", told


def check_apply_without_strength(pba: str, folder: Path) -> None:
    """An operation that has no parameter needs none, and a magnitude changes nothing."""
    answer(pba, "preview", "--policy", "none", "-o", "one.svg", "--images", "one", "--draws", "1", folder=folder)
    for name in ("Invert", "Equalize", "AutoContrast", "FlipHorizontal", "FlipVertical", "Grayscale", "ChannelShuffle"):
        for number, strength in enumerate(([], ["--magnitude", "7"])):
            answer(pba, "apply", name, "one/1-original.png", f"{name}{number}.png", *strength, folder=folder)
        assert (folder / f"{name}0.png").read_bytes() == (folder / f"{name}1.png").read_bytes()
    for center in ("-1073741824,1073741824", "0,0"):
        answer(
            pba,
            "apply",
            "Cutout",
            "one/1-original.png",
            f"cut{center}.png",
            "--magnitude",
            "9",
            f"--center={center}",
            folder=folder,
        )


LIMITED = (
    "import resource, sys, os; resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), -1));"
    " os.execv(sys.argv[2], sys.argv[2:])"
)


def check_long_schedules(pba: str, folder: Path) -> None:
    """Schedules of a million epochs are shown, stretched, drawn and exported in little memory."""
    answer(pba, "schedule", "stretch", "rsvhn", "--epochs", "1000000", "-o", "long.json", folder=folder)
    for arguments in (["show"], ["show", "--json"], ["validate"], ["export", "--format", "ray"], ["export", "--format", "csv"]):
        # The program itself maps 2 GB, of libtorch for the most part; the values alone are 700 MB, as one text several GB.
        done = subprocess.Popen(
            [sys.executable, "-c", LIMITED, str(3 << 30), pba, "schedule", *arguments[:1], "long.json", *arguments[1:]],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        last, count = b"", 0
        while block := done.stdout.read(1 << 20):
            last, count = (last + block)[-100:], count + block.count(b"\n")
        error = done.stderr.read().decode()
        assert done.wait() == 0, f"{arguments}: {done.returncode}: {error[-300:]}"
        if "csv" in arguments:
            assert count == 30_000_001 and last.endswith(b"1000000,30,Contrast,0.9,2\n"), (count, last)
    answer(pba, "schedule", "plot", "long.json", "-o", "long.svg", folder=folder)
    answer(pba, "schedule", "export", "rsvhn", "--format", "csv", "-o", "rsvhn.csv", folder=folder)
    assert (folder / "rsvhn.csv").read_text() == answer(pba, "schedule", "export", "rsvhn", "--format", "csv")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [pba, "schedule", "export", "rsvhn", "--format", "csv"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1 and done.stderr == "Error: standard output cannot be written: No space left on device\n", (
        done.stderr
    )


def check_closed_folders(pba: str, folder: Path) -> None:
    """A folder that nobody may look into is not called empty, and the reason is the system's, in words."""
    closed = folder / "closed"
    answer(pba, "train", *SMALL, "--run", "closed/run", folder=folder)
    cases = [
        (["train", "--resume", "--run", "closed/run"], "closed/run"),
        (["report", "closed/run"], "closed/run"),
        (["search", "--resume", "--run", "closed/run"], "closed/run"),
        (["quickstart", "--run", "closed"], "closed"),
        (["data", "stats", "cifar10", "--data-dir", "closed"], "closed"),
        (["data", "verify", "svhn", "--data-dir", "closed"], "closed"),
        (["data", "stats", "folder:closed"], "closed"),
        (["schedule", "show", "closed/run/schedule.json"], "closed"),
        (["schedule", "import", "closed"], "closed"),
        (["train", *SMALL, "--run", "closed"], "closed"),
        (["evaluate", "--dataset", "bundled", "--checkpoint", "closed/x"], "closed/x"),
    ]
    # Root may look into any folder, so there another user asks.
    other = (lambda: (os.setgid(65534), os.setuid(65534))) if os.getuid() == 0 else None
    folder.chmod(0o755)
    closed.chmod(0)
    try:
        for arguments, place in cases:
            done = subprocess.run(
                [pba, *arguments], cwd=folder, capture_output=True, text=True, preexec_fn=other, timeout=120)
            said = done.stderr.splitlines()
            assert done.returncode == 1, f"{arguments}: {done.returncode} {done.stderr}"
            assert place in said[-1] and "ermission" in said[-1] and "NSCocoa" not in done.stderr, f"{arguments}: {done.stderr}"
    finally:
        closed.chmod(0o755)


def check_preview(pba: str, folder: Path) -> None:
    """What fired is printed as JSON, with a file for each draw, the same at every call, and the picture has every draw."""
    command = ["preview", "--policy", "rcifar10", "--epochs", "1,200", "--draws", "2", "--json"]
    first = answer(pba, *command, "-o", "strip.svg", "--images", "drawn", folder=folder)
    again = answer(pba, *command, "-o", "strip.svg", "--images", "again", "--force", folder=folder)
    assert again.replace("again/", "drawn/") == first, again
    draws = json.loads(first)["draws"]
    assert [(draw["epoch"], draw["draw"]) for draw in draws[:4]] == [(1, 1), (1, 2), (200, 1), (200, 2)], draws
    assert all(draw["operations"] == [] for draw in draws if draw["epoch"] == 1), draws
    assert all((folder / draw["file"]).read_bytes().startswith(b"\x89PNG") for draw in draws), draws
    for applied in (applied for draw in draws for applied in draw["operations"]):
        assert applied["magnitude"] in range(10) and 0 < applied["probability"] <= 1, applied
        assert ("center" in applied) == (applied["name"] == "Cutout"), applied
    picture = (folder / "strip.svg").read_text()
    assert picture.count("<image ") == len(draws) + 3, picture.count("<image ")
    answer(pba, "preview", "--operations", "-o", "operations.svg", "drawn/1-original.png", folder=folder)
    pictures = (folder / "operations.svg").read_text().count("<image ")
    assert pictures >= 150 and pictures % 10 == 0, pictures  # each operation at ten magnitudes


def main() -> None:
    options = parser_for(__doc__, selects=True).parse_args()
    pba = options.pba
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        answer(pba, "train", *SMALL, "--run", "other", folder=folder)
        (folder / "other/checkpoints/epoch-00002.safetensors").rename(folder / "other.safetensors")
        shutil.rmtree(folder / "other")
        lines = [(line.split() if isinstance(line, str) else line, code, words) for line, code, words in CASES]
        refused = [(" ".join(["pba", *line]), partial(check, pba, line, code, words, folder)) for line, code, words in lines]
        others = [
            ("the published experiments", lambda: check_experiments(pba)),
            ("a published experiment with other settings", lambda: check_changed_experiment(pba, folder)),
            ("dry runs", lambda: check_dry_runs(pba, folder)),
            ("a comparison", lambda: check_comparison(pba, folder)),
            ("previews", lambda: check_preview(pba, folder)),
            ("settings named as they were given", lambda: check_flags_named(pba, folder)),
            ("plain values of a configuration file", lambda: check_plain_values(pba, folder)),
            ("searches that never copy", lambda: check_idle_searches(pba, folder)),
            ("copies of trials that are equally good", lambda: check_equal_copies(pba, folder)),
            ("help in an environment of escapes", lambda: check_help_is_plain(pba, folder)),
            ("counts of one", lambda: check_counts(pba, folder)),
            ("operations without a strength", lambda: check_apply_without_strength(pba, folder)),
            ("schedules of a million epochs", lambda: check_long_schedules(pba, folder)),
            ("folders that nobody may look into", lambda: check_closed_folders(pba, folder)),
            ("help of all commands", lambda: check_help(pba)),
        ]
        run_all([*refused, *others], options.only)


if __name__ == "__main__":
    main()
