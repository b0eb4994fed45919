"""Every address of the page, and what it answers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from headstart.data.archive import is_archive
from headstart.data.corrections import Correction, correct
from headstart.hostile import file_name
from headstart.serve import Limits, Lock, Refusal
from headstart.serve.pages import Answering, admitting, page
from headstart.serve.reading import things_of
from headstart.studio import requests
from headstart.studio.board import Board
from headstart.studio.drawing_routes import drawing_routes
from headstart.studio.guarding import asked_in, guarded
from headstart.studio.runs import (
    exported,
    listing,
    need_exportable,
    need_options,
    run_named,
    startable,
)
from headstart.studio.uploads import keep, need_burst, received

PAGES = {
    "": "studio.html",
    **{name: name for name in ("studio.css", "studio.js", "columns.js", "capture.js", "en.js")},
    **{name: name for name in ("asking.js", "elements.js", "learning.js", "tryout.js")},
    **{name: name for name in ("recorder.js", "deeper.js", "ranking.js", "gallery.js")},
    **{name: name for name in ("drawing.js", "drawing.css")},
}
WAIT_S = 20.0
REPORT, BYTES = "report.html", "application/octet-stream"
REPORT_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; sandbox allow-scripts"
)


@dataclass(frozen=True, eq=False)
class Desk:
    """What the routes share."""

    board: Board
    lock: Lock
    limits: Limits

    def routes(self) -> list[Route]:
        """All of them; whatever changes something is a POST."""
        told: list[tuple[str, str, Answering]] = [
            ("POST", "/session", self.session),
            ("GET", "/state", self.state),
            ("GET", "/examples", self.examples),
            ("GET", "/thumbnail", self.thumbnail),
            ("GET", "/report", self.report),
            ("POST", "/class", self.add_class),
            ("POST", "/class/rename", self.rename),
            ("POST", "/class/color", self.color),
            ("POST", "/remove", self.remove),
            ("POST", "/file", self.file),
            ("POST", "/texts", self.texts),
            ("POST", "/correct", self.correct),
            ("POST", "/kind", self.kind),
            ("POST", "/automatic", self.automatic),
            ("POST", "/train", self.train),
            ("POST", "/stop", self.stop),
            ("POST", "/try", self.try_),
            ("POST", "/options", self.options),
            ("GET", "/starts", self.starts),
            ("POST", "/rank", self.rank),
            ("GET", "/runs", self.runs),
            ("POST", "/compare", self.compare),
            ("POST", "/export", self.export),
            ("GET", "/exported", self.exported),
            ("POST", "/errand/stop", self.stop_errand),
        ]
        told += drawing_routes(self.board)
        told += [("GET", f"/{name}", page(f"studio/{file}")) for name, file in PAGES.items()]
        return [Route(path, guarded(path, do), methods=[verb]) for verb, path, do in told]

    async def session(self, request: Request) -> Response:
        """Give a browser that has the token a cookie in its place."""
        return admitting(self.lock)

    async def state(self, request: Request) -> Response:
        """What there is to show; with `after` once it is newer than that version."""
        after = request.query_params.get("after", "")
        if after.isascii() and after.isdigit() and len(after) < 16:
            await self.board.wait(int(after), WAIT_S)
        return JSONResponse(await asyncio.to_thread(self.board.state))

    async def examples(self, request: Request) -> Response:
        """What a class holds."""
        label = request.query_params.get("name", "")
        return JSONResponse(await asyncio.to_thread(self.board.examples, label))

    async def thumbnail(self, request: Request) -> Response:
        """A small picture of an example that is listed, made anew."""
        asked = request.query_params
        label, key = asked.get("class", ""), asked.get("key", "")
        path = await asyncio.to_thread(self.board.collection.path_of, label, key)
        kind = self.board.listing.kind
        media, raw = await self.board.parts.looks.thumbnail(path, kind)
        return Response(raw, media_type=media)

    async def report(self, request: Request) -> Response:
        """The page of the last run, or of one of the list; it can ask nothing of this server."""
        name = request.query_params.get("run", "")
        path = self.board.report
        if name:
            path = await asyncio.to_thread(run_named, self._root, name) / REPORT
        if path is None or not path.is_file():
            raise Refusal("H613", 404, "there is no report yet", "train first")
        headers = {"content-security-policy": REPORT_POLICY}
        return Response(await asyncio.to_thread(path.read_bytes), 200, headers, "text/html")

    async def add_class(self, request: Request) -> Response:
        """A new class."""
        asked = await asked_in(request, requests.NewClass)
        return await self._changed(self.board.collection.add_class, asked.name)

    async def rename(self, request: Request) -> Response:
        """Another name for a class."""
        asked = await asked_in(request, requests.Renamed)
        return await self._changed(self.board.collection.rename_class, asked.name, asked.to)

    async def color(self, request: Request) -> Response:
        """Another color for a class."""
        asked = await asked_in(request, requests.Colored)
        return await self._changed(self.board.collection.paint, asked.name, asked.color)

    async def remove(self, request: Request) -> Response:
        """Move examples, or a class, out of the way."""
        asked, collection = await asked_in(request, requests.Removed), self.board.collection
        if asked.keys is None:
            return await self._changed(collection.remove_class, asked.name)
        return await self._changed(collection.remove, asked.name, asked.keys)

    async def file(self, request: Request) -> Response:
        """A file, or an archive of files, for a class; or an archive with a folder a class."""
        told = request.query_params
        label, called = told.get("class", ""), told.get("name", "")
        burst = need_burst(told.get("burst", ""))
        board, collection = self.board, self.board.collection
        if label or not is_archive(Path(called)):
            await asyncio.to_thread(collection.folder_of, label)
        sent = await received(request, collection.root)
        try:
            looks = board.parts.looks
            found = await keep(collection, looks, board.writing, label, called, sent, burst)
        finally:
            sent.unlink(missing_ok=True)
        await board.look()
        return JSONResponse(found)

    async def texts(self, request: Request) -> Response:
        """Texts for a class."""
        asked = await asked_in(request, requests.Typed)
        return await self._changed(self.board.collection.type_in, asked.name, asked.texts)

    async def correct(self, request: Request) -> Response:
        """Leave examples out, count them elsewhere, or take that back; files stay as they are."""
        asked = await asked_in(request, requests.Corrected)
        label = self.board.collection.need_class(asked.label) if asked.label else ""
        changes = [Correction(name, label, asked.why) for name in asked.names]
        drop = asked.names if asked.back else []
        changes = [] if asked.back else changes
        return await self._changed(correct, self.board.collection.root, changes, drop)

    async def kind(self, request: Request) -> Response:
        """Say what the folder is to hold."""
        asked = await asked_in(request, requests.Chosen)
        return await self._changed(self.board.collection.choose, asked.kind)

    async def automatic(self, request: Request) -> Response:
        """Let training start by itself, or not."""
        asked = await asked_in(request, requests.Automatic)
        await asyncio.to_thread(self.board.collection.note, automatic=asked.on)
        self.board.change()
        return JSONResponse({})

    async def train(self, request: Request) -> Response:
        """Begin to learn, or go on."""
        await self.board.train()
        return JSONResponse({})

    async def stop(self, request: Request) -> Response:
        """Stop learning."""
        await self.board.stop()
        return JSONResponse({})

    async def try_(self, request: Request) -> Response:
        """Judge a file or a text."""
        tryout = self.board.parts.tryout
        things = await things_of(request, tryout.signature, self.limits)
        return JSONResponse([one.model_dump() for one in await tryout.judged(things)])

    @property
    def _root(self) -> Path:
        return self.board.collection.root

    async def options(self, request: Request) -> Response:
        """Say how the next training goes."""
        asked = await asked_in(request, requests.Options)
        options = need_options(asked.model_dump())
        await asyncio.to_thread(self.board.collection.note, asked=options)
        self.board.change()
        return JSONResponse({"asked": options})

    async def starts(self, request: Request) -> Response:
        """Backbones on this machine that take what the folder holds."""
        return JSONResponse(await startable(self.board.listing.kind or "image"))

    async def rank(self, request: Request) -> Response:
        """Begin to measure what each backbone on this machine knows of these examples."""
        digest = self.board.listing.digest
        await self.board.parts.errands.start({"do": "rank", "backbones": "all"}, digest)
        return JSONResponse({})

    async def runs(self, request: Request) -> Response:
        """Finished runs on this folder."""
        return JSONResponse(await asyncio.to_thread(listing, self._root))

    async def compare(self, request: Request) -> Response:
        """Begin to hold runs against the first of them."""
        asked = await asked_in(request, requests.Compared)
        places = [await asyncio.to_thread(run_named, self._root, name) for name in asked.runs]
        order = {"do": "compare", "runs": [str(place) for place in places]}
        await self.board.parts.errands.start(order)
        return JSONResponse({})

    async def export(self, request: Request) -> Response:
        """Begin to write a run's model as a file that runs elsewhere."""
        asked = await asked_in(request, requests.Exported)
        place = await asyncio.to_thread(run_named, self._root, asked.run)
        order = {"do": "export", "run": str(place), "to": need_exportable(asked.to)}
        await self.board.parts.errands.start(order)
        return JSONResponse({})

    async def exported(self, request: Request) -> Response:
        """A file that was exported, to be kept."""
        told = request.query_params
        place = await asyncio.to_thread(run_named, self._root, told.get("run", ""))
        path = await asyncio.to_thread(exported, place, told.get("to", ""))
        name = f"{file_name(place.name)}{'' if path.suffix == '.onnx' else '-' + path.stem}"
        return FileResponse(path, filename=f"{name}{path.suffix}", media_type=BYTES)

    async def stop_errand(self, request: Request) -> Response:
        """Give up what was begun beside learning."""
        await self.board.parts.errands.stop()
        return JSONResponse({})

    async def _changed(self, change: Callable[..., Any], *told: Any) -> Response:
        """Change something in the folder, and answer once the page may know of it."""
        async with self.board.writing:
            result = await asyncio.to_thread(change, *told)
        await self.board.look()
        return JSONResponse({"result": result})
