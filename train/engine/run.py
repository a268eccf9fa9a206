"""A recipe under way: its data, network, optimizer and averaged network, one step at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from accelerate import Accelerator
from accelerate.utils import reduce
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from train.datasets.files import Split
from train.engine import optimizers
from train.engine.checkpoint import code_commit
from train.engine.recipe import Recipe, State, build
from train.engine.schedule import learning_rate, sample_order, seed_of

VALIDATED = 64  # rows of the validation set at a time


class Step(NamedTuple):
    """The outcome of a backward pass, the same in all processes but for `parts`."""

    loss: float
    norm: float  # of the gradient
    stop: bool  # a process was asked to stop
    parts: dict[str, Tensor]  # of the loss


class Objective(nn.Module):
    """Network and loss as one module, so that a data-parallel wrapper sees one forward pass."""

    def __init__(self, network: nn.Module, loss: Callable):
        super().__init__()
        self.network, self.loss = network, loss

    def forward(self, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        return self.loss(self.network, batch, progress)


class Run:
    """`batch` is that of all processes together; a step is one update of the weights."""

    def __init__(
        self, recipe: Recipe, root: Path, seed: int, accelerator: Accelerator, precision: str
    ):
        self.recipe, self.root, self.seed, self.accelerator = recipe, root, seed, accelerator
        self.precision = precision
        self.state = State(commit=code_commit())
        self.train_set = tuple(x[: recipe.limit or None] for x in recipe.data(root, "train"))
        self.val_set = recipe.data(root, "val")
        self.rows = len(self.train_set[0])
        self.batch = min((recipe.batch or self.rows) * accelerator.num_processes, self.rows)
        self.steps_per_epoch = self.rows // self.batch
        self.total = recipe.epochs * self.steps_per_epoch
        self._build()

    def _build(self) -> None:
        recipe = self.recipe
        torch.manual_seed(self.seed)
        self.layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
        network = build(recipe)
        if recipe.start:
            recipe.start(network, self.train_set)
        device = self.accelerator.device
        self.network = network.to(device, memory_format=self.layout).train()
        average = optimizers.ema(recipe.ema)
        self.average = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        self.average.requires_grad_(False)
        optimizer = recipe.optimizer(self.network)
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
        objective = Objective(self.network, recipe.loss)
        self.objective, self.optimizer = self.accelerator.prepare(objective, optimizer)

    @property
    def identity(self) -> dict:
        """All that must be the same for a resumed run to equal an unbroken one."""
        return {
            "system": self.recipe.slug,
            "rows": self.rows,
            "epochs": self.recipe.epochs,
            "batch": self.batch,
            "seed": self.seed,
            "precision": self.precision,
        }

    def autocast(self) -> torch.autocast:
        """The context in which the network computes in the precision of the run."""
        device, short = self.accelerator.device.type, self.precision == "bf16"
        return torch.autocast(device, torch.bfloat16, enabled=short)

    def samples(self) -> Split:
        """The share of this process in the batch of the step. All processes draw the same batch
        with the same random changes."""
        step, rank = self.state.step, self.accelerator.process_index
        epoch, within = divmod(step, self.steps_per_epoch)
        order = sample_order(self.seed, epoch, self.rows)
        picked = order[within * self.batch :][: self.batch]
        rows = tuple(x[picked] for x in self.train_set)
        generator = torch.Generator().manual_seed(seed_of(self.seed, step))
        augment = self.recipe.augment
        batch = augment(rows, generator) if augment else self.recipe.prepare(rows)
        share = slice(rank, None, self.accelerator.num_processes)
        return tuple(self._placed(x[share]) for x in batch)

    def _placed(self, x: Tensor) -> Tensor:
        """On the device; pictures in the memory layout of the recipe."""
        layout = self.layout if x.ndim == 4 else torch.contiguous_format
        return x.to(self.accelerator.device, memory_format=layout)

    def look(self, batches: int = 16) -> None:
        """Put some training samples through the network as it is."""
        for _ in range(batches):
            self.recipe.loss(self.network, self.samples(), 0.0)
            self.state.step += 1
        self.state.step = 0

    def gradients(self, asked_to_stop: bool) -> Step:
        """Leave the clipped gradient of the loss of a batch in the parameters."""
        accelerator = self.accelerator
        # for dropout and latent noise
        torch.manual_seed(seed_of(self.seed, self.state.step, accelerator.process_index))
        samples = self.samples()
        with self.autocast():
            loss, parts = self.objective(samples, self.state.step / self.total)
        accelerator.backward(loss)
        norm = accelerator.clip_grad_norm_(self.objective.parameters(), self.recipe.clip)
        # one exchange a step, so that every process sees the same loss and stops at the same step
        stop = torch.tensor(float(asked_to_stop), device=accelerator.device)
        exchanged = torch.stack([loss.detach().float(), norm, stop])
        loss, norm, stop = reduce(exchanged, "mean").tolist()
        return Step(loss, norm, stop > 0, parts)

    def update(self, loss: float) -> None:
        """One step of the optimizer and of the average."""
        factor = learning_rate(self.recipe, self.state.step, self.total)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.average.update_parameters(self.network)
        self.state.step += 1
        self.state.recent.append(loss)

    @torch.no_grad()
    def validate(self) -> None:
        """Add the loss of the averaged network on the validation set to the history, and keep its
        weights if they are the best or the recipe keeps the last."""
        network, state, total = self.average.module.eval(), self.state, 0.0
        for rows in torch.arange(len(self.val_set[0])).split(VALIDATED):
            batch = self.recipe.prepare(tuple(x[rows] for x in self.val_set))
            batch = tuple(x.to(self.accelerator.device) for x in batch)
            with self.autocast():
                loss, _ = self.recipe.loss(network, batch, 1.0)
            total += loss.item() * len(rows)
        value = total / len(self.val_set[0])
        state.history.append([state.step, sum(state.recent) / len(state.recent), value])
        state.recent.clear()
        if value < state.best or self.recipe.keep_last:
            state.weights = {k: v.detach().cpu().clone() for k, v in network.state_dict().items()}
        state.best = min(state.best, value)
