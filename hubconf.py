"""Entry points of torch.hub: torch.hub.load(REPOSITORY, "dcae_plus"), a function for each network."""

dependencies = ["torch", "torchvision", "safetensors", "huggingface_hub", "numpy", "PIL"]

from ae_models import zoo


def _entry_point(slug: str, summary: str):
    def load():
        return zoo.load(slug)

    load.__doc__ = summary
    load.__name__ = slug.replace("-", "_")
    return load


globals().update({row.slug.replace("-", "_"): _entry_point(row.slug, row.summary) for row in zoo.ROWS})
