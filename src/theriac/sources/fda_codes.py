"""The FDA's own small code lists, as its Drugs@FDA lookup tables define them, so that one row can be read without the others.

A code that is not here stays a number (`code 99`): the lists grow at their ends and have never been renumbered.
"""

MARKETING_STATUS = {"1": "Prescription", "2": "Over-the-counter", "3": "Discontinued", "4": "None (Tentative Approval)"}
YES_NO = {"0": "No", "1": "Yes", "2": "TBD"}
APPLICATION_TYPES = {"N": "NDA", "A": "ANDA", "B": "BLA"}
ORANGE_BOOK_TYPES = {"RX": "Prescription", "OTC": "Over-the-counter", "DISCN": "Discontinued"}

_CLASSES = (
    "BIOEQUIV|EFFICACY|LABELING|MANUF (CMC)|N/A|S|TYPE 1|TYPE 1/4|TYPE 2|TYPE 2/3|TYPE 2/4|TYPE 3|TYPE 3/4|"
    "TYPE 4|TYPE 5|TYPE 6|TYPE 7|TYPE 8|UNKNOWN|Unspecified|REMS|TYPE 10|MEDGAS|TYPE 9|TYPE 9- BLA|TYPE 4/5"
)
SUBMISSION_CLASSES = {str(number): word for number, word in enumerate(_CLASSES.split("|"), start=1)}

_DOCUMENTS = (
    "Letter|Label|Review|FDA Talk Paper|FDA Press Release|Patient Package Insert|Dear Health Professional Letter|"
    "Medication Guide|Withdrawal Notice|Other Important Information from FDA|Consumer Information Sheet|"
    "Exclusivity Letter|Questions and Answers|Other|Patient Information Sheet|Healthcare Professional Sheet|"
    "Pediatric Statistical Review|Pediatric Clinical Pharmacology Review|REMS|Pediatric Medical Review|Summary Review|"
    "Federal Register Notice|Pediatric Written Request|Pediatric Reissue"
)
_AMENDMENTS = [*(f"Pediatric Amendment {n}" for n in range(1, 16)), *(f"Pediatric Reissue Amendment {n}" for n in range(1, 16))]
_LATER = (
    "Pediatric Memo|Pediatric Other|Pediatric CDTL Review|Pediatric Medical Addendum|Pediatric Medical Secondary Review|"
    "Pediatric DD Summary Review|Pediatric Addendum|Pediatric Clinical Pharmacology Addendum"
)
DOCUMENT_TYPES = {str(number): word for number, word in enumerate([*_DOCUMENTS.split("|"), *_AMENDMENTS, *_LATER.split("|")], start=1)}


def word(codes: dict[str, str], code: str) -> str | None:
    """The word of a code, the code itself where the list does not have it, None where the cell is empty.

    >>> word(MARKETING_STATUS, "3"), word(MARKETING_STATUS, "9"), word(MARKETING_STATUS, "")
    ('Discontinued', 'code 9', None)
    """
    if not code or code == "Null":
        return None
    return codes.get(code, f"code {code}" if code.isdigit() else code)
