"""The vocabulary that stands around a drug's name in a registry: doses, forms, routes, schedules, classes, and what is no drug at all.

Flows in: nothing. Flows out: word sets and patterns, all ours. No drug, brand or company is named here.
"""

import re

from theriac.flow.keys import Why, word_set

FORMS = word_set(
    "tablet tablets tab tabs caplet caplets capsule capsules cap caps softgel softgels pill pills pellet pellets lozenge lozenges "
    "troche troches wafer wafers film films strip strips gum granule granules powder powders sachet sachets cream creams ointment "
    "ointments gel gels jelly lotion lotions foam foams paste pastes spray sprays solution solutions soln suspension suspensions "
    "emulsion syrup elixir drop drops eyedrops liquid concentrate injection injections injectable injectables inj infusion infusions "
    "vial vials ampoule ampoules ampule ampules pen pens syringe syringes autoinjector autoinjectors auto-injector patch patches "
    "plaster plasters suppository suppositories pessary pessaries enema insert inserts implant implants ring rings depot aerosol "
    "aerosols inhaler inhalers nebuliser nebulizer nebulized nebulised rinse mouthwash mouthrinse shampoo swab swabs stick bar kit "
    "kits odt mdi dpi hfa prefilled pre-filled coated film-coated enteric enteric-coated uncoated chewable dispersible orodispersible "
    "orally-disintegrating disintegrating effervescent lyophilized lyophilised reconstituted formulation formulations preparation "
    "preparations er xr sr cr xl la dr ir mr xt extended-release sustained-release controlled-release modified-release "
    "delayed-release immediate-release prolonged-release slow-release extended sustained controlled delayed prolonged release "
    "releasing long-acting bp usp nf ph.eur hydrogel micronized liposomal product products"
)
ROUTES = word_set(
    "oral orally peroral po topical topically intravenous intravenously iv i.v. i.v intramuscular intramuscularly im i.m. "
    "subcutaneous subcutaneously sc s.c. sq subq intradermal intradermally intranasal intranasally nasal sublingual sublingually "
    "buccal rectal rectally vaginal vaginally intravaginal transdermal transdermally percutaneous ophthalmic ocular otic intravitreal "
    "intrathecal epidural intraarticular intra-articular intralesional intratumoral intravesical intracavernosal intracavernous "
    "intracorporeal intracavernosally intraurethral transurethral intraperitoneal intraarterial intra-arterial intracoronary inhaled "
    "inhalation inhalational parenteral systemic mouth iontophoresis perineural intraoperative intracameral subconjunctival "
    "intrauterine intraosseous intrapleural periocular perioral"
)
SCHEDULE = word_set(
    "daily weekly monthly biweekly nightly once twice thrice bid b.i.d. tid t.i.d. qid qd q.d. qod od o.d. bd qhs qam qpm hs prn "
    "p.r.n. bedtime morning evening night nighttime day days week weeks wk wks month months year years hour hours hr hrs h minute "
    "minutes min mins times time every each per alternate regular on-demand demand needed as-needed maintenance loading induction "
    "bolus continuous intermittent on-treatment course courses cycle cycles session sessions q1w q2w q3w q4w q6w q8w q12w qw q4h q6h "
    "q8h q12h q24h oad three-weekly once-daily twice-daily once-weekly twice-weekly three four five six seven eight ten two half x1 "
    "x2 x3 tiw qow qm stat nocte preoperative postoperative pre-operative post-operative perioperative fasted fed fasting"
)
QUALIFIERS = word_set(
    "low high medium standard lower higher full max maximum maximal minimum medium-dose low-dose high-dose very-low-dose "
    "ultra-low-dose dose doses dosed dosage dosages dosing single multiple repeated repeat fixed flexible variable various different "
    "escalating ascending increasing reduced different-dose open-label openlabel open label double-blind blinded blind active "
    "experimental investigational study test reference comparator control controlled treatment treatments treat therapy therapies "
    "monotherapy mono-therapy drug drugs medication medications medicine medicines agent agents group groups arm arms cohort cohorts "
    "part period as one sequence level levels stage phase regimen regimens intervention interventions administration administered "
    "co-administration coadministration coadministered co-administered application applications applied use using given receiving "
    "received supplement supplements supplementation adjuvant neoadjuvant neo-adjuvant adjunctive adjunct add-on concomitant "
    "concurrent early late immediate initial continued continuation long-term short-term long short term chronic acute prophylactic "
    "prophylaxis preventive preoperatively generic fdc co-formulated coformulated brand branded name commercial commercially "
    "available marketed approved licensed conventional new novel old first second third line first-line second-line local regional "
    "combination combined combo alone only new-formulation matched matching healthy male female males females men women adult adults "
    "pediatric children subjects patients participants participant patient human or and with plus integrated the a an of in on to by "
    "at for from during after before until up approximately about least total strength strengths type-a units unit volume ratio "
    "genetical commercial-grade approx according within following mg mcg ml free off i.e. e.g. etc"
)
NOISE = FORMS | ROUTES | SCHEDULE | QUALIFIERS
# Words that are no name even when nothing else is left.
EMPTY = word_set(
    "aqueous standard usual routine normal other others none no not yes all any vitamin vitamins vaccine vaccines antibody antibodies "
    "hormone hormones cell cells acid acids salt saline water oil sugar extract herbal chinese traditional western protein peptide "
    "toxin gene serum plasma blood sterile autologous allogeneic recombinant monoclonal conjugate stem dna rna mrna test tests type "
    "class various specific general base intensive section options option choice and or plus best care investigator physician "
    "supportive agent anti non pre post left right device procedure surgery sham placebo vehicle"
)

