"""Checks what we ask of a vendor, and what our fake answers, against the vendor's OpenAPI file.

Beside openapi-core's own checks, names that the file does not know (in the query, in a form) are violations: a
misspelt filter would otherwise be passed over by the check and by the real server alike.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import MultiDict

from tests.channels.specs import specification

_FORM = "application/x-www-form-urlencoded"


class Specification:
    """One OpenAPI file. Checks come from any thread. `server` is where its paths begin; empty takes the file's own."""

    def __init__(self, path: Path, server: str = "") -> None:
        text = path.read_text(encoding="utf-8")
        self.document: dict[str, Any] = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        own: list[Any] = self.document.get("servers") or next(
            (item["servers"] for item in self.document["paths"].values() if item.get("servers")), []
        )
        self._server = server or str(own[0]["url"]).rstrip("/")
        # Several vendors' files break the rules for such files themselves, and are right all the same.
        self._api = OpenAPI.from_dict(self.document, config=Config(spec_validator_cls=None))
        self._turn = threading.Lock()

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> list[str]:
        """What is wrong with a request, in words; empty: nothing. Of `url` only path and query count."""
        asked = self._asked(method, url, headers, body)
        with self._turn:
            wrong = [_words(error) for error in self._api.iter_request_errors(asked)]
        return [f"{method} {urlsplit(url).path}: {words}" for words in [*wrong, *self._unknown(asked)]]

    def response(
        self,
        asked: tuple[str, str],
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> list[str]:
        """What is wrong with an answer to `asked` (method, url)."""
        method, url = asked
        kind = _header(headers or {}, "content-type") or "application/json"
        answer = MockResponse(body, status_code=status, headers=dict(headers or {}), content_type=kind)
        with self._turn:
            wrong = [_words(error) for error in self._api.iter_response_errors(self._asked(method, url, {}), answer)]
        return [f"answer {status} to {method} {urlsplit(url).path}: {words}" for words in wrong]

    def tell_apart(self, good: tuple[str, str, Mapping[str, str], bytes], *bad: Any) -> None:
        """The self-test: a request known to be good passes, and each known to be bad does not."""
        assert self.request(*good) == []
        for request in bad:
            assert self.request(*request) != [], f"the check lets pass what the vendor refuses: {request}"

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> MockRequest:
        parts = urlsplit(url)
        server = urlsplit(self._server)
        return MockRequest(
            f"{server.scheme}://{server.netloc}",
            method,
            server.path + parts.path,
            args=MultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=dict(headers),
            data=body,
            content_type=_header(headers, "content-type") or "application/json",
        )

    def _unknown(self, asked: MockRequest) -> Iterator[str]:
        """Names in the query or in a form that the operation does not have."""
        operation = self._operation(asked.method, asked.path.removeprefix(urlsplit(self._server).path))
        if operation is None:
            return
        known = {one["name"].removesuffix("[]") for one in operation["parameters"] if one["in"] == "query"}
        for name in asked.parameters.query:
            if name.removesuffix("[]") not in known:
                yield f"there is no query parameter {name}"
        kinds = self._resolved(operation.get("requestBody", {})).get("content", {})
        form = self._resolved(kinds.get(_FORM, {}).get("schema", {}))
        if asked.content_type.startswith(_FORM) and "properties" in form:
            for name, _ in parse_qsl((asked.body or b"").decode("ascii", "replace"), keep_blank_values=True):
                if name not in form["properties"]:
                    yield f"there is no form field {name}"

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        """Of the most literal template that fits; its parameters are those of its path, too, resolved."""
        fitting = [one for one in self.document["paths"] if _template(one).fullmatch(path)]
        for template in sorted(fitting, key=lambda one: one.count("{")):
            item = self.document["paths"][template]
            if method in item:
                both = [*item.get("parameters", []), *item[method].get("parameters", [])]
                return {**item[method], "parameters": [self._resolved(one) for one in both]}
        return None

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            steps = part["$ref"].removeprefix("#/").split("/")
            part = self.document
            for step in steps:
                part = part[step.replace("~1", "/").replace("~0", "~")]
        return part


@cache
def openapi(name: str, server: str = "") -> Specification | None:
    """The specification `name` (a path below specs/), loaded once a process; None where it is absent."""
    path = specification(name)
    return Specification(path, server) if path else None


def needed(name: str, server: str = "") -> Specification:
    """The same for a test that is about the check itself: skips where the file is absent."""
    found = openapi(name, server)
    if found is None:
        pytest.skip(f"the vendor's specification {name} is not beside the project (OMNITUI_SPECS names its folder)")
    return found


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile("".join(part if index % 2 else re.escape(part) for index, part in enumerate(_pieces(path))))


def _pieces(path: str) -> list[str]:
    """Literal and variable parts in turn, a variable as what it matches."""
    return [part if index % 2 == 0 else "[^/]+?" for index, part in enumerate(re.split(r"\{([^}]+)\}", path))]


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _words(error: BaseException) -> str:
    """One error of openapi-core; the reasons stand in what caused it, its own text holds the whole value again."""
    reasons = [
        f"{'/'.join(str(step) for step in one.absolute_path)}: {one.message}".removeprefix(": ")
        for one in getattr(error.__cause__, "schema_errors", ()) or getattr(error, "schema_errors", ())
    ]
    head = type(error).__name__ if reasons and "not valid for schema" in str(error) else str(error)
    return "; ".join([head, *reasons])
