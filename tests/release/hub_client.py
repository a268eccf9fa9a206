"""A stranger's process with the unmodified huggingface_hub, which reads its settings when it is
imported.

    python -m tests.release.hub_client

Reads a JSON object {"code", "environment", "home"} a line and runs the code in a fork of itself, so
that each test has a new process without importing torch again. Answers {"value", "error", "log",
"slept"}: what `answer` was set to, the text of a ValueError, all that was written to stderr and
stdout, and the pauses that were skipped."""

import json
import os
import sys
import time
import traceback
from pathlib import Path

from huggingface_hub import constants

from ae_models import zoo
from ae_models.release import files, hub
from train import push


def run(task: dict, home: Path) -> dict:
    """In the fork: a cache and an environment of its own; pauses between tries are skipped, and
    noted."""
    slept = []
    time.sleep = slept.append
    os.environ.update(task["environment"])
    constants.HF_HUB_CACHE = str(home / "cache")
    names = {"files": files, "hub": hub, "zoo": zoo, "push": push, "Path": Path, "answer": None}
    result = {"value": None, "error": None, "slept": slept}
    try:
        exec(task["code"], names)
        result["value"] = names["answer"]
    except ValueError as error:
        result["error"] = str(error)
    except SystemExit as error:
        result["error"] = str(error.code)
    except BaseException:
        traceback.print_exc()  # no ValueError: the test sees it in the log
    return result


def main() -> None:
    for line in sys.stdin:
        task = json.loads(line)
        home = Path(task["home"])
        child = os.fork()
        if child == 0:
            log = os.open(home / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            result = run(task, home)
            sys.stdout.flush()
            (home / "result").write_text(json.dumps(result))
            os._exit(0)
        os.waitpid(child, 0)
        answer = json.loads((home / "result").read_text()) | {"log": (home / "log").read_text()}
        (home / "result").unlink()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
