"""What the demo says of states, and the insurance that it takes there.

The texts are general on purpose: nobody should read the law of a state from a demonstration. Nobody
held them against their source either, so no page says a day on which it was checked.
"""

from appointments.models import InsurancePlan, StatePage
from appointments.scheduling.states import STATES

TEXT = (
    "A provider who is licensed in {state} can talk with you by video or phone, ask how you are, "
    "and send a prescription to a pharmacy near you.\n\n"
    "Naltrexone and acamprosate are not controlled medicines. They can be prescribed after a video "
    "visit. Buprenorphine is a controlled medicine: federal rules say when it may be started by "
    "video or phone, and your provider looks at the state’s prescription records first.\n\n"
    "Some things need a place: an exam by hand, a shot, a blood test. Your provider tells you "
    "where to go near you. Rules change: your provider says what holds on the day of your visit."
)
SOURCE = "Telehealth.HHS.gov: Prescribing controlled substances via telehealth"
SOURCE_URL = (
    "https://telehealth.hhs.gov/providers/telehealth-policy/"
    "prescribing-controlled-substances-via-telehealth"
)
PLANS = {
    "TN": [("Medicare", ""), ("Medicaid", "not for counseling"), ("Example Mutual", "")],
    "KY": [("Medicaid", ""), ("Example Mutual", "")],
    "FL": [("Medicare", ""), ("Example Mutual", "PPO plans only")],
    "CA": [("Example Mutual", ""), ("Sample Health", "")],
    "NY": [("Medicaid", ""), ("Sample Health", "")],
    "TX": [("Sample Health", "")],
}


def create_states() -> None:
    """Create the pages of some states, with their plans. What is there stays as staff left it."""
    for code, plans in PLANS.items():
        page, new = StatePage.objects.get_or_create(
            state=code,
            defaults={
                "telehealth": TEXT.format(state=STATES[code].name),
                "source_name": SOURCE,
                "source_url": SOURCE_URL,
            },
        )
        if new:
            InsurancePlan.objects.bulk_create(
                InsurancePlan(page=page, name=name, note=note, position=position)
                for position, (name, note) in enumerate(plans)
            )
