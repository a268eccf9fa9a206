"""Texts of the API: the endpoints' docstrings, in /gradio_api/info and over MCP."""

import gradio as gr
from gradio.utils import get_function_description


class Blocks(gr.Blocks):
    """Blocks whose API says what each parameter is. Gradio gives these texts to MCP clients alone.

    Gradio reads `Args:` of the endpoint's docstring, one line a parameter, and `Returns:`, one line
    a value."""

    def get_api_info(self, *args, **kwargs) -> dict:
        info = super().get_api_info(*args, **kwargs)
        functions = {f"/{event.api_name}": event.fn for event in self.fns.values()}
        for name, endpoint in info["named_endpoints"].items():
            _describe(endpoint, *get_function_description(functions[name])[1:])
        return info


def _describe(endpoint: dict, parameters: dict[str, str], returns: list[str]) -> None:
    """Put texts into what Gradio knows of an endpoint, for labels that only the page can read.

    An example that the page begins with is no default: a program has to give a picture."""
    for given in endpoint["parameters"]:
        given["label"] = given["parameter_name"]
        given["python_type"]["description"] = parameters.get(given["parameter_name"], "")
        if isinstance(given["parameter_default"], dict):
            given |= {"parameter_has_default": False, "parameter_default": None}
    for value, text in zip(endpoint["returns"], returns):
        value["label"] = value["python_type"]["description"] = text
