"""What .ci/fuzz-spec adds to Schemathesis: how the API refuses, and what its schema can't say."""

import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

# The schema has no word for it, but the API fetches what URLs point to.
URLS = strategies.sampled_from(
    ["https://example.com/a.mp4", "http://127.0.0.1:9/b?c=d#e", "HTTPS://example.com/%20"]
)
schemathesis.openapi.format("uri", URLS)

SUCCESS = 0
WRONG_PARAMETER = 40000
NOT_FOUND = {10104, 17003}
# Made-up ids are of nothing. The simulator checks those in bodies only where it changes a thing.
NAMES_A_THING = {"update_product"}


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def has_wrong_body(case):
    """Whether the body violates the schema. The simulator ignores content types and parameters that
    the spec doesn't have, so what is wrong there is no mistake."""
    body = case.meta and case.meta.components.get(ParameterLocation.BODY)
    is_json = str(case.headers.get("Content-Type", "application/json")) == "application/json"
    return bool(body) and body.mode == GenerationMode.NEGATIVE and is_json


def text(value, other):
    """The value, or another one where an empty text is as good as none."""
    return value if isinstance(value, str) and value else other


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Gives valid requests what the spec demands in words: fields that others need, numbers of 64
    bits, and URLs in fields without a format."""
    if not is_positive(case):
        return
    if case.query:
        query = bounded(case.query)
        case.query = {name: plain(name, value) for name, value in query.items()}
    if isinstance(case.body, dict):
        case.body = completed(case.operation.definition.raw["operationId"], bounded(case.body))


def plain(name, value):
    """Numbers are texts in some queries, and an empty id is none."""
    if name.endswith("_id"):
        return text(value, "a")
    return value[:18] if isinstance(value, str) and value.isdecimal() else value


def bounded(value):
    if isinstance(value, dict):
        return {name: url(name, bounded(member)) for name, member in value.items()}
    if isinstance(value, list):
        return [bounded(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(value, 2**63 - 1))
    return value


def url(name, value):
    is_url = name == "url" or name.endswith("_url")
    return "https://example.com/a" if is_url and isinstance(value, str) else value


def completed(operation, body):
    if operation == "create_video_from_avatar":
        needed = {"script": ("script", "Hello"), "audio": ("audio_url", "https://example.com/a")}
        name, example = needed[body["voice"]["type"]]
        body["voice"][name] = text(body["voice"].get(name), example)
        if body["screen_style"] == 3:
            body["caption"] = False
    if operation == "generate_product_avatar_images":
        source = body["avatar_source"]
        if source["type"] == "id":
            source.setdefault("avatar_id", 81)
            source.setdefault("avatar_type", "public")
        elif source["type"] == "image":
            source["value"] = "https://example.com/a"
        else:
            source["value"] = text(source.get("value"), "a cyclist")
    if operation == "create_ai_script":
        product = body["product_info"]
        name = "id" if product["source_type"] == "id" else "name"
        product["data"][name] = text(product["data"].get(name), "a")
    if operation == "create_product":
        body["name"] = text(body.get("name"), "a")
    if operation == "create_asset_upload":
        # It becomes a segment of a path.
        name = body["filename"]
        body["filename"] = name if name.isprintable() and name.strip(".") else "a.jpg"
    if operation == "create_video_with_template":
        for variable in body["variables"]:
            variable["properties"].setdefault("content", "a")
            if variable["type"] in ("image", "video"):
                variable["properties"]["url"] = "https://example.com/a"
    return body


@schemathesis.check
def code_conformance(ctx, response, case):
    """The API refuses with HTTP 200 and a code. A valid request must not be refused, other than
    for an id of nothing; a body that violates the schema must be."""
    if response.status_code != 200:
        return
    envelope = response.json()
    code, message = envelope["code"], envelope["msg"]
    operation = case.operation.definition.raw["operationId"]
    if is_positive(case):
        names_a_thing = bool(case.path_parameters) or operation in NAMES_A_THING
        names_a_thing |= any(name.endswith("_id") for name in case.query or {})
        if code == SUCCESS or (code in NOT_FOUND and names_a_thing):
            return
        if operation == "create_webhook_endpoint" and "at most 20" in message:
            return
        raise AssertionError(f"a valid request was refused: {code}, {message}")
    if has_wrong_body(case) and code != WRONG_PARAMETER:
        raise AssertionError(f"a body that violates the schema had the code {code}")
