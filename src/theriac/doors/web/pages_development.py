"""How far a drug has got: condition × stage, its dated steps, its trials with facets.

Flows in: a drug and the facets chosen. Flows out: a page.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac, chosen_trials, trial_facets
from theriac.doors.web import charts
from theriac.doors.web.addresses import meant, moved
from theriac.doors.web.pages import Asked, AsOf, page

router = APIRouter(include_in_schema=False)
Chosen = Annotated[list[str], Query(max_length=20)]
EACH = 25
MATRIX = 25
DRAWN = ("milestones", "trial_starts", "label_changes")


@router.get("/drug/{name}/development")
def development(
    request: Request,
    asked: Asked,
    name: str,
    phase: Chosen = [],  # noqa: B006 - the framework copies it
    status: Chosen = [],  # noqa: B006
    role: Chosen = [],  # noqa: B006
    condition: Chosen = [],  # noqa: B006
    sponsor: Chosen = [],  # noqa: B006
    country: Chosen = [],  # noqa: B006
    rows: Annotated[str, Query(pattern="^(few|all)$")] = "few",
    number: Annotated[int, Query(alias="page", ge=1, le=9_999)] = 1,
    as_of: AsOf = None,
) -> Response:
    """The matrix, the milestones, the trials."""
    entity = asked.ask(Theriac.drug, meant("drug", name), as_of)
    elsewhere = moved(request, entity.id, "/development")
    if elsewhere is not None:
        return elsewhere
    wanted = {"phase": phase, "status": status, "role": role, "condition": condition, "sponsor": sponsor, "country": country}
    wanted = {facet: [value for value in values if value] for facet, values in wanted.items()}
    trials = chosen_trials(entity.trials, wanted)
    figures = {figure: asked.ask(Theriac.figure, figure, drug=entity.id, as_of=as_of) for figure in ("stages", *DRAWN)}
    matrix = figures["stages"]
    return page(
        request,
        "development.html",
        profile=entity,
        matrix=matrix if rows == "all" else matrix[:MATRIX],
        matrix_total=len(matrix),
        figures=figures,
        sizes={figure: charts.size(figure, figures[figure]) for figure in DRAWN},
        expected=asked.ask(Theriac.expected, drug=entity.id, as_of=as_of),
        facets=trial_facets(entity.trials),
        wanted=wanted,
        trials=trials[(number - 1) * EACH : number * EACH],
        found=len(trials),
        number=number,
        pages=max(1, -(-len(trials) // EACH)),
    )
