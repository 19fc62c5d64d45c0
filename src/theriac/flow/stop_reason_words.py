"""The words by which sponsors say why a trial stopped: the rules of `stop_reasons`, in the order of their strength.

Flows in: nothing. Flows out: compiled patterns. A rule of rank 0 beats one of rank 1 wherever they stand; within a rank the first one
in the text decides, because sponsors name the main reason first.
"""

import re
from typing import NamedTuple

from theriac.flow.keys import word_set
from theriac.terms import StopReason


class Rule(NamedTuple):
    """One way of giving a reason; `causes` are the classes that replace it where the text names them as what lies behind it."""

    name: str
    reason: StopReason
    rank: int
    pattern: re.Pattern[str]
    causes: frozenset[StopReason] = frozenset()


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_OTHER_MATTER = r"(?:due|because|owing|fund\w*|financ\w*|support\w*|sponsor\w*|staff\w*|resources?|personnel|and)\b"


def _near(left: str, right: str, gap: int = 5) -> str:
    """Both, in either order, at most `gap` words apart within one sentence."""
    between = rf"(?:[^\w.;]+(?!{_OTHER_MATTER})[\w'’/%-]+){{0,{gap}}}?[^\w.;]+"
    return rf"\b(?:{left})\b{between}(?:{right})\b|\b(?:{right})\b{between}(?:{left})\b"


CLAUSE_END = re.compile(r"(?<=[.;!?])\s+(?=\S)|[;\n]")
CAUSE = re.compile(
    r"\b(?:due|owing|thanks) to\b|\bbecause\b|\bas a (?:result|consequence) of\b|\bcaused by\b|\bsince\b|\bresulting from\b"
    r"|\bfor\b[\w\s]*\breasons?\b|"
    r"\bowing to\b|\bin (?:light|view) of\b|\bon account of\b|\battribut\w+ to\b|\bbased on\b|\bafter\b|\bfollowing\b|\bgiven\b"
    r"|\brelated to\b|\bas\b",
    re.IGNORECASE,
)

NAMES = _any(
    r"\b(?:independent |external )?data (?:and )?(?:safety )?(?:and )?monitoring (?:board|committee)s?\b",
    r"\b(?:data )?safety (?:and )?(?:data )?(?:monitoring|review) (?:board|committee|team|group)s?\b",
    r"\bsafety (?:run-?in|cohort|follow-?up|extension|part|stud(?:y|ies)|trial|lead-?in|analysis|assessments?|evaluations?|data|end-?points?"
    r"|population|objectives?|profile|visits?|outcomes?)\b",
    r"\b(?:long[- ]term|evaluate|establish|determine|assess|confirm|demonstrate)\w*(?: the)?(?: long[- ]term)? safety\b",
    r"\bsafety (?:and|or|/|&) (?:efficacy|tolerability|effectiveness|immunogenicity|pharmacokinetics?)(?: (?:end-?points?|data|objectives?"
    r"|profile|outcomes?|stud(?:y|ies)))?\b",
    r"\bcovid[- ]?(?:19)?(?:[- ](?:positive|infected))? (?:patients?|cases?|infections?|subjects?|participants?|vaccin\w+|treatments?|drugs?"
    r"|therap\w+|incidence|numbers?|pneumonia|hospitali[sz]ations?|wards?)\b",
    r"\b(?:fda|regulatory|marketing|market|full) (?:approval|authori[sz]ation|clearance) of\b",
    r"\bapproved by (?:the )?(?:fda|us fda|ema)\b",
    r"\bgranted\b",
)
_DENIED = (
    r"safety|toxicit(?:y|ies)|efficacy|adverse (?:events?|effects?|reactions?)|side[- ]effects?|risks?|benefit(?:[/-]risk)?|regulatory"
    r"|business|financial|irb|ethical"
)
DENIALS = _any(
    r"\b(?:not|n't)\b(?: \w+ly| at all| in any way)? (?:(?:as )?(?:a|the) (?:result|consequence|outcome) of|due to|because of|for|about"
    r"|owing to|out of|by reason of)\b"
    r"(?:(?!\b(?:but|rather|instead|it was)\b)[^.;])*",
    r"\b(?:not|n't)\b(?: \w+){0,2}? (?:related to|linked to|based (?:up)?on|driven by|caused by|prompted by|associated with|connected (?:to"
    r"|with)|reflect\w*|impact\w*|motivated by|triggered by)\b"
    r"(?:(?!\b(?:but|rather|instead|it was)\b)[^.;])*",
    rf"\b(?:no|without|nor|neither|absence of|free of) (?:any |new |major |significant |serious |unexpected |emerging |known |other "
    rf"|specific |additional |there were |there was |of |the )*"
    rf"(?:(?:{_DENIED}|unexpected|drug[- ]related|concerns?|issues?) ?(?:and|or|/|,|nor)? ?)+"
    rf"(?:concerns?|issues?|reasons?|signals?|findings?|problems?|related|events?|risks?|implications?|considerations?)[^.;]*",
    r"\bunrelated to\b(?:(?!\b(?:but|rather|instead)\b)[^.;])*",
    r"\bno (?:change|impact|effect) (?:in|on|to) (?:the )?(?:benefit|risk|safety)[^.;]*",
    r"\b(?:this is )?not an? (?:suspension|irb)[^.;]*",
    r"\birb not suspended\b",
    rf"\b(?:{_DENIED})(?: (?:and|or) (?:{_DENIED}))*(?: (?:concerns?|issues?|reasons?))? (?:was|were|is|are|has|have|had|did|does"
    rf"|played) (?:not|no)\b[^.;,]*"
    r"(?:reasons?|factors?|concerns?|involved|role|relat\w*|contribut\w*|cause\w*|issues?)\b",
    r"\bno (?:irb|ethics) (?:suspension|hold)\b",
    r"\bno suspension of[^.;]*",
)