_UNITS = (
    r"mg|mgs|milligrams?|g|gm|gms|grams?|gr|kg|mcg|micrograms?|µg|μg|ug|ng|pg|nanograms?|ml|mls|cc|millilit(?:er|re)s?|l|lit(?:er|"
    r"re)s?|dl|µl|μl|ul|microlit(?:er|re)s?|iu|"
    r"i\.u\.?|international units?|units?|miu|ku|mu|u|mmol|µmol|μmol|umol|nmol|mol|meq|mm|µm|μm|um|nm|cm2?|mci|µci|ci|mbq|gbq|kbq|"
    r"bq|gy|cgy|grays?|pfu|tcid50|vg|vp|cfu|lf|au|ppm|ppb|"
    r"%|percent|‰|w/w|w/v|v/v|hours?|hrs?|h|minutes?|mins?|days?|weeks?|wks?|months?|years?|doses?|tablets?|tabs?|capsules?|caps?|"
    r"pills?|puffs?|sprays?|drops?|"
    r"times?|injections?|vials?|sessions?|cycles?|million|billion|x10\^?\d+|cells?"
)  # fmt: skip
_NUMBER = r"\d+(?:[.,]\d+)*"
DOSE = re.compile(
    rf"(?<![\w.-])(?:[<>≤≥~=±]\s*)?{_NUMBER}(?:\s*(?:-|–|to|or|and|/|x|×|\+|,)\s*{_NUMBER})*\s*-?\s*(?:{_UNITS})(?![a-z])"
    rf"(?:\s*(?:/|per)\s*(?:{_NUMBER}\s*)?(?:{_UNITS}|m2|m²|m\^2|kg|d|day|dose|week|sq\.? ?m(?:eter)?|actuation|each)(?![a-z]))*"
)
NUMBER = re.compile(r"(?:[#<>≤≥~x×]?\d+(?:[.,:/x×-]\d+)*(?:st|nd|rd|th)?|[ivx]{1,4}|[a-e])\Z")
BARE_NUMBER = re.compile(r"\d+(?:[.,]\d+)*\Z")

LEADS = re.compile(
    r"(?:(?:drug|biological|device|procedure|behaviou?ral|other|dietary supplement|combination product|radiation|genetic|diagnostic test|"
    r"experimental|intervention|treatment|investigational (?:product|drug|medicinal product)|study drug|test (?:product|drug)?|"
    r"reference (?:product|drug)?|active comparator|comparator|"
    r"chemotherapy|immunotherapy|hormone therapy|arm|group|cohort|part|stage|step|phase|period|sequence|regimen|"
    r"schedule)(?:\s+(?:[a-h]|[ivx]+|\d+[a-d]?))?\s*[:=]\s*)+"
)

