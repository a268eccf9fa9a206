"""A server on 127.0.0.1 that speaks the part of the Hub's protocol that the unmodified
huggingface_hub uses to create, upload and download, with accounts, private repositories and faults
on demand.

    python -m tests.release.hub_server PORT

Tokens: hf_alice and hf_bob write in the namespaces alice and bob. Faults: POST /_fault with a list
of {"stage", "action", "times"}; stages are the names in STAGES, actions "close" (before an answer),
"half" (of the body, then close), "flip" (a bit of it), "long" (a byte too many), "slow" (half a
second later), or a status such as "500" or "429". GET /_log tells the requests: [stage, method,
path, status or action, whether a token came with it]."""

import asyncio
import base64
import hashlib
import json
import re
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

USERS = {"hf_alice": "alice", "hf_bob": "bob"}
STAGES = (  # name, method, pattern of the path
    ("create", "POST", r"/api/repos/create"),
    ("yaml", "POST", r"/api/validate-yaml"),
    ("preupload", "POST", r"/api/.*/preupload/.*"),
    ("batch", "POST", r".*/info/lfs/objects/batch"),
    ("put", "PUT", r"/lfs/.*"),
    ("commit", "POST", r"/api/.*/commit/.*"),
    ("head-config", "HEAD", r".*/resolve/.*/config.json"),
    ("head-weights", "HEAD", r".*/resolve/.*/model.safetensors"),
    ("get-config", "GET", r".*/resolve/.*/config.json"),
    ("get-weights", "GET", r"/lfs/.*"),
    ("other", None, r".*"),
)
SMALL = 10_000  # bytes; binary files above go through LFS

repos: dict[
    str, dict
] = {}  # "models/alice/name" -> {private, branches: {name: commit}, commits: {sha: {path: oid}}}
blobs: dict[str, bytes] = {}  # sha256 -> content
faults: list[dict] = []
log: list[list] = []


class Refused(Exception):
    """An answer other than success: status, the Hub's code, its message."""

    def __init__(self, status: int, code: str = "", message: str = ""):
        self.status, self.headers = status, {"X-Error-Code": code, "X-Error-Message": message}


def user(request: Request) -> str | None:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and token not in USERS:
        raise Refused(401, "", "Invalid credentials in Authorization header")
    return USERS.get(token)


def repository(request: Request, write: bool = False) -> dict:
    """As the Hub: a private repository is not found by others, and without a token everything
    unknown is 401."""
    place = request.path_params
    kind = place.get("kind", "models")
    name = f"{place['space']}/{place['name'].removesuffix('.git')}"
    who, found = user(request), repos.get(f"{kind}/{name}")
    if found is None or (found["private"] and who != place["space"]):
        raise Refused(404 if who else 401, "RepoNotFound", "Repository not found")
    if write and who != place["space"]:
        raise Refused(403 if who else 401, "", "You don't have the rights to write here")
    return found


def commit_of(repo: dict, revision: str) -> str:
    commit = repo["branches"].get(revision, revision)
    if commit not in repo["commits"]:
        raise Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return commit


def new_commit(repo: dict, branch: str, files: dict) -> str:
    sha = hashlib.sha1(
        json.dumps([len(repo["commits"]), branch, sorted(files.items())]).encode()
    ).hexdigest()
    repo["commits"][sha], repo["branches"][branch] = files, sha
    return sha


def git_oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def store(data: bytes) -> str:
    oid = hashlib.sha256(data).hexdigest()
    blobs[oid] = data
    return oid


def is_lfs(oid: str) -> bool:
    return len(blobs[oid]) > SMALL and b"\0" in blobs[oid][:1000]


async def create(request: Request) -> Response:
    body, who = await request.json(), user(request)
    space = body.get("organization") or who
    if who is None or who != space:
        raise Refused(
            403 if who else 401, "", "You don't have the rights to create a repository there"
        )
    kind = f"{body.get('type') or 'model'}s"
    key, host = f"{kind}/{space}/{body['name']}", f"http://{request.headers['host']}"
    if key in repos:
        return JSONResponse({"url": f"{host}/{space}/{body['name']}"}, 409)
    private = bool(body.get("private")) or body.get("visibility") == "private"
    repos[key] = {"private": private, "sdk": body.get("sdk"), "branches": {}, "commits": {}}
    new_commit(repos[key], "main", {})
    return JSONResponse({"url": f"{host}/{space}/{body['name']}"})


async def branch(request: Request) -> Response:
    repo, name = repository(request, write=True), request.path_params["rev"]
    if name in repo["branches"]:
        raise Refused(409, "", "Reference already exists")
    repo["branches"][name] = repo["branches"]["main"]
    return JSONResponse({})