_PEOPLE = (
    r"patients?|pati[eë]nts|participants?|subjects?|subjucts?|volunteers?|cases|individuals|women|men|children|infants|pts|candidates"
    r"|population|donors|respondents|"
    r"enrollees|sample size|controls|families|couples|mothers|survivors|numbers|athletes|users|eligibles?|centres|centers|sites"
)
_JOINING = (
    r"(?:re)?-?recru\w*|rectru\w*|recuit\w*|reclutament\w*|enrol\w*|enroll\w*|inrol\w*|enrolement\w*|accru\w*|acru\w*|inclusions?|includ(?:e"
    r"|ed|ing)|randomi[sz]\w+|"
    r"sign(?:ed)? up|participation|consent(?:ed|ing)?|eligible|inclus\w+"
)
_LACK = (
    r"lack\w*|insufficien\w*|inadequate|not enough|few|fewer|low|lower|poor|poorly|slow\w*|sluggish|small|limited|difficult\w*|diffcult\w*"
    r"|dificult\w*|"
    r"problem\w*|issues?|challeng\w*|unable|inability|incapacity|impossib\w*|fail\w*|could(?: not|n't)|can(?:not| not|'t)|did(?: not|n't)"
    r"|diminish\w*|declin\w*|decreas\w*|"
    r"unsuccess\w*|unobtainable|unfeasib\w*|infeasib\w*|feasib\w*|under|below|delay\w*|shortfall|shortage|short of|absence|longer|never|hard"
    r"|hardly|only|little|minimal|weak|scarc\w*|"
    r"bad|reduced|rare|rarity|paucity|too|deficien\w*|trouble\w*|less|not reached|not met|not achiev\w*|unmet|missing|stagnat\w*|barrier\w*"
    r"|drop\w*|"
    r"non-?|unlikely|unwilling\w*|want|failing|struggl\w*|obstacle\w*|unexpectedly|behind|stalled|not meet|not reach|not achieve|wasn't"
    r"|weren't|was not|were not"
)
_ENROLMENT_TROUBLE = _any(
    _near(_LACK, _JOINING, 6),
    rf"\b(?:lack\w*|insufficien\w*|inadequate|not enough|few|fewer|too few|low|small|limited|shortage|absence|paucity|poor|decreas\w*"
    rf"|declin\w*|scarc\w*|unable|unobtainable|rarity|only \d+|less)"
    rf"\b(?:[^\w.;]+(?!(?:fund|efficacy|benefit|safety|response|evidence|effect|harm|risk|suppl)\w*)[\w'’/%-]+){{0,4}}?[^\w.;]+(?:{_PEOPLE})\b",
    r"\bonly \d+ (?:patients?|participants?|subjects?|people|cases)\b|\bunder-?(?:enrol\w*|recruit\w*|accru\w*)\b|\bnon-?(?:recruit\w*"
    r"|enrol\w*|accru\w*)\b",
    r"\benrolled only \d+\b|\b(?:recruit\w*|accru\w*|enrol\w*) (?:rate|futility|hurdle\w*|difficult\w*|impossib\w*)\b",
    r"\b(?:sample size|target|recruitment|accrual|enrol\w*) (?:goals? |targets? |objectives? )?(?:was|were|is|are|could|has|have|had"
    r"|will)? ?(?:not|n't|never|unlikely to) ?(?:be |been )?(?:reach\w*|met|meet|achiev\w*|attain\w*|obtain\w*|feasible|possible)",
)
_BARE_ENROLMENT = _any(
    r"\A\W*(?:(?:the|study|trial|patients?|participants?|subjects?|due|to|because|of|withdrawn|terminated|rates?|reasons?)\W+)*(?:recruit\w*"
    r"|enrol\w*|accru\w*)"
    r"(?:\W+(?:rates?|reasons?))*\W*\Z",
)
_EFFECT = (
    r"efficacy|effectiveness|effects?|benefits?|benefit|responses?|activity|difference|superiority|improvement|proof of concept|"
    r"clinical value|therapeutic (?:value|effect)|success|potency|immunogenicity|advantage|performance"
)
_FUTILITY = _any(
    r"\bfutil\w*",
    r"\b(?:in|non-?)(?:efficacy|effective(?:ness)?|efficac\w+)\b|\binferior(?:ity)?\b",
    rf"\b(?:lack|absence|loss|failure)\b(?: of| in| to \w+)?(?:[^\w.;]+[\w'’/-]+){{0,4}}?[^\w.;]+(?:{_EFFECT})\b",
    rf"\b(?:no|insufficient|inadequate|poor|low|lower|limited|minimal|weak|little|disappointing|unsatisfactory|unconvincing|without|less)\b"
    rf"(?:[^\w.;]+(?!(?:enrol|recruit|accru|fund|safety|patient|participant)\w*)[\w'’/-]+){{0,4}}?[^\w.;]+(?:{_EFFECT})\b",
    rf"\b(?:not|n't|failed to|failing to|unable to|unlikely to|failure to|cannot|never)\b(?:[^\w.;]+[\w'’/-]+){{0,4}}?[^\w.;]+"
    rf"(?:show\w*|demonstrat\w*|prov\w*|confirm\w*|support\w*|provid\w*|produc\w*|indicat\w*|suggest\w*|find|found|detect\w*|observ\w*|see"
    rf"|seen|meet|met|reach|achiev\w*)"
    rf"(?:[^\w.;]+[\w'’/-]+){{0,6}}?[^\w.;]+(?:{_EFFECT}|end-?points?|(?:primary|secondary|efficacy|statistical) (?:outcomes?|objectives?)"
    rf"|hypothes[ie]s|success criteri\w+)\b",
    rf"\b(?:{_EFFECT}|end-?points?|primary (?:outcomes?|objectives?)|success criteri\w+)\b(?:[^\w.;]+[\w'’/()-]+){{0,6}}?[^\w.;]+(?:not|n't"
    rf"|unlikely to)"
    rf"(?:[^\w.;]+be(?:en)?)?[^\w.;]+(?:\w+ly )?(?:shown|demonstrat\w*|prov\w*|confirm\w*|met|meet|reached|reach|achiev\w*|attain\w*"
    rf"|observ\w*|seen|found|sufficient|satisf\w*|exceed\w*|established|hold)\b",
    r"\b(?:miss|missed|failed|failing|fails|failure of)\b(?:[^\w.;]+[\w'’-]+){0,3}?[^\w.;]+(?:primary|end-?points?|efficacy|interim|phase"
    r"|parent|pivotal)\b",
    r"\bnegative (?:\w+ ){0,3}?(?:results?|outcomes?|stud(?:y|ies)|trials?|data|findings?|analysis|efficacy)\b|\b(?:results?|outcomes?|trial"
    r"|study) (?:was|were|is) negative\b",
    r"\bno significant (?:difference|effect|benefit|improvement)\w*|\b(?:superiority|efficacy|benefit|success) (?:was |is "
    r"|were )?(?:no longer|not|un)[ -]?(?:attainable|achievable|likely|possible)\b|\bvirological failure\b|\bnot (?:effective|efficacious"
    r"|beneficial|superior|work(?:ing)?)\b|\b(?:did|does) ?n(?:o|')t work\b",
    r"\bunfavou?rable (?:interim |efficacy |study )?(?:results?|outcomes?|efficacy)\b|\bdisappointing\b|\b(?:progression|relapse"
    r"|failure) rates? (?:was|were|is) (?:too )?high\w*",
    r"\b(?:rates?|results?|responses?|outcomes?|efficacy)\b[^.;]{0,60}\b(?:lower|less|worse|poorer) than (?:expected|anticipated|planned"
    r"|hoped|control|placebo)\b",
    r"\b(?:data|results?|analys[ie]s|outcomes?)\b[^.;]{0,60}\b(?:did|does|do) ?n(?:ot|'t) (?:support|justify|warrant)\b",
    r"\b(?:stop\w*|prespecified|pre-?specified|pre-?defined)\b[^.;]{0,30}\bfutility\b|\bno (?:reliable|clinically meaningful"
    r"|meaningful) (?:differences?|effects?|benefits?)\b",
)
_BENEFIT = _any(
    r"\b(?:early|overwhelming|clear|significant|strong|positive|proven|outstanding|high|excellent|sufficient evidence of"
    r"|evidence of) (?:evidence of )?(?:efficacy|benefit|effectiveness|success|superiority)\b",
    r"\b(?:superiority|benefit|efficacy)\b(?: \w+){0,6}? (?:shown|demonstrated|established|proven|proved|reached|achieved|observed|met"
    r"|crossed|exceeded|confirmed)\b",
    r"\b(?:primary |efficacy |study |all |main )*end-?points?\b(?: \w+){0,4}? (?:was|were|has been|have been|had been|is|are|already"
    r"|early)? ?(?:successfully )?(?:met|reached|achieved|exceeded)\b",
    r"\b(?:met|reached|achieved|meeting|reaching)\b(?: (?:the|its|their|all|study|pre-?specified))* (?:co-?primary |primary |efficacy "
    r"|secondary )?end-?points?\b",
    r"\bpositive (?:\w+ ){0,3}?(?:results?|outcomes?|data|findings?)\b|\bstopped? (?:early )?(?:for|due to|because of) (?:efficacy|success"
    r"|benefit)\b",
    r"\befficacy (?:boundary|boundaries|criteri\w+|threshold|stopping)\b|\bsignificant(?:ly)? (?:better|superior|in favou?r)\b"
    r"|\bsuperior(?: efficacy)?(?! (?:vena|mesenteric|oblique))\b",
    r"\bearly (?:termination|stopping|stop) (?:for|due to) (?:efficacy|benefit|success)\b|\bstudy (?:was )?(?:a )?success\w*",
)
_SAFETY = _any(
    r"\b(?:safety|toxicity|tolerability)(?: and \w+)?[- ](?:related |monitoring )?(?:concerns?|issues?|reasons?|signals?|findings?|problems?"
    r"|events?|risks?|measures?|considerations?|alerts?|warnings?|grounds?|precautions?|hold|stopping|pause|letters?|information|results?"
    r"|rules?)\b",
    r"(?:\b(?:for|due to|because of|to|of|by|with)|\A|[:;,.(/]|\band|\bor)\s*(?:\w+ )?safety\s*(?=[.;,:)/·]|\Z|\band\b|\bor\b)",
    r"\b\w*toxic(?:it(?:y|ies)|ities)?\b|\badverse (?:\w+ )?(?:events?|effects?|reactions?|experiences?|outcomes?|drug)\b"
    r"|\bside[- ]?effects?\b|\b(?:S?AEs?|SUSARs?|DLTs?)\b",
    r"\b(?:un|not )(?:safe|tolerat\w+|tolerable|well tolerated)\b|\bintolera\w+|\bpoor(?:ly)? tolera\w+|\btolerability\b|\b(?:increased"
    r"|excess|higher|high|unexpected)(?: \w+){0,4}? (?:mortality|deaths?|risk|bleeding|toxicity|thrombo\w+)\b",
    r"\b(?:deaths?|fatal\w*|mortality|thromboembol\w*|mutagenic\w*|carcinogenic\w*|harm|harmful|anaphyla\w*|hepatic injury|liver injury"
    r"|bleeding events?|haemorrhages?|hemorrhages?|overdose)\b",
    r"\b(?:non-?|un)favou?rable (?:\w+[ /-]){0,2}?(?:risk|benefit|safety)\b|\b(?:benefit|risk)[ /-]+(?:to[ -]|vs\.? ?|versus |and "
    r"|: ?)?(?:risk|benefit)\b|\brisks? (?:out-?weigh|to (?:the )?(?:patients?|participants?|subjects?))\w*",
    r"\b(?:dose[- ]limiting|complications?|serious (?:infections?|events?|complications?))\b",
)
_COVID = _any(r"\bcovi[dt]\w*", r"\bsars[- ]?cov\w*", r"\b(?:novel |new )?corona ?virus\w*|\bcorona\b", r"\bpandemi[cae]s?\b",
    r"\block-?down\w*", r"\bquarantine\w*|\bcurrent health situation\b")