# Text that says by itself that nothing is investigated; holds whatever else the text names.
HARD: tuple[tuple[Why, re.Pattern[str]], ...] = (
    (Why.PLACEBO, re.compile(r"placebo|\bdumm(?:y|ies)\b|\bsugar pills?\b|\binert\b|\bsimulation agents?\b|\bsimulants?\b|"
        r"\bsham (?:drug|pills?|tablets?|capsules?)\b|\bmock (?:drug|injection)")),
    (Why.SHAM, re.compile(r"\bsham\b")),
    (Why.VEHICLE, re.compile(r"(?<!in )\bvehicles?\b|\bexcipients?\b|\bdiluents?\b")),
    (Why.STANDARD_OF_CARE, re.compile(
        r"\bstandards?[ -]of[ -](?:care|treatment)\b|\busual care\b|\btreatment[ -]as[ -]usual\b|\bbest (?:supportive|available|"
        r"medical|standard)\b|\bsupportive care\b|"
        r"\bstandard (?:care|therapy|treatment|medical)\b|\broutine (?:care|treatment|clinical)\b|\bconventional (?:care|treatment|"
        r"therapy)\b|\busual (?:treatment|therapy)\b|"
        r"^\W*(?:soc|tau|bsc|gdmt)\W*$|\b(?:physician|investigator|doctor)'?s?'? choice\b|\bbackground (?:therapy|treatment|"
        r"medication)s?\b")),
    (Why.NO_INTERVENTION, re.compile(
        r"\bno (?:other )?(?:study )?(?:treatments?|interventions?|drugs?|therapy|medications?|vaccine|vaccination|names?)\b|"
        r"\bnon[- ]?treatment\b|\buntreated\b|"
        r"\bnot applicable\b|^\W*(?:none|n/?a|nil|nothing)\W*$|\bwait(?:ing)?[- ]?list\b|\bdelayed (?:treatment|intervention)\b|"
        r"\bwithout (?:treatment|intervention)\b")),
    (Why.OBSERVATION, re.compile(
        r"\bobservation(?:al)?(?: only| arm| study)?$|^observ|\bwatchful waiting\b|\bactive (?:surveillance|monitoring)\b|"
        r"\bnatural history\b|\bfollow[- ]?up\b|"
        r"\bnon[- ]?interventional\b|\bdata collection\b|\bchart review\b|\bmedical records?\b")),
    (Why.QUESTIONNAIRE, re.compile(
        r"questionn?aires?|\bsurveys?\b|\binterviews?\b|\bdiar(?:y|ies)\b|\bassessments?\b|\bquality[- ]of[- ]life\b|"
        r"\bpatient[- ]reported\b|\bevaluations?\b|\binventory\b")),
)  # fmt: skip
# Text whose words usually mean no single drug; a name that the registry knows exactly still prevails ("C1 esterase inhibitor").
# Read on the words that carry the name: "PDE5i treatment" is a class as well.
CLASS = re.compile(
        r"\b(?:inhibitors?|blockers?|agonists?|antagonists?|antibiotics?|antimicrobials?|antivirals?|antifungals?|antiretrovirals?|"
        r"antihypertensives?|antidepressants?|"
        r"antipsychotics?|anticoagulants?|antiplatelets?|antihistamines?|antioxidants?|analgesics?|anti-?inflammator(?:y|ies)|"
        r"antiemetics?|an(?:a)?esthetics?|"
        r"an(?:a)?esthesia|chemotherap(?:y|ies|eutics?)|immunotherap(?:y|ies)|immunosuppressants?|hormon(?:e|al) therapy|"
        r"androgen deprivation therapy|"
        r"steroids?|corticosteroids?|glucocorticoids?|opioids?|nsaids?|statins?|diuretics?|contracepti(?:on|ves?)|vitamins?|"
        r"multivitamins?|probiotics?|"
        r"anxiolytics?|sedatives?|insulins|biologics?|vasodilators?|bronchodilators?|laxatives?|psychedelics?|pde-?5i?s?|ssris?|"
        r"snris?|tkis?|ace-?i|arbs?)\W*$")  # fmt: skip
