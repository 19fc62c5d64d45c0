"""The front of the section readers: from a file's bytes to the labels in it, whatever format they are in.

In flows bytes (an openFDA response, a bare openFDA result, an SPL document, an ePI leaflet); out flow `LabelDocument`s. It recognises by
content, never by name, and refuses what is none of these.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from theriac.errors import BadRecord
from theriac.labels.document import LabelDocument
from theriac.labels.epi import read_epi
from theriac.labels.openfda import read_openfda
from theriac.labels.spl import read_spl

__all__ = ["read_epi", "read_label", "read_openfda", "read_spl"]


def read_label(data: bytes) -> tuple[LabelDocument, ...]:
    """The labels in one file; raises BadRecord when it holds none."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return (read_spl(data),)
    if start != b"{":
        raise BadRecord("This is neither SPL XML nor label JSON; give an openFDA response, an SPL document or an ePI leaflet.")
    try:
        body = msgspec.json.decode(data.lstrip(b"\xef\xbb\xbf"))
    except msgspec.DecodeError as error:
        raise BadRecord(f"The JSON cannot be read ({error}); fetch the document again.") from error
    return _labels(body)


def _labels(body: Mapping[str, Any]) -> tuple[LabelDocument, ...]:
    results = body.get("results")
    if isinstance(results, list):
        found = tuple(read_openfda(r, f"results[{i}].") for i, r in enumerate(results) if isinstance(r, Mapping))
        if found:
            return found
        raise BadRecord("The openFDA response holds no result; ask for another label.", field="results")
    if isinstance(body.get("sections"), list) or body.get("resourceType") == "Composition":
        return (read_epi(body),)
    if "set_id" in body or "indications_and_usage" in body or "dosage_and_administration" in body:
        return (read_openfda(body),)
    raise BadRecord("The JSON holds no label: no 'results', no 'sections', no 'set_id'.")