async def yaml(request: Request) -> Response:
    content = (await request.json())["content"]
    good = content.startswith("---\n") and content.count("---\n") >= 2
    return JSONResponse(
        {"errors": [] if good else [{"message": "no front matter"}], "warnings": []},
        200 if good else 400,
    )


async def preupload(request: Request) -> Response:
    repo = repository(request, write=True)
    now, answer = repo["commits"][commit_of(repo, request.path_params["rev"])], []
    for file in (await request.json())["files"]:
        lfs = file["size"] > SMALL and b"\0" in base64.b64decode(file["sample"])
        oid = now.get(file["path"])
        known = oid and (oid if lfs else git_oid(blobs[oid]))
        answer.append(
            {
                "path": file["path"],
                "uploadMode": "lfs" if lfs else "regular",
                "shouldIgnore": False,
                "oid": known,
            }
        )
    return JSONResponse({"files": answer})


async def batch(request: Request) -> Response:
    repository(request, write=True)
    host = request.headers["host"].replace("127.0.0.1", "localhost")
    objects = []
    for wanted in (await request.json())["objects"]:
        actions = {"actions": {"upload": {"href": f"http://{host}/lfs/{wanted['oid']}"}}}
        objects.append(wanted | ({} if wanted["oid"] in blobs else actions))
    return JSONResponse({"transfer": "basic", "objects": objects})


async def put(request: Request) -> Response:
    data = await request.body()
    if hashlib.sha256(data).hexdigest() != request.path_params["oid"]:
        raise Refused(422, "", "wrong content")
    store(data)
    return Response()


