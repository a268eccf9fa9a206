"""Packages of the wheel: ae_models with all it holds, and the releases as ae_models.weights, so
that an installed package needs no network. The rest is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["ae_models*"]), "ae_models.weights"],
    package_dir={"ae_models.weights": "weights"},
)