_REGULATORY = _any(
    r"\b(?:FDA|MHRA|BfArM|ANSM|PMDA|NMPA|CFDA|SFDA|DCGI|CDSCO|ANVISA|HREC|IRBs?|IEC|REB|CTEP|OHRP|ORD)\b",
    r"\bhuman subjects? (?:research )?(?:review|committee|protection)\w*|\bethic\w*|\bregulat(?:or|ors|ory|ions?)\b|\binstitutional review\b"
    r"|\bcompetent authorit\w+|\bhealth (?:authorit\w+|canada|ministry)|\bministry of\b|"
    r"\bmedicines? agency\b|\bEuropean Medicines\b",
    r"\b(?:clinical|partial|full) hold\b|\blegal\w*|\blegislati\w*|\bIND\b|\bGDPR\b|\bcomplian\w+|\bnon-?complian\w+ with GCP\b|\bGCP\b"
    r"|\bpolicy\b|\bpolicies\b|\bgovernment\w*",
    r"\b(?:paediatric|pediatric) (?:committee|investigation\w* plan)\b|\b(?:not|n't|never|no|without|lack of|pending|awaiting|refus\w+"
    r"|denied|reject\w+|expired|withheld|withdrawn) (?:\w+ ){0,3}?(?:approv\w+|authori[sz]\w+|permission|permit|licen[cs]e)\b|\bdisapprov\w+",
    r"\bapproval (?:was |has |had |is )?(?:not|never|n't|withdrawn|revoked|denied|refused|expired|lapsed)\b",
)
_BUSINESS = _any(
    r"\b(?:re|de|un|non-?|under)?fund\w*|\bfinanc\w*|\bbudget\w*|\bmoney\b|\bgrants?\b|\bmonetary\b|\beconomic\w*|\bcosts?\b|\bexpens\w+"
    r"|\bsponsorship\b|\breimburs\w*|\binsurance\b",
    r"\bbusiness\b|\bcommerc\w*|\bstrateg\w*|\b(?:re-?|de-?)?priorit\w*|\bportfolio\b|\bpipeline\b|\bmarket(?:ing)? (?:reasons?"
    r"|considerations?|conditions?|assessment|landscape|decision)\b",
    r"\bbankrup\w*|\binsolven\w*|\bliquidat\w*|\bacqui(?:red|sition)\b|\bmerger?\b|\bdissol\w*|\bout of business\b|\bceased (?:operations?"
    r"|to exist|trading)\b|\b(?:company|firm|sponsor|manufacturer) (?:was |has |is )?(?:closed|closing|dissolved|shut|no longer exist\w*)\b",
    r"\bcontract\w*|\b(?:license|licence|licensing|licensed|agreement)s?\b|\bpartnership\b|\bcollaborat\w+ (?:\w+ )*?(?:ended|stopped"
    r"|terminated|request|withdr\w+)\b|\bcollaborator'?s? (?:request|decision)|\bdivest\w*|\btransferred to another company\b",
    r"\b(?:withdr[ae]w\w*|withdrawal of|lack of|no|loss of|lost|insufficient|inadequate|without|terminat\w+|discontinu\w+|pull\w+|end\w* of"
    r"|stop\w*) (?:\w+ ){0,3}?(?:support|sponsor|resources)\b(?! staff)|\bchanges? in resources\b|\bresource (?:allocation|constraints?"
    r"|limitations?|availability|issues?)\b|\b(?:limited|lack of|insufficient|no|(?:not|n't) have(?: the)?|without) (?:\w+ )?resources\b"
    r"|\bsupport(?:er)? (?:was |has been )?(?:withdrawn|ended|terminated|lost|discontinued)\b",
    r"\b(?:development|clinical|product|drug|compound|research|overall|entire)(?: \w+){0,3}? program(?:me)?s? (?:\w+ ){0,3}?(?:discontinu\w+"
    r"|terminat\w+|stop\w*|end\w*|halt\w*|cancel\w+|suspend\w*|objectives)\b|"
    r"\b(?:discontinu\w+|terminat\w+|stop\w*|halt\w*|cancel\w+|cessation|suspen\w+|end)\b[^.;]{0,30}\b(?:development|program(?:me)?|product"
    r"|compound)\b|\bdevelopment (?:\w+ ){0,4}?(?:was |were |is |has been |have been |will be )?(?:discontinued|terminated|stopped|halted"
    r"|ceased|not be pursued|put on hold|ended)\b|\bfurther development\b",
)
_DECISION = _any(
    r"\b(?:sponsor|company|companies|corporate|management|industry|business|internal|administrative|organi[sz]ation\w*|manufacturer"
    r"|pharma\w*|lilly|pfizer|novartis|roche|board)(?:'s|s'|s)?\b[ /](?:\w+ ){0,4}?(?:deci\w+|desicion|request\w*|withdr\w+|terminat\w+"
    r"|cancel\w*|discontinu\w+|halt\w*|paus\w*|ended|focus\w*|not (?:be )?(?:mov\w+|go\w*|proceed\w*)|elected|chose|choice|reasons?|opted"
    r"|determination|stopped|closed|did not proceed)\b",
    r"\b(?:decision|decided|request|requested|terminated|withdrawn|stopped|closed|discontinued|cancelled|canceled|termination"
    r"|discretion) (?:\w+ ){0,3}?(?:by|of|from|at) (?:the )?(?:study |trial |\w+ )?(?:sponsor|company|manufacturer|management)\b"
    r"|\bby (?:the )?sponsor\b",
    r"\bsponsor(?:'s)?\W*\Z|\badministrative\b",
)
_DESIGN = _any(
    r"\bprotocol\b(?! (?:defined|specified))|\bre-?design\w*|\b(?:study|trial|experimental|research|device)? ?(?:design|structure"
    r"|methodolog\w*)\b|\bmethodolog\w*",
    r"\b(?:replaced|superseded|merged|incorporated|combined|rolled|subsumed|absorbed|included)\b[^.;]{0,25}\b(?:protocol|stud(?:y|ies)"
    r"|trials?)\b|\b(?:new|another|different|larger|alternative|separate|follow-?up|similar|identical|competing|other|revised|parent"
    r"|main) (?:\w+ ){0,2}?(?:stud(?:y|ies)|trials?|protocols?|data|projects?)\b(?! (?:team|staff|coordinator))",
    r"\b(?:inclusion|exclusion|eligibility|selection)(?:/\w+)? criteria\b|\bduplicat\w*|\b(?:standard|standards|practice|guidelines?"
    r"|treatments?|therapy|technique|technology|landscape|care|soc)\b[^.;]{0,40}\bchang\w+|\bchang\w+[^.;]{0,40}\b(?:standard|practices?"
    r"|guidelines?|treatments?|therapy|technique|technology|care|indication|device|implant)\b",
    r"\b(?:not|n't|in|un|non-?|no longer|lack of|limited|low|poor) ?(?:be |been |considered |deemed |\w+ly )?(?:feasib\w*|relevan\w*"
    r"|practica\w*|necessary|needed|required|of interest|applicable|viable|appropriate|valid)\b|\bfeasibility\b|\b(?:became|becoming|is"
    r"|was) (?:irrelevant|obsolete|outdated|redundant)\b",
    r"\b(?:question|objective|aim)s? (?:\w+ ){0,3}?(?:resolved|answered|addressed|adequately)\b|\bmeta-?analys\w*|\bhypothes\w*"
    r"|\b(?:updates?|changes?|modif\w*|improve\w*) (?:to|in|of) (?:the )?(?:\w+ )?(?:device|dose|dosing|regimen|formulation|criteria"
    r"|indication|study|trial|inclusion)\b|\bdata suggest\w*|\bamend\w*|\bchanged indication\b|\b(?:initiat|start|launch|open|begin"
    r"|begun)\w* (?:an? )?new\b|\b(?:results?|data|publications?) (?:of|from|on) (?:[\w-]+ ){0,4}?(?:subject|stud(?:y|ies)|trials?)\b",
)
_THING = (
    r"(?:study |investigational |trial |medical |test |active |clinical |drug )*(?:drugs?|medications?|medicines?|products?|devices?"
    r"|vaccines?|IMPs?|placebos?|agents?|compounds?|kits?|implants?|supplements?|materials?|"
    r"reagents?|tracers?|isotopes?|comparators?|articles?|formulations?|batch(?:es)?|doses?|supply|supplies|tablets?|capsules?|antibod(?:y"
    r"|ies)|equipment|assays?)"
)
_SUPPLY = _any(
    rf"\b(?:lack|shortage|absence|loss|delay\w*|unavailability|availability|supply|supplies|expir\w*|recall\w*|production|manufactur\w*"
    rf"|discontinu\w+|withdrawal|provision)\b(?: (?:of|in|for|with|from|the))*(?: \w+){{0,3}}? {_THING}\b",
    rf"\b(?:no|insufficient|limited|inadequate|out of|unable to (?:obtain|procure|get|source|provide|access|acquire|purchase)"
    rf"|could not (?:obtain|procure|get|provide)|no more|no longer)(?: \w+){{0,2}}? {_THING}\b(?! (?:effect|response|benefit|safety|concern"
    rf"|issue|company|development|related|interaction))",
    rf"\b{_THING}\b(?: \w+){{0,6}}? (?:(?:un|not |no longer |never |longer |not be )(?:\w+ )?(?:available|supplied|provided|manufactured"
    rf"|produced|marketed|delivered)|expired|(?:was|were|been|is|be|pulled|taken) (?:\w+ )?(?:off|withdrawn from|removed from"
    rf"|pulled from)(?: \w+){{0,2}}? market|recalled|out of stock|supply|supplies|supplier|shortage|availability|unavailability|expiry"
    rf"|expiration|manufactur\w*|production|stability|quality)\b",
    r"\b(?:drug|product|medication|device|vaccine) (?:supply|supplies|supplier|shortage|availability|expiration|expiry|manufactur\w*)\b"
    r"|\bsuppl(?:y|ies|ier|iers) (?:\w+ ){0,2}?(?:issues?|problems?|shortages?|chain|constraints?|interruption|delay\w*|discontinu\w+|end\w*"
    r"|limit\w*|stopped|unable)\b|\bmanufactur\w+ (?:issues?|problems?|delays?|difficult\w*|stopped|ceased|discontinu\w+|changes?|process)\b"
    r"|\bout of stock\b|\b(?:from|off|of) the (?:\w+\.? ?){0,3}?market\b|\bstock\b|\b(?:provider|supplier"
    r"|manufacturer) (?:[\w]+ ){0,3}?(?:no longer|declin\w+|refus\w+|unable|stopped|ceased)\b",
    r"\b(?:withdraw\w*|removed?|removal|pulled|recall\w*) (?:of \w+ )?(?:from|off) (?:the )?(?:\w+\.? ?){0,3}?market\b",
)
_STAFF = _any(
    r"\b(?:PI|P\.I\.|(?:co-?|sub-?|principal |lead |primary |study |site )*investigators?|researchers?|staff|staffing|personn?el\w*"
    r"|coordinators?|student|fellow|physician|doctor|surgeon|employee?|team|director)\b(?:'s)?(?: \w+){0,6}? (?:left|leav\w*|mov\w+|chang\w+"
    r"|depart\w*|retire\w*|resign\w*|died|deceased|death|relocat\w*|transfer\w*|quit|graduated|no longer|unavailab\w*|shortage\w*|absence"
    r"|turnover|went|maternity|medical leave|gone)\b",
    r"\b(?:lack|loss|shortage|departure|absence|relocation|retirement|transfer|change|no|insufficient|resignation|without|replacement"
    r"|limited)(?: \w+){0,3}? (?:PI|staff\w*|personn?el\w*|(?:principal |sub-?)*investigators?|manpower|coordinators?|researchers?)\b"
    r"|\bmanpower\b|\bstaffing\b",
    r"\b(?:PI|(?:principal |study |site )*investigator|researcher)s?'?(?:/\w+)?(?:'s)? (?:\w+ ){0,3}?(?:deci\w+|discretion|request\w*"
    r"|withdr\w+|terminat\w+|choice|stopped|closed)\b|\b(?:decision|request|discretion) (?:of|by|from) (?:the )?(?:PI|(?:principal "
    r"|study )*investigators?|institution)\b",
    r"\b(?:institution|university|hospital|department)(?:'s|al)? (?:\w+ )?(?:request|decision|closed|closure)\b",
)
_AIM_REACHED = _any(
    r"\b(?:sufficient|(?<!not )enough|adequate|complete\w*)(?: \w+){0,2}? (?:data|information|enrol\w*|results|evidence)\b",
    r"\b(?<!not )(?:reached|met|achieved|completed|fulfilled|obtained)(?: (?:the|its|our|all|full|planned|initial|study|desired|required"
    r"|intended|expected|accrual|enrol\w*|recruitment|target))* (?:targets?|goals?|sample size|number|accrual|enrol\w*|recruitment"
    r"|objectives?|commitment|aims?)\b|\b(?:goal|target|objective|commitment|aim|accrual|enrol\w*|recruitment)s? (?:was |were |has been "
    r"|have been |is )?(?:reached|met|achieved|fulfilled|complete\w*)\b|\baccrual limit\b",
)
_STATE = _any(
    r"\b(?:no|zero|0|without(?: any)?) (?:\w+ ){0,2}?(?:patients?|participants?|subjects?|enrol\w*|recruit\w*|one|accrual"
    r"|individuals)\b(?: (?:was|were|has been|have been|had been|are))?(?: ever| yet)?(?: \w+)? ?(?:enrol\w*|recruit\w*|accru\w*|included"
    r"|randomi[sz]ed|consented)?",
)

