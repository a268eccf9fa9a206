"""Time that an endpoint of the app adds to its network.

    python -m benchmarks.endpoints [--rounds 15]

For each endpoint: milliseconds through a client; of Gradio's round trip with the same pictures in
and out and no work; of the task alone (PIL in, PIL out) on one thread; and of the network's forward
passes in it. The last figure should stay under 1."""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import gradio as gr
import torch
from gradio_client import Client, handle_file
from PIL import Image

import app
from ae_models import tasks, zoo
from benchmarks.timing import median_ms
from ui import elements, parts


def idle_app(answers: dict[str, Image.Image]) -> gr.Blocks:
    """App with the inputs and the answers of the real one and no work between: an endpoint for each
    of `answers`, and `eight`."""
    faces = tasks.sample(zoo.load("face-vae"), 8)
    with gr.Blocks(analytics_enabled=False) as demo:
        picture, result, several = (
            parts.picture("in"),
            parts.result("out"),
            gr.Gallery(format="png"),
        )
        for name, answer in answers.items():
            gr.Button().click(lambda _, answer=answer: answer, picture, result, api_name=name)
        gr.Button().click(lambda: faces, None, several, api_name="eight")
    return demo


def network_ms(network: torch.nn.Module, task, rounds: int) -> float:
    """Median milliseconds that a task spends in the network's forward pass."""
    seconds, started = [], []
    hooks = [
        network.register_forward_pre_hook(lambda *_: started.append(time.perf_counter())),
        network.register_forward_hook(
            lambda *_: seconds.append(time.perf_counter() - started.pop())
        ),
    ]
    task()
    passes = len(seconds)
    for _ in range(rounds):
        task()
    for hook in hooks:
        hook.remove()
    totals = [sum(seconds[i : i + passes]) for i in range(passes, len(seconds), passes)]
    return 1e3 * statistics.median(totals)


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    launch = app.LAUNCH | {"prevent_thread_lock": True, "quiet": True}
    client = Client(app.demo.launch(**launch)[1], verbose=False)
    sketch, face, scene = (
        Path(elements.examples(p)[0])
        for p in ("sketch-*.png", "portrait-*.webp", "landscape-*.webp")
    )
    small = Path(tempfile.mkdtemp()) / "small.png"
    Image.open(scene).resize((128, 128)).save(small)
    rows = [
        ("color_sketch", "sketch-color", sketch, {}, tasks.color_sketch),
        ("face_to_sketch", "face-sketch", face, {"align": False}, tasks.translate_face),
        ("colorize", "photo-color", small, {"saturation": 1.0}, tasks.colorize),
        ("reconstruct", "dcae", small, {}, tasks.reconstruct),
    ]
    answers = {name: task(zoo.load(slug), Image.open(path)) for name, slug, path, _, task in rows}
    idle = Client(idle_app(answers).launch(**launch)[1], verbose=False)
    for name, slug, path, extra, task in rows:
        one_picture(client, idle, rounds, name, slug, path, extra, task)
    vae = zoo.load("face-vae")
    arguments = {"count": 8, "seed": 0, "temperature": 1.0, "model": "classic"}
    endpoint = median_ms(lambda: client.predict(**arguments, api_name="/sample"), rounds)
    empty = median_ms(lambda: idle.predict(api_name="/eight"), rounds)
    latents = torch.randn(8, vae.config.latent)
    decode = torch.inference_mode()(lambda: vae.decode(latents))
    report(
        "sample (8)",
        endpoint,
        empty,
        median_ms(lambda: tasks.sample(vae, 8), rounds),
        median_ms(decode, rounds),
    )


def one_picture(
    client: Client, idle: Client, rounds: int, name: str, slug: str, path: Path, extra: dict, task
) -> None:
    network, picture, file = zoo.load(slug), Image.open(path).convert("RGB"), handle_file(path)
    endpoint = median_ms(
        lambda: client.predict(file, **extra, model="classic", api_name=f"/{name}"), rounds
    )
    empty = median_ms(lambda: idle.predict(file, api_name=f"/{name}"), rounds)
    alone = median_ms(lambda: task(network, picture), rounds)
    report(
        name, endpoint, empty, alone, network_ms(network, lambda: task(network, picture), rounds)
    )


def report(name: str, endpoint: float, empty: float, task: float, network: float) -> None:
    allowed = 1.5 * network + empty
    print(
        f"{name:15} endpoint {endpoint:6.0f} ms   round trip {empty:5.0f} ms"
        f"   task {task:6.1f} ms   network {network:6.1f} ms"
        f"   endpoint / (1.5 network + round trip) {endpoint / allowed:4.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    main(parser.parse_args().rounds)
