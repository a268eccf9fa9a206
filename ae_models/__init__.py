"""Autoencoder Studio's networks and what they do on pictures: `zoo`, `tasks`, `from_pretrained`."""


def from_pretrained(name, revision: str = "main"):
    """Load a trained network in eval mode: a slug ("dcae-plus"), a release folder, or a repository
    of the Hugging Face Hub ("NAMESPACE/NAME", at a branch or commit). Raises ValueError."""
    from ae_models import zoo  # torch takes seconds, which only those should wait for who load

    return zoo.from_pretrained(name, revision)