_BEHIND_ALL = frozenset(StopReason) - {StopReason.UNSTATED}
_BEHIND_ENROLMENT = _BEHIND_ALL - {StopReason.STUDY_DESIGN}

RULES: tuple[Rule, ...] = (
    Rule("pandemic", StopReason.COVID, 0, _COVID),
    Rule("harm_or_risk", StopReason.SAFETY, 1, _SAFETY),
    Rule("no_effect_shown", StopReason.FUTILITY, 1, _FUTILITY),
    Rule("effect_shown_early", StopReason.EARLY_BENEFIT, 2, _BENEFIT),
    Rule("aim_reached", StopReason.OTHER, 3, _AIM_REACHED),
    Rule("too_few_or_too_slow", StopReason.ENROLMENT, 4, _ENROLMENT_TROUBLE, _BEHIND_ENROLMENT),
    Rule("too_few_or_too_slow", StopReason.ENROLMENT, 4, _BARE_ENROLMENT),
    Rule("money_or_strategy", StopReason.BUSINESS, 4, _BUSINESS, _BEHIND_ALL),
    Rule("authority_or_ethics", StopReason.REGULATORY, 4, _REGULATORY, _BEHIND_ALL),
    Rule("product_not_to_be_had", StopReason.SUPPLY, 4, _SUPPLY),
    Rule("plan_of_the_study", StopReason.STUDY_DESIGN, 4, _DESIGN, _BEHIND_ALL),
    Rule("people_left_or_decided", StopReason.OTHER, 4, _STAFF, _BEHIND_ALL),
    Rule("nobody_enrolled", StopReason.ENROLMENT, 7, _STATE, _BEHIND_ALL),
    Rule("sponsors_decision", StopReason.BUSINESS, 6, _DECISION, _BEHIND_ALL),
)

AIMS = _any(
    r"\b(?:prior|prior to|before|after|until|without) (?:the )?(?:start of |first |any )?(?:enrol\w*|recruit\w*"
    r"|accru\w*)(?: of (?:the )?(?:first|any) \w+)?",
)
EMPTY_WORDS = word_set(
    "a abandoned already an and any anymore are as at be been before began begun being but by canceled cancelled cannot carried cease ceased "
    "close closed closing closure commence commenced conduct conducted decide decided decides decision did discontinued do done early end ended "
    "enrolled enrolling enrollment enrolment examined experiment finish finished for forward further given go halted has have held hold in "
    "indefinitely initiate initiated initiation interrupted intervention is it its longer may move moving n't never no none not of off on open or "
    "our out participants patients performed permanently plan planned potentially premature prematurely prior proceed project reason receiving "
    "recruiting recruitment registered research resume resumed start started starting stop stopped stopping studies study subjects suspend "
    "suspended suspension temporarily temporary terminate terminated termination that the their them then there this time to treated trial trials "
    "unknown was we were will with withdraw withdrawn would yet"
)