SOFT: tuple[tuple[Why, re.Pattern[str]], ...] = (
    (Why.CONTROL, re.compile(
        r"^\W*(?:(?:active|positive|negative|historical|healthy|attention|no-treatment|matched|usual) )*(?:controls?|comparators?)"
        r"(?: (?:group|arm|drug|treatment|condition|intervention)s?)*\W*$")),
    (Why.BEHAVIOUR, re.compile(
        r"\bexercises?\b|\btraining\b|\beducation(?:al)?\b|\bcounsell?ing\b|\bpsychotherap|\bcognitive[- ]behaviou?r|"
        r"\bmindfulness\b|\blifestyle\b|\bcoaching\b|"
        r"\bself-?management\b|\bmotivational\b|\brehabilitation\b|\bphysiotherap|\bphysical therapy\b|\bbooklet\b|\bphone calls?\b|"
        r"\btext messag|\bapp\b|\bsoftware\b|"
        r"\bsmartphone\b|\bdigital\b|\bvirtual\b|\byoga\b|\bmeditation\b|\bsupport (?:group|program)")),
    (Why.PROCEDURE, re.compile(
        r"\bsurg(?:ery|ical|eries)\b|\bprocedures?\b|\bimplantation\b|ectomy\b|otomy\b|ostomy\b|oplasty\b|oscopy\b|\bbiops(?:y|"
        r"ies)\b|\btransplant(?:ation)?s?\b|"
        r"\bcryotherapy\b|\bcryosurgery\b|\bcuret+age\b|"
        r"\bphototherapy\b|\bphotodynamic therapy\b|\blaser\b|\bacupuncture\b|\bmassage\b|\bcathet[a-z]*\b|\bdialysis\b|"
        r"\bapheresis\b|\bleukapheresis\b|"
        r"\bshock ?-?waves?\b|\bstimulation\b|\bablation\b|\bembolization\b|\bneedling\b|\bhyperbaric\b|\boxygen therapy\b|"
        r"\biontophoresis$|\bsutur|\bexcision\b|\bdebridement\b")),
    (Why.RADIATION, re.compile(r"\bradiation\b|\bradiotherap|\bbrachytherap|\birradiation\b|\bradiosurgery\b|\bproton (?:beam|"
        r"therapy)\b|\bsbrt\b|\bimrt\b")),
    (Why.DEVICE, re.compile(
        r"\bdevices?\b|\bprosthes[ie]s\b|\bprothesis\b|\bstents?\b|\bcatheters?\b|\bpumps?\b|\bballoons?\b|\bsensors?\b|\bsystems?$|"
        r"\bmonitors?\b|\bmasks?\b|\bcpap\b|\bbandages?\b|\bdressings?\b")),
    (Why.DIAGNOSTIC, re.compile(
        r"\bultraso(?:und|nography)\b|\bmri\b|\bmagnetic resonance\b|\btomography\b|\bpet[-/ ]?ct\b|\bct scans?\b|\bimaging\b|"
        r"\bx-?rays?\b|\becg\b|\belectro[a-z]+graphy\b|\bechocardiograph|"
        r"\bblood (?:draw|samples?|tests?|sampling|collection)\b|\btake blood\b|\bmeasurements?\b|\bbiomarkers?\b|\blaboratory\b|"
        r"\bpharmaco(?:kinetics?|logical stud|dynamics?)\b|"
        r"\bsample collection\b|\bbiospecimens?\b|\bgenetic (?:test|analys)|\bmutations?\b|\bscreening\b|\bsequencing\b|\bassays?\b")),
    (Why.FOOD, re.compile(r"\bdiets?\b|\bdietary\b|\bmeals?\b|\bbreakfast\b|\bfoods?\b|\bjuice\b|\bfasting\b")),
)  # fmt: skip

# Every text that a pattern above fits holds one of these: a cheap first look.
HARD_HINT = re.compile(
    r"placebo|dumm|sugar|inert|simul|mock|sham|vehicle|excipient|diluent|standard|usual|support|routine|convention|best |choice|background|"
    r"\bno|untreat|wait|delay|without|observ|watch|surveil|monitor|natural|follow|data|chart|record|question|survey|interview|diar|assess|"
    r"quality|patient|evaluat|inventory|(?<![a-z])(?:soc|tau|bsc|gdmt|none|n/?a|nil|nothing)(?![a-z])"
)
SOFT_HINT = re.compile(
    r"control|compar|exercis|training|educat|counsel|psycho|cogniti|mindful|lifestyle|coach|self|motivation|rehab|physi|booklet|phone|text|app|"
    r"software|digital|virtual|yoga|meditat|support|surg|procedure|implant|ectomy|otomy|ostomy|plasty|oscop|biops|transplant|cryo|curet|photo|"
    r"laser|acupunct|massage|cathet|dialys|apheresis|shock|stimul|ablat|emboli|needl|hyperbaric|oxygen|iontoph|sutur|excis|debrid|radiat|radioth|"
    r"brachy|irradi|proton|sbrt|imrt|device|prosthe|prothe|stent|pump|balloon|sensor|system|monitor|mask|cpap|bandage|dressing|ultraso|mri|"
    r"magnetic|tomograph|pet|ct|imaging|ray|ecg|graph|blood|measure|marker|laborator|pharmaco|sample|specimen|genetic|mutation|screen|sequenc|"
    r"assay|diet|meal|breakfast|food|juice|fasting"
)

# The registry's own class of an intervention that is no drug. A known substance's own name under it still counts ("RADIATION: radium-223").
TYPES: dict[str, Why] = {
    "DEVICE": Why.DEVICE,
    "PROCEDURE": Why.PROCEDURE,
    "BEHAVIORAL": Why.BEHAVIOUR,
    "RADIATION": Why.RADIATION,
    "DIAGNOSTIC_TEST": Why.DIAGNOSTIC,
}
