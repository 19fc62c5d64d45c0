"""Makes registry-like studies in ClinicalTrials.gov's v2 form: as many as wanted, the same for the same seed, of realistic sizes.

Flows in: a seed and a number. Flows out: studies as served, and zip archives of them as the site's own. Every word is made from syllables;
nothing is copied from a real study. The shape follows 851 real studies: mean 17 kB (median 10.8, p90 29, p99 136), one in ten with results,
0-107 locations, 1-9 conditions, texts whose lengths are spread log-normally.
"""

import math
import random
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

ORDERED = frozenset({"periods", "milestones", "classes", "categories"})
STAMP, LATER_STAMP = "2026-01-15", "2026-02-15"
_ONSETS = [
    "b",
    "br",
    "c",
    "cr",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gl",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "pr",
    "qu",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "io", "ou"]
_CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "nd", "st"]
_DRUG_ENDINGS = ["mab", "tinib", "mod", "vir", "cillin", "statin", "sartan", "prazole", "gliptin", "olol", "azole", "dopa", "ximab", "ciclib"]
_DISEASE_ENDINGS = ["itis", "oma", "osis", "emia", "pathy", "algia", "aplasia", "uria", "dermia", "trophy"]
_DISEASE_KINDS = ["", "chronic ", "acute ", "recurrent ", "severe ", "advanced ", "juvenile "]
_STATUSES = ["COMPLETED"] * 54 + ["RECRUITING"] * 13 + ["UNKNOWN"] * 12 + ["TERMINATED"] * 6 + ["NOT_YET_RECRUITING"] * 5
_PHASES: list[list[str]] = [["PHASE1"], ["PHASE2"], ["PHASE2"], ["PHASE3"], ["PHASE4"], ["PHASE1", "PHASE2"], ["NA"], ["NA"], ["NA"]]
_COUNTRIES = ["Germany", "France", "Italy", "Spain", "Canada", "Japan", "China", "Brazil", "India", "Egypt"] + ["United States"] * 10