async def commit(request: Request) -> Response:
    repo, name = repository(request, write=True), request.path_params["rev"]
    files = dict(repo["commits"][commit_of(repo, name)])
    for line in (await request.body()).splitlines():
        key, value = (item := json.loads(line))["key"], item["value"]
        if key == "file":
            files[value["path"]] = store(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            if value["oid"] not in blobs:
                raise Refused(400, "", "LFS object was not uploaded")
            files[value["path"]] = value["oid"]
    sha, place = new_commit(repo, name, files), request.path_params
    prefix = "" if place["kind"] == "models" else f"{place['kind']}/"
    url = f"http://{request.headers['host']}/{prefix}{place['space']}/{place['name']}/commit/{sha}"
    return JSONResponse({"success": True, "commitOid": sha, "commitUrl": url})


async def info(request: Request) -> Response:
    repo, place = repository(request), request.path_params
    sha = commit_of(repo, place.get("rev", "main"))
    files = [{"rfilename": path} for path in repo["commits"][sha]]
    name = f"{place['space']}/{place['name']}"
    return JSONResponse(
        {
            "_id": "0",
            "id": name,
            "sha": sha,
            "private": repo["private"],
            "siblings": files,
            "tags": [],
        }
    )


async def tree(request: Request) -> Response:
    repo = repository(request)
    files = repo["commits"][commit_of(repo, request.path_params["rev"])]
    entries = []
    for path, oid in files.items():
        lfs = (
            {"lfs": {"oid": oid, "size": len(blobs[oid]), "pointerSize": 130}}
            if is_lfs(oid)
            else {}
        )
        entries.append(
            {"type": "file", "path": path, "size": len(blobs[oid]), "oid": git_oid(blobs[oid])}
            | lfs
        )
    return JSONResponse(entries)


async def refs(request: Request) -> Response:
    branches = repository(request)["branches"].items()
    named = [
        {"name": name, "ref": f"refs/heads/{name}", "targetCommit": sha} for name, sha in branches
    ]
    return JSONResponse({"branches": named, "converts": [], "tags": []})


async def whoami(request: Request) -> Response:
    who = user(request)
    if who is None:
        raise Refused(401, "", "Invalid username or password.")
    return JSONResponse(
        {"type": "user", "name": who, "orgs": [], "auth": {"accessToken": {"role": "write"}}}
    )


async def resolve(request: Request) -> Response:
    repo = repository(request)
    sha = commit_of(repo, request.path_params["rev"])
    oid = repo["commits"][sha].get(request.path_params["path"])
    if oid is None:
        raise Refused(404, "EntryNotFound", "Entry not found")
    headers = {
        "X-Repo-Commit": sha,
        "X-Linked-Size": str(len(blobs[oid])),
        "Accept-Ranges": "bytes",
    }
    if is_lfs(oid):  # on another host, where the token must not go
        host = request.headers["host"].replace("127.0.0.1", "localhost")
        headers |= {"X-Linked-ETag": f'"{oid}"', "ETag": f'"{oid}"'}
        return RedirectResponse(f"http://{host}/lfs/{oid}", 302, headers)
    return content(request, blobs[oid], headers | {"ETag": f'"{git_oid(blobs[oid])}"'})


async def lfs(request: Request) -> Response:
    oid = request.path_params["oid"]
    return content(request, blobs[oid], {"ETag": f'"{oid}"', "Accept-Ranges": "bytes"})


def content(request: Request, data: bytes, headers: dict) -> Response:
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not wanted:
        return Response(data, headers=headers)
    first, last = int(wanted[1]), int(wanted[2] or len(data) - 1)
    return Response(
        data[first : last + 1],
        206,
        headers | {"Content-Range": f"bytes {first}-{last}/{len(data)}"},
    )


async def fault(request: Request) -> Response:
    faults[:] = await request.json()
    log.clear()
    return Response()


async def show(request: Request) -> Response:
    return JSONResponse(log)


async def refuse(request: Request, error: Refused) -> Response:
    return Response(error.headers["X-Error-Message"], error.status, error.headers)


REPO = "/api/{kind}/{space}/{name}"
routes = [
    Route("/_fault", fault, methods=["POST"]),
    Route("/_log", show),
    Route("/lfs/{oid}", put, methods=["PUT"]),
    Route("/lfs/{oid}", lfs),
    Route("/api/repos/create", create, methods=["POST"]),
    Route("/api/validate-yaml", yaml, methods=["POST"]),
    Route("/api/whoami-v2", whoami),
    Route(f"{REPO}/preupload/{{rev}}", preupload, methods=["POST"]),
    Route(f"{REPO}/commit/{{rev}}", commit, methods=["POST"]),
    Route(f"{REPO}/branch/{{rev}}", branch, methods=["POST"]),
    Route(f"{REPO}/revision/{{rev}}", info),
    Route(f"{REPO}/tree/{{rev}}", tree),
    Route(f"{REPO}/refs", refs),
    Route(REPO, info),
    Route("/{kind:str}/{space}/{name}/info/lfs/objects/batch", batch, methods=["POST"]),
    Route("/{space}/{name}/info/lfs/objects/batch", batch, methods=["POST"]),
    Route("/{kind}/{space}/{name}/resolve/{rev}/{path:path}", resolve),
    Route("/{space}/{name}/resolve/{rev}/{path:path}", resolve),
]


class Faulty:
    """Between the socket and the application: does what was asked for at a stage, and keeps the
    log."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"].startswith("/_"):
            return await self.application(scope, receive, send)
        method, path = scope["method"], scope["path"]
        stage = next(
            s for s, m, pattern in STAGES if m in (method, None) and re.fullmatch(pattern, path)
        )
        token = any(name == b"authorization" for name, _ in scope["headers"])
        action = self.due(stage)
        log.append(entry := [stage, method, path, action, token])
        if action == "close":
            return receive.__self__.transport.abort()  # uvicorn's own socket: no answer at all
        if action and action.isdigit():
            headers = {"Retry-After": "1"} if action == "429" else {}
            return await JSONResponse({"error": "on purpose"}, int(action), headers)(
                scope, receive, send
            )
        if action == "slow":
            await asyncio.sleep(0.5)
        await self.application(scope, receive, self.watched(send, receive, entry, action))

    def due(self, stage: str) -> str | None:
        for wanted in faults:
            if wanted["stage"] == stage and wanted.get("times", 1_000_000) > 0:
                wanted["times"] = wanted.get("times", 1_000_000) - 1
                return wanted["action"]
        return None

    def watched(self, send, receive, entry, action):
        async def change(message):
            if message["type"] == "http.response.start":
                entry[3] = entry[3] or message["status"]
                if action == "long":
                    size = next(v for k, v in message["headers"] if k == b"content-length")
                    headers = [(k, v) for k, v in message["headers"] if k != b"content-length"]
                    message = message | {
                        "headers": [*headers, (b"content-length", b"%d" % (int(size) + 1))]
                    }
            elif action in ("half", "long", "flip") and (body := message.get("body")):
                if action == "half":
                    await send(message | {"body": body[: len(body) // 2], "more_body": True})
                    await asyncio.sleep(0.05)  # let it leave before the socket goes
                    return receive.__self__.transport.close()
                changed = body + b"!" if action == "long" else body[:-1] + bytes([body[-1] ^ 1])
                message = message | {"body": changed}
            await send(message)

        return change


app = Faulty(Starlette(routes=routes, exception_handlers={Refused: refuse}))

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
