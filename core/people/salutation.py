"""The part of a typed name by which somebody is spoken to. Pure."""

# Before a name, in the spellings that people type here. Who is called Don or Sister loses nothing:
# they are greeted in full.
HONORIFICS = frozenset(
    """
    dr dra doctor prof professor mr mister mrs missus ms miss mx madam madame mme mlle sir dame
    lady lord rev revd reverend fr father mother sister brother pastor rabbi imam elder deacon
    bishop msgr hon honorable judge justice senator sen rep governor gov mayor chief coach nurse
    officer capt captain col colonel maj major lt ltc lieutenant sgt ssgt sergeant gen general cpl
    corporal pvt private pfc adm admiral cmdr commander sr sra srta señor señora señorita don doña
    herr frau
    """.split()  # noqa: SIM905  as a list they fill ninety lines
)
# After a name and a comma.
SUFFIXES = {
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "md",
    "do",
    "phd",
    "psyd",
    "np",
    "rn",
    "pa",
    "dds",
    "esq",
}


def short_name(*names: str) -> str:
    """Return what a page or mail calls somebody by: the first name, or else the whole.

    `names` are first and last name, or one field in which all was typed. "Dr. Pat Example" and
    "J. R. Smith" have no first name alone, so they are called in full; "Example, Pat" is Pat.
    """
    full = " ".join(" ".join(names).split())
    if len(names) > 1:
        return " ".join(names[0].split()) if any(map(is_name, names[0].split())) else full
    family, _, given = full.partition(", ")
    if " " not in family and given and not set(map(_plain, given.split())) <= SUFFIXES:
        return short_name(given)
    first = full.partition(" ")[0].rstrip(",")
    return first if is_name(first) else full


def is_name(word: str) -> bool:
    """Return whether a word is more than a title or an initial."""
    plain = _plain(word)
    return len(plain) > 1 and "." not in plain and plain not in HONORIFICS


def initials(name: str) -> str:
    """Return the first letters of the first and last word, without titles; empty for no name."""
    words = [word for word in name.split() if is_name(word)] or name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def _plain(word: str) -> str:
    return word.strip(".,").casefold()