class Vocabulary:
    """The words, drugs, conditions and organisations of one made-up world."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(f"vocabulary {seed}")
        self.words = _distinct(rng, 6_000, lambda: _word(rng, rng.choice((1, 2, 2, 3))))
        self.weights = [1 / (rank + 3) for rank in range(len(self.words))]
        self.cumulative = _running(self.weights)
        self.drugs = _distinct(rng, 3_000, lambda: _word(rng, 2) + rng.choice(_DRUG_ENDINGS))
        self.conditions = _distinct(rng, 1_500, lambda: rng.choice(_DISEASE_KINDS) + _word(rng, 2) + rng.choice(_DISEASE_ENDINGS))
        self.organisations = _distinct(rng, 2_500, lambda: f"{_word(rng, 2).title()} {rng.choice(['University', 'Pharma', 'Hospital', 'Institute'])}")


class Studies:
    """A made-up registry: study `number` is always the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.world = Vocabulary(seed)

    def study(self, number: int) -> dict[str, Any]:
        """The study of that number, with the first release stamp."""
        rng = random.Random(self.seed * 1_000_003 + number)
        return _Writer(self.world, rng, number).study()

    def served(self, numbers: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        """File name and bytes of each study, as the site's zip holds them."""
        for number in numbers:
            yield f"{nct(number)}.json", msgspec.json.encode(self.study(number))

    def restamped(self, numbers: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        """The same studies after a data release that changed nothing: another stamp, lists in another order."""
        for number in numbers:
            study = self.study(number)
            study["derivedSection"]["miscInfoModule"]["versionHolder"] = LATER_STAMP
            _shuffled(study, random.Random(number))
            yield f"{nct(number)}.json", msgspec.json.encode(study)


def nct(number: int) -> str:
    """The registry's number of a made-up study (none of the real ones begins so)."""
    return f"NCT9{number:07d}"


def write_zip(path: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Writes a zip like the site's; gives the bytes that went into it."""
    total = 0
    aside = path.with_suffix(".part")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 20, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
            total += len(data)
    aside.rename(path)
    return total


def _shuffled(node: Any, rng: random.Random, *, keep: bool = False) -> None:
    if isinstance(node, dict):
        for key, inner in node.items():
            _shuffled(inner, rng, keep=key in ORDERED)
    elif isinstance(node, list):
        for inner in node:
            _shuffled(inner, rng)
        if not keep:
            rng.shuffle(node)


def _word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))


def _distinct(rng: random.Random, count: int, make: Any) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[make()] = None
    return list(found)


def _running(weights: list[float]) -> list[float]:
    total, out = 0.0, []
    for weight in weights:
        total += weight
        out.append(total)
    return out


class _Writer:
    """Writes one study."""

    def __init__(self, world: Vocabulary, rng: random.Random, number: int) -> None:
        self.world = world
        self.rng = rng
        self.number = number
        self.drugs = rng.sample(world.drugs, rng.choice((1, 1, 1, 2, 2, 3)))
        self.conditions = rng.sample(world.conditions, rng.choice((1, 1, 1, 1, 2, 2, 3, 6)))

    def study(self) -> dict[str, Any]:
        """The whole study in the registry's order of sections."""
        rng = self.rng
        results = rng.random() < 0.0975
        protocol = {
            "identificationModule": self._identification(),
            "statusModule": self._status(results),
            "sponsorCollaboratorsModule": self._sponsors(),
            "oversightModule": {"oversightHasDmc": rng.random() < 0.4, "isFdaRegulatedDrug": rng.random() < 0.5, "isFdaRegulatedDevice": False},
            "descriptionModule": self._description(),
            "conditionsModule": {"conditions": self.conditions, "keywords": [self._words(2) for _ in range(rng.choice((0, 0, 1, 2, 4, 6)))]},
            "designModule": self._design(),
            "armsInterventionsModule": self._arms(),
            "outcomesModule": self._outcomes(),
            "eligibilityModule": self._eligibility(),
            "contactsLocationsModule": self._locations(),
            "referencesModule": {"references": [self._reference() for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 3, 5)))]},
        }
        study: dict[str, Any] = {"protocolSection": protocol}
        if results:
            study["resultsSection"] = self._results()
        study["derivedSection"] = self._derived()
        study["hasResults"] = results
        return study

    def _words(self, count: int) -> str:
        return " ".join(self.rng.choices(self.world.words, cum_weights=self.world.cumulative, k=count))

    def _text(self, median: int, spread: float = 1.0, least: int = 20) -> str:
        length = max(least, min(20_000, int(self.rng.lognormvariate(math.log(median), spread))))
        words = self._words(max(3, length // 6)).split(" ")
        for start in range(0, len(words), 14):
            words[start] = words[start].capitalize()
            end = min(start + 13, len(words) - 1)
            words[end] += "."
        return " ".join(words)

    def _day(self, first: int = 2005, last: int = 2026) -> str:
        return f"{self.rng.randint(first, last - 1)}-{self.rng.randint(1, 12):02d}-{self.rng.randint(1, 28):02d}"

    def _date(self, kind: str = "ACTUAL") -> dict[str, str]:
        day = self._day()
        return {"date": day if self.rng.random() < 0.7 else day[:7], "type": kind}

    def _identification(self) -> dict[str, Any]:
        title = f"{self.drugs[0].capitalize()} in {self.conditions[0]}"
        return {
            "nctId": nct(self.number),
            "orgStudyIdInfo": {"id": f"{self.rng.choice('ABCDEFGH')}{self.rng.randint(1, 99)}-{self.number}"},
            "organization": {"fullName": self.rng.choice(self.world.organisations), "class": "OTHER"},
            "briefTitle": title,
            "officialTitle": f"{title}: {self._text(90, 0.4)}",
        }

    def _status(self, results: bool) -> dict[str, Any]:
        posted = self._day(2010)
        status = self.rng.choice(_STATUSES)
        module = {
            "statusVerifiedDate": posted[:7],
            "overallStatus": status,
            "expandedAccessInfo": {"hasExpandedAccess": False},
            "startDateStruct": self._date(),
            "primaryCompletionDateStruct": self._date("ESTIMATED"),
            "completionDateStruct": self._date("ESTIMATED"),
            "studyFirstSubmitDate": self._day(),
            "studyFirstSubmitQcDate": self._day(),
            "studyFirstPostDateStruct": {"date": self._day(), "type": "ACTUAL"},
            "lastUpdateSubmitDate": posted,
            "lastUpdatePostDateStruct": {"date": posted, "type": "ACTUAL"},
        }
        if status == "TERMINATED":
            module["whyStopped"] = self._text(60, 0.5)
        if results:
            module["resultsFirstPostDateStruct"] = {"date": posted, "type": "ACTUAL"}
        return module

    def _sponsors(self) -> dict[str, Any]:
        some = self.rng.sample(self.world.organisations, self.rng.choice((1, 1, 1, 2, 3)))
        return {
            "responsibleParty": {"type": "SPONSOR"},
            "leadSponsor": {"name": some[0], "class": "INDUSTRY"},
            "collaborators": [{"name": name, "class": "OTHER"} for name in some[1:]],
        }

    def _description(self) -> dict[str, str]:
        module = {"briefSummary": self._text(310, 0.93)}
        if self.rng.random() < 0.62:
            module["detailedDescription"] = self._text(700, 1.1)
        return module

    def _design(self) -> dict[str, Any]:
        return {
            "studyType": "INTERVENTIONAL",
            "phases": list(self.rng.choice(_PHASES)),
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
            },
            "enrollmentInfo": {"count": int(self.rng.lognormvariate(4.2, 1.2)) + 1, "type": "ACTUAL"},
        }

    def _arms(self) -> dict[str, Any]:
        rng = self.rng
        named = [rng.choice((drug.capitalize(), drug, f"{drug.capitalize()} {rng.randint(1, 500)} mg")) for drug in self.drugs]
        if rng.random() < 0.35:
            named.append(rng.choice(("Placebo", f"Placebo of {self.drugs[0]}")))
        labels = [f"Arm {number + 1}: {name}" for number, name in enumerate(named)]
        kinds = ["EXPERIMENTAL", "ACTIVE_COMPARATOR", "ACTIVE_COMPARATOR", "PLACEBO_COMPARATOR"]
        arms = [
            {"label": label, "type": kind, "description": self._text(150, 0.8), "interventionNames": [f"Drug: {name}"]}
            for label, name, kind in zip(labels, named, kinds, strict=False)
        ]
        interventions: list[dict[str, Any]] = []
        for label, name in zip(labels, named, strict=True):
            one: dict[str, Any] = {"type": "DRUG", "name": name, "description": self._text(150, 0.8), "armGroupLabels": [label]}
            if rng.random() < 0.3:
                one["otherNames"] = [f"{name[:3].upper()}-{rng.randint(100, 9999)}"]
            interventions.append(one)
        return {"armGroups": arms, "interventions": interventions}

    def _outcome(self) -> dict[str, str]:
        outcome = {"title": self._text(60, 0.5), "timeFrame": f"{self.rng.randint(1, 52)} weeks"}
        if self.rng.random() < 0.7:
            outcome["description"] = self._text(150, 0.9)
        return outcome

    def _outcomes(self) -> dict[str, Any]:
        rng = self.rng
        return {
            "primaryOutcomes": [self._outcome() for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3)))],
            "secondaryOutcomes": [self._outcome() for _ in range(rng.choice((0, 0, 0, 1, 2, 2, 3, 5, 6, 22)))],
        }

    def _eligibility(self) -> dict[str, Any]:
        return {
            "eligibilityCriteria": f"Inclusion Criteria:\n\n* {self._text(380, 1.1)}\n\nExclusion Criteria:\n\n* {self._text(260, 1.1)}",
            "healthyVolunteers": False,
            "sex": "ALL",
            "minimumAge": "18 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
        }

    def _location(self) -> dict[str, Any]:
        rng = self.rng
        return {
            "facility": rng.choice(self.world.organisations),
            "city": self._words(1).title(),
            "state": self._words(1).title(),
            "zip": str(rng.randint(10000, 99999)),
            "country": rng.choice(_COUNTRIES),
            "geoPoint": {"lat": round(rng.uniform(-60, 70), 5), "lon": round(rng.uniform(-180, 180), 5)},
        }

    def _locations(self) -> dict[str, Any]:
        count = self.rng.choice((1, 1, 1, 1, 1, 1, 2, 2, 18, 60 if self.rng.random() < 0.4 else 4))
        return {
            "overallOfficials": [{"name": self._words(2).title(), "affiliation": self.rng.choice(self.world.organisations), "role": "STUDY_CHAIR"}],
            "locations": [self._location() for _ in range(count)],
        }

    def _reference(self) -> dict[str, str]:
        return {
            "pmid": str(self.rng.randint(10**7, 4 * 10**7)),
            "type": self.rng.choice(("BACKGROUND", "DERIVED", "RESULT")),
            "citation": self._text(280, 0.3),
        }

    def _results(self) -> dict[str, Any]:
        rng = self.rng
        groups = [
            {"id": f"OG{number:03d}", "title": self._text(40, 0.3), "description": self._text(300, 0.6)} for number in range(rng.choice((1, 2, 2, 3)))
        ]
        counts = [{"groupId": group["id"], "value": str(rng.randint(5, 400))} for group in groups]
        scale = rng.lognormvariate(0, 0.9)
        return {
            "participantFlowModule": {"groups": groups, "periods": [{"title": "Overall Study", "milestones": self._milestones(groups)}]},
            "baselineCharacteristicsModule": {"groups": groups, "denoms": [{"units": "Participants", "counts": counts}]},
            "outcomeMeasuresModule": {"outcomeMeasures": [self._measure(groups, counts) for _ in range(max(1, int(10 * scale)))]},
            "adverseEventsModule": {
                "frequencyThreshold": "5",
                "eventGroups": groups,
                "otherEvents": [self._adverse_event(groups) for _ in range(max(1, int(40 * scale)))],
            },
        }

    def _milestones(self, groups: list[dict[str, str]]) -> list[dict[str, Any]]:
        number = str(self.rng.randint(5, 400))
        achieved = [{"groupId": group["id"], "numSubjects": number} for group in groups]
        return [{"type": kind, "achievements": achieved} for kind in ("STARTED", "COMPLETED", "NOT COMPLETED")]

    def _measure(self, groups: list[dict[str, str]], counts: list[dict[str, str]]) -> dict[str, Any]:
        values = [{"groupId": group["id"], "value": str(round(self.rng.uniform(0, 90), 2)), "spread": "1.2"} for group in groups]
        return {
            "type": "SECONDARY",
            **self._outcome(),
            "groups": groups,
            "denoms": [{"units": "Participants", "counts": counts}],
            "classes": [{"title": self._words(2), "categories": [{"measurements": values}]} for _ in range(self.rng.choice((1, 1, 2, 5)))],
        }

    def _adverse_event(self, groups: list[dict[str, str]]) -> dict[str, Any]:
        stats = [{"groupId": group["id"], "numAffected": self.rng.randint(0, 9), "numAtRisk": 100} for group in groups]
        return {"term": self._words(2).capitalize(), "organSystem": "General disorders", "assessmentType": "SYSTEMATIC_ASSESSMENT", "stats": stats}

    def _derived(self) -> dict[str, Any]:
        return {
            "miscInfoModule": {"versionHolder": STAMP},
            "conditionBrowseModule": self._browse(self.conditions, self.world.conditions, "D"),
            "interventionBrowseModule": self._browse(self.drugs[:1], self.world.drugs, "C"),
        }

    def _browse(self, named: list[str], known: list[str], letter: str) -> dict[str, Any]:
        rng = self.rng
        terms = [{"id": f"{letter}{900_000 + known.index(name):06d}", "term": name.capitalize()} for name in named]
        above = [{"id": f"{letter}{800_000 + rng.randint(0, 900):06d}", "term": self._words(2).capitalize()} for _ in range(rng.randint(1, 8))]
        leaves = [{"id": f"M{rng.randint(1, 30_000)}", "name": self._words(2).capitalize(), "relevance": "LOW"} for _ in range(rng.randint(1, 9))]
        branches = [{"abbrev": f"BC{rng.randint(1, 26):02d}", "name": self._words(3).capitalize()} for _ in range(2)]
        return {"meshes": terms, "ancestors": above, "browseLeaves": leaves, "browseBranches": branches}
