"""Who works in the demo clinic, where they are licensed, when they are open, what they offer.

All of them are invented. Hours are on each one's own clock.
"""

from dataclasses import dataclass

EASTERN, CENTRAL, MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"
PACIFIC, ARIZONA = "America/Los_Angeles", "America/Phoenix"
MEDICAL = ("first-visit", "follow-up", "coming-back", "phone-check-in")
TALK = ("counseling", "phone-check-in")


@dataclass(frozen=True)
class Member:
    """`hours`: days of the week, 0 is Monday, to opening and closing times like "9-12 13-17:30"."""

    slug: str
    name: str
    credentials: str
    time_zone: str
    states: str
    about: str
    hours: dict[str, str]
    offers: tuple[str, ...] = MEDICAL
    languages: str = "English"
    biography: str = ""


ROSTER = [
    Member(
        "dana-whitlow",
        "Dana Whitlow",
        "PMHNP",
        CENTRAL,
        "TN KY AL MS",
        "Listens first. Nineteen years in rural clinics.",
        {"0123": "9-12:30 13:15-17", "4": "9-13", "1": "9-12:30 13:15-17 18-20"},
        offers=(*MEDICAL, "counseling"),
        biography=(
            "I grew up in a town with one clinic and a long drive to it. That is why I "
            "see people by video now."
            "\n\n"
            "We begin with what you want to change. I will tell you what a medicine can "
            "do and what it cannot, and then you decide."
        ),
    ),
    Member(
        "marcus-oyelaran",
        "Marcus Oyelaran",
        "MD",
        EASTERN,
        "FL GA TN KY NC",
        "Addiction medicine. Likes plain questions.",
        {"024": "8-12 13-16", "3": "12-20", "5": "9-13"},
        biography=(
            "I trained in internal medicine and then in addiction medicine, because the "
            "patients I learned most from were the ones other doctors were short with."
            "\n\n"
            "Ask me anything twice. A plan that you do not understand is not a plan."
        ),
    ),
    Member(
        "ines-carrow",
        "Ines Carrow",
        "PA-C",
        MOUNTAIN,
        "CO AZ UT ID WY",
        "Twelve years of emergency medicine before this.",
        {"0": "10-18", "123": "8:30-12 12:45-16:30", "5": "8-12"},
        languages="English, Spanish",
        biography=(
            "For twelve years I met people on the worst night of their lives. I wanted "
            "to meet them before it, and after."
            "\n\n"
            "We can talk in English or in Spanish, and change in the middle of a "
            "sentence."
        ),
    ),
    Member(
        "tomas-aldaba",
        "Tomás Aldaba",
        "LPC",
        PACIFIC,
        "CA OR WA ID",
        "Counsels people and the ones who love them.",
        {"0": "9-13", "123": "11-14 15-20", "5": "9-14"},
        offers=TALK,
        languages="English, Spanish",
        biography=(
            "I am a counselor. I do not prescribe; I listen, and I help you practice "
            "what to do at ten in the evening when it is hard."
            "\n\n"
            "Bring somebody you trust, if you like. Families need a place to talk, too."
        ),
    ),
    Member(
        "priya-raman",
        "Priya Raman",
        "DO",
        EASTERN,
        "NY PA NJ FL TN",
        "Family medicine. Treats the whole person.",
        {"0134": "8:30-12 13-17", "2": "13-20:30"},
        languages="English, Tamil",
        biography=(
            "I am a family doctor. Sleep, pain, blood pressure and worry all belong to "
            "this, so we look at them as well."
            "\n\n"
            "I speak Tamil with my parents and with anyone who would rather."
        ),
    ),
    Member(
        "june-castell",
        "June Castell",
        "LCSW",
        CENTRAL,
        "TX TN LA OH",
        "Small steps, honestly counted.",
        {"0": "9-12 13-17", "13": "13-20", "4": "9-15", "5": "10-13"},
        offers=TALK,
        biography=(
            "I am a social worker. A good week is one where one thing went a little "
            "better, and we write that down."
            "\n\n"
            "No question is too small, and nothing you tell me will make me think less "
            "of you."
        ),
    ),
    Member(
        "owen-birdsong",
        "Owen Birdsong",
        "FNP-BC",
        ARIZONA,
        "AZ NM TX CA",
        "Was a paramedic. Hard to shock.",
        {"1234": "7-11 12-15:30", "2": "7-11 12-15:30 17-19"},
        biography=(
            "I was a paramedic before I was a nurse practitioner. There is little I "
            "have not seen and nothing you need to hide."
            "\n\n"
            "My first appointments are at seven, for people who work."
        ),
    ),
    Member(
        "hana-lindqvist",
        "Hana Lindqvist",
        "MD",
        PACIFIC,
        "CA WA OR CO",
        "Sees people who were told to come back later.",
        {"013": "8-12 13-17", "4": "8-12", "5": "9-12"},
        biography=(
            "I have been a doctor for thirty years. The people I like to see most are "
            "those who have tried before."
            "\n\n"
            "Trying before is not failing. It tells us what to do differently."
        ),
    ),
]

# slug, name, what the patient picks, in a few words, audience, channel,
# minutes, a start every, kept free after, hours of notice, price in cents
SERVICES = [
    (
        *("first-visit", "First visit", "No, this is my first visit"),
        *("We talk, and make a plan if you want one.", "new", "video", 45, 15, 15, 4, 14900),
    ),
    (
        *("follow-up", "Follow-up", "Yes, I come regularly"),
        *("How it is going, and your next prescription.", "returning", "video", 20, 10, 5, 2, 7900),
    ),
    (
        *("coming-back", "Coming back", "Yes, but it has been a while"),
        *("Welcome back. We pick up where you are now.", "returning", "video", 30, 15, 10, 2, 9900),
    ),
    (
        *("counseling", "Counseling", "I would like to talk with a counselor"),
        *(
            "Time to talk, alone or with someone you trust.",
            "anyone",
            "video",
            50,
            15,
            10,
            12,
            12000,
        ),
    ),
    (
        *("phone-check-in", "Phone check-in", "Yes, and a short call is enough"),
        *("We call you. No video needed.", "returning", "phone", 15, 15, 5, 1, 4500),
    ),
]

# What no patient said: each says itself that it was made up.
TESTIMONIALS = [
    (
        "I sat in my truck on my lunch break and told a stranger the truth. She just nodded and "
        "said, okay, here is what we can do. (Made up for this demo.)",
        *("T", "TN", 2024),
    ),
    (
        "Nobody asked me why I had not come sooner. (Made up for this demo.)",
        *("M", "OH", 2025),
    ),
    (
        "Moving a visit takes me ten seconds. That is the reason I never missed one. (Made up for "
        "this demo.)",
        *("J", "KY", 2023),
    ),
    (
        "My wife sat beside me, off camera, and held my hand. I did not have to be brave alone. "
        "(Made up for this demo.)",
        *("R", "GA", 2025),
    ),
    (
        "They wrote down what we agreed in words I could read to my mother. (Made up for this "
        "demo.)",
        *("A", "FL", 2024),
    ),
    (
        "I went back to using in March. I wrote to them the same night, and there was a visit the "
        "next day. (Made up for this demo.)",
        *("L", "NC", 2023),
    ),
]
