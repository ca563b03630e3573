"""A training in a file: all that is needed to go on bit for bit, and to refuse what would not."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import ConfigDict, TypeAdapter, with_config

from verify.arrays import Array
from verify.errors import BadInput
from verify.evidence.records import Epoch
from verify.files import write_whole
from verify.nets.cases import PARAMETERS
from verify.settings import check_settings
from verify.training.data import Dataset
from verify.training.loop import Settings, State
from verify.wording import count

_OPTIONS: Final = ("loop", "batch", "eta", "hidden", "seed", "dtype")
_LARGEST: Final = 1 << 30  # bytes of one array


@dataclass(frozen=True)
class _About:
    """All of a training but its arrays."""

    settings: Settings
    data: dict[str, str]
    mistake: str | None
    random: tuple[int, int, float]  # of NumPy's generator, beside its keys: position, has_gauss, cached gaussian
    epochs: tuple[Epoch, ...]
    format: Literal["verify-training/1"]


_ABOUT: Final = TypeAdapter(with_config(ConfigDict(ser_json_inf_nan="constants", extra="forbid"))(_About))


def save(path: Path, state: State, settings: Settings, data: Dataset, mistake: str | None) -> None:
    """Write the parameters and all else that training carries on; the file is complete or absent.

    Raises BadInput where it can't be written.
    """
    _, keys, position, has_gauss, gauss = state.random.get_state(legacy=True)
    about = _About(
        settings, dict(data.md5), mistake, (int(position), int(has_gauss), float(gauss)), tuple(state.epochs),
        "verify-training/1",
    )  # fmt: skip
    file = io.BytesIO()
    np.savez(
        file,
        **state.params,
        keys=keys,
        order=state.order.astype(np.uint32),
        losses=np.array(state.losses),
        accuracies=np.array(state.accuracies),
        about=np.array(_ABOUT.dump_json(about).decode()),
    )
    write_whole(path, file.getvalue())


def resume(path: Path, wanted: Settings, given: set[str], data: Dataset, mistake: str | None) -> tuple[State, Settings]:
    """Return the training that `save` wrote, and its settings with the number of epochs that is wanted now.

    `given` names the settings that were asked for in so many words; the others are the file's.
    Raises BadInput where the file is no such training, or one with other settings, data or network.
    """
    arrays, about = _read(path)
    try:
        check_settings(vars(about.settings))
    except BadInput as error:
        raise _foreign(path, error) from error
    settings = replace(about.settings, epochs=wanted.epochs)
    for name in _OPTIONS:
        if name in given and getattr(settings, name) != getattr(wanted, name):
            raise BadInput(
                f"{path}: was trained with --{name} {getattr(settings, name)}, not {getattr(wanted, name)}; "
                f"leave --{name} out to go on, or start anew without --resume"
            )
    if about.data != dict(data.md5):
        raise BadInput(f"{path}: was trained on other data than {data.name} from {data.source}; give the same --data")
    if about.mistake != mistake:
        raise BadInput(
            f"{path}: was trained with {_mistake(about.mistake)}, not with {_mistake(mistake)}; give the same"
        )
    try:
        state = _state(arrays, about, settings, data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise _foreign(path, error) from error
    done = state.epochs[-1].number
    if done >= settings.epochs:
        raise BadInput(f"{path}: has {count(done, 'epoch')} already; ask for more in all, like --epochs {done + 10}")
    return state, settings


def _foreign(path: Path, error: Exception) -> BadInput:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return BadInput(f"{path}: not a training that verify saved, or one of another version ({said})")


def _mistake(name: str | None) -> str:
    return f"--mistake {name}" if name else "no mistake"


def _read(path: Path) -> tuple[dict[str, Array], _About]:
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file; expected one that --save wrote")
    try:
        with zipfile.ZipFile(path) as members:
            if any(member.file_size > _LARGEST for member in members.infolist()):
                raise BadInput(f"{path}: holds an array of more than 1 GB; expected a file that --save wrote")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = _ABOUT.validate_json(str(arrays["about"]), strict=True)
    except BadInput:
        raise
    except Exception as error:  # NumPy and zipfile have no common error for broken files
        raise _foreign(path, error) from error
    return arrays, about


def _state(arrays: dict[str, Array], about: _About, settings: Settings, data: Dataset) -> State:
    n_x, n_h, n_y = settings.sizes(data)
    shapes = {"W1": (n_x, n_h), "b1": (1, n_h), "W2": (n_h, n_y), "b2": (1, n_y)}
    for name in PARAMETERS:
        if arrays[name].shape != shapes[name] or arrays[name].dtype != settings.dtype:
            raise ValueError(f"{name} has shape {arrays[name].shape}, expected {shapes[name]}")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} is not finite")
    order = arrays["order"].astype(np.intp)
    if not np.array_equal(np.sort(order), np.arange(len(data.X_train))):
        raise ValueError(f"order holds {order.size} samples, the data {len(data.X_train)}")
    random = np.random.RandomState()
    if not 0 <= about.random[0] <= 624:
        raise ValueError("its generator is at an impossible place")
    random.set_state(("MT19937", arrays["keys"], *about.random))
    epochs, losses, accuracies = list(about.epochs), _history(arrays["losses"]), _history(arrays["accuracies"])
    if not epochs or epochs[-1].updates != len(losses) or len(losses) != len(accuracies):
        raise ValueError("its history is incomplete")
    return State({name: arrays[name] for name in PARAMETERS}, random, order, losses, accuracies, epochs)


def _history(values: Array) -> list[float]:
    if values.ndim != 1 or values.dtype != np.float64 or not np.isfinite(values).all():
        raise ValueError("its history is no list of numbers")
    return list(values.tolist())
