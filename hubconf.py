"""Entry points of torch.hub, a function for each network: torch.hub.load(REPOSITORY,
"dcae_plus")."""

from ae_models import zoo

dependencies = ["PIL", "cv2", "huggingface_hub", "numpy", "safetensors", "torch"]


def _entry_point(row: zoo.Row):
    def load():
        return zoo.load(row.slug)

    load.__doc__ = row.summary
    return load


globals().update({row.slug.replace("-", "_"): _entry_point(row) for row in zoo.ROWS})
