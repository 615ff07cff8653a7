"""A schedule in a Lightning training, on one device or several.

    python lightning_module.py --data data --policy rcifar10 --epochs 90 [--devices 4] [--resume last.ckpt]

On several devices Lightning puts a sampler of its own in place of the loader's, and `pba.Augment` then raises an error, since it
cannot know the epoch. Hence `use_distributed_sampler=False`, and `pba.loader` is given the sampler that shares out the images.
Lightning calls `set_epoch` before each epoch, but of a resumed training it draws the first indices earlier: so `start_epoch`.
"""

import argparse

import lightning
import swift_pba as pba
import torch
from torch.utils.data import DataLoader, DistributedSampler
from torchvision.datasets import CIFAR10, FakeData
from torchvision.models import resnet18
from torchvision.transforms import v2

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", help="the folder of CIFAR-10, downloaded where it is missing; without it images of noise")
parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
parser.add_argument("--epochs", type=int, default=90, help="the length of the whole training")
parser.add_argument("--devices", type=int, default=1)
parser.add_argument("--resume", metavar="CHECKPOINT")
parser.add_argument("--seed", type=int, default=0)


class Classifier(lightning.LightningModule):
    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self.options, self.network = options, resnet18(num_classes=10)

    def train_dataloader(self) -> DataLoader:
        transform = v2.Compose([
            pba.Augment(self.options.policy, epochs=self.options.epochs, seed=self.options.seed), v2.RandomCrop(32, 4),
            v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.491, 0.482, 0.447), (0.247, 0.243, 0.262))])
        images = (CIFAR10(self.options.data, download=True, transform=transform) if self.options.data
                  else FakeData(256, (3, 32, 32), transform=transform))
        share = DistributedSampler(images, self.trainer.world_size, self.trainer.global_rank, seed=self.options.seed)
        done = self.trainer.fit_loop.epoch_progress.current.processed
        return pba.loader(images, batch_size=128, sampler=share, num_workers=2, start_epoch=done)

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        loss = torch.nn.functional.cross_entropy(self.network(batch[0]), batch[1])
        self.log("loss", loss, on_step=False, on_epoch=True, sync_dist=True)
        return loss

    def on_train_epoch_end(self) -> None:
        self.print(f"epoch {self.current_epoch + 1}: loss {self.trainer.callback_metrics['loss']:.4f}")

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), lr=1e-3, weight_decay=0.05)


if __name__ == "__main__":
    options = parser.parse_args()
    lightning.seed_everything(options.seed)
    trainer = lightning.Trainer(max_epochs=options.epochs, devices=options.devices, use_distributed_sampler=False, logger=False)
    trainer.fit(Classifier(options), ckpt_path=options.resume)
