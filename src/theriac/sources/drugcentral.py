"""DrugCentral's table of drugs and targets: which drug was measured on which target, and which of these is how the drug works.

Flows in: `drug.target.interaction.tsv`, recognised by its header. Flows out: one record per row; its natural key is the structure and the
target (all accessions of a complex together). Most rows are laboratory measurements; only a row with the mechanism-of-action flag says how
a drug works, and an action without the flag is kept as what it is.

Links to other databases' pages are kept as links: five ChEMBL pages are cited for two drugs each, so none of them identifies a drug here.
"""

import re
from collections.abc import Iterator

from theriac.errors import BadRecord
from theriac.identifiers import SCHEMES
from theriac.model import DrugTargets, Identity, Interaction, Mention, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile
from theriac.sources.delimited import Rows, content_hash, cut_rows, decode_rows, layout, recognised, split_cell
from theriac.terms import EntityKind

LAYOUTS = (layout("interaction", "DRUG_NAME STRUCT_ID TARGET_NAME ACCESSION MOA ACTION_TYPE", "STRUCT_ID TARGET_NAME ACCESSION SWISSPROT"),)
_CHEMBL = re.compile(r"chembl\S*/(CHEMBL\d+)")
_PUBMED = re.compile(r"(?:ncbi\.nlm\.nih\.gov/pubmed|pubmed\.ncbi\.nlm\.nih\.gov)/(\d{1,8})\b")
_CHEMBL_TARGET = re.compile(r";\s*(CHEMBL\d+)\s*;\s*(?:SINGLE PROTEIN|PROTEIN [A-Z -]+)\Z")
_LONGEST_KEY = 60


class DrugCentralInteractions(Format):
    """One row of the table."""

    name = "drugcentral.interaction"
    source = "drugcentral"
    canonicaliser = "drugcentral.interaction/1"
    reader = "drugcentral.interaction/1"

    def table(self, head: Head) -> str | None:
        return "interaction" if self.recognises(head) else None

    def recognises(self, head: Head) -> bool:
        return recognised(head.first, LAYOUTS) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_rows(file.stream, LAYOUTS)

    def decode(self, raw: Raw) -> Rows:
        return decode_rows(raw, LAYOUTS)

    def identify(self, raw: Raw, decoded: Rows) -> Identity:
        content = content_hash(decoded)
        return Identity(key=_key(decoded.rows[0]), version=content, content=content, table="interaction")

    def read(self, raw: Raw, decoded: Rows) -> Reading:
        first = decoded.rows[0]
        drug = _needed(first, "DRUG_NAME")
        document = DrugTargets(
            drug=drug,
            identifiers=(f"drugcentral:{_structure(first)}",),
            linked=tuple(dict.fromkeys(curie for row in decoded.rows for curie in _linked(row))),
            interactions=tuple(_interaction(row, number) for number, row in enumerate(decoded.rows)),
        )
        target = document.interactions[0]
        mentions = (
            Mention(kind=EntityKind.DRUG, text=drug, role="drug", path="DRUG_NAME", identifiers=document.identifiers),
            Mention(kind=EntityKind.TARGET, text=target.target, role="target", path="TARGET_NAME", others=target.genes, identifiers=target.targets),
        )
        return Reading(document=document, title=f"{drug}: {target.target}", mentions=mentions)


def _needed(row: dict[str, str], column: str) -> str:
    if column not in row:
        raise BadRecord(f"the row has no {column}", field=column)
    return row[column]


def _structure(row: dict[str, str]) -> str:
    number = _needed(row, "STRUCT_ID")
    if not number.isdigit():
        raise BadRecord(f"STRUCT_ID is {number!r}, not a number", field="STRUCT_ID")
    return number


def _key(row: dict[str, str]) -> str:
    """`interaction/1429/Q9NYK1`; a target without accession goes by its name, a large complex by its name as well."""
    accessions = "+".join(split_cell(row, "ACCESSION"))
    target = _needed(row, "TARGET_NAME")
    if accessions and len(accessions) <= _LONGEST_KEY:
        return f"interaction/{_structure(row)}/{accessions}"
    return f"interaction/{_structure(row)}/{target}" + (f"/{accessions}" if accessions else "")


def _interaction(row: dict[str, str], number: int) -> Interaction:
    flagged = row.get("MOA") == "1"
    return Interaction(
        target=_needed(row, "TARGET_NAME"),
        targets=tuple(_targets(row)),
        genes=split_cell(row, "GENE"),
        organism=row.get("ORGANISM"),
        target_class=row.get("TARGET_CLASS"),
        action=row.get("ACTION_TYPE"),
        mechanism=flagged,
        measured=_measured(row),
        evidence=row.get("MOA_SOURCE") if flagged else row.get("ACT_SOURCE"),
        references=tuple(dict.fromkeys(_reference(row[column]) for column in ("MOA_SOURCE_URL", "ACT_SOURCE_URL") if column in row)),
        path=f"[{number}]",
    )


def _targets(row: dict[str, str]) -> Iterator[str]:
    """The accessions (of every part of a complex), and the ChEMBL target from which the row says it was taken."""
    yield from (f"uniprot:{one}" for one in split_cell(row, "ACCESSION") if SCHEMES["uniprot"].pattern.match(one))
    if found := _CHEMBL_TARGET.search(row.get("ACT_COMMENT", "")):
        yield f"chembl_target:{found[1]}"


def _measured(row: dict[str, str]) -> str | None:
    """The activity as the table gives it, the negative logarithm of the molar value: `-log Ki = 5.52`."""
    if "ACT_VALUE" not in row:
        return None
    kind = row.get("ACT_TYPE", "activity")
    value = row["ACT_VALUE"] if len(row["ACT_VALUE"]) < 6 or not _is_number(row["ACT_VALUE"]) else f"{float(row['ACT_VALUE']):.2f}"
    return f"-log {kind} {row.get('RELATION', '=')} {value}"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None


def _linked(row: dict[str, str]) -> Iterator[str]:
    for column in ("MOA_SOURCE_URL", "ACT_SOURCE_URL"):
        if found := _CHEMBL.search(row.get(column, "")):
            yield f"chembl:{found[1]}"


def _reference(address: str) -> str:
    found = _PUBMED.search(address)
    return f"pmid:{found[1]}" if found else address
