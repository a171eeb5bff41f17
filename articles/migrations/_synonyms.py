"""What people call things when they search: a start for every clinic; staff add and remove them."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The names under which people look for the medicines these articles are about.
NAMES = [
    ("Suboxone", "buprenorphine/naloxone"),
    ("Zubsolv", "buprenorphine/naloxone"),
    ("Subutex", "buprenorphine"),
    ("Sublocade", "extended-release buprenorphine"),
    ("Brixadi", "extended-release buprenorphine"),
    ("Vivitrol", "extended-release naltrexone"),
    ("Revia", "naltrexone"),
    ("Narcan", "naloxone"),
    ("Kloxxado", "naloxone"),
    ("Antabuse", "disulfiram"),
    ("Campral", "acamprosate"),
    ("OUD", "opioid use disorder"),
    ("AUD", "alcohol use disorder"),
    ("MAT", "medication for addiction"),
    ("DTs", "delirium tremens"),
]
# The first of each group is what the others mean.
GROUPS = [
    # Medicines by their brands, their letters and what people call them
    ["buprenorphine/naloxone", "buprenorphine and naloxone", "bup/nx", "Suboxone strips", "subs"],
    ["buprenorphine", "sublingual buprenorphine", "bupe", "buprenorphine film", "Belbuca"],
    ["extended-release buprenorphine", "buprenorphine injection", "buprenorphine shot", "CAM2038"],
    ["extended-release naltrexone", "XR-NTX", "naltrexone injection", "naltrexone shot"],
    ["extended-release naltrexone", "monthly naltrexone", "Vivitrol shot"],
    ["naltrexone", "naltrexone hydrochloride", "naltrexone tablet", "LDN"],
    ["naloxone", "RiVive", "Zimhi", "overdose reversal", "nasal spray"],
    ["methadone", "Dolophine", "Methadose", "Diskets"],
    ["alcohol use disorder", "alcoholism", "alcohol addiction", "alcohol dependence"],
    ["alcohol use disorder", "drinking problem", "problem drinking", "drinking too much"],
    ["opioid use disorder", "opioid addiction", "opiate addiction", "opioid dependence"],
    ["medication for addiction", "medication assisted treatment", "MOUD", "MAUD"],
    ["delirium tremens", "alcohol withdrawal delirium"],
    ["precipitated withdrawal", "sudden withdrawal", "PWD", "precip"],
    ["return to use", "relapse", "relapsed", "setback", "slip up", "fell off the wagon"],
    ["telehealth", "telemedicine", "video visit", "online visit", "virtual visit", "zoom"],
    # Words of the street
    ["alcohol", "booze", "liquor", "beer", "wine", "vodka", "whiskey", "hooch"],
    ["drinking", "drunk", "wasted", "hammered", "tipsy", "binge", "bender"],
    ["alcohol withdrawal", "hangover", "hungover", "the shakes", "shakes", "detox from alcohol"],
    ["benzodiazepines", "benzos", "benzo", "Xanax", "alprazolam", "Klonopin", "clonazepam"],
    ["benzodiazepines", "Valium", "diazepam", "Ativan", "lorazepam", "xannies", "xans", "zanax"],
    ["opioids", "opiates", "opiate", "painkillers", "pain pills", "narcotics", "Vicodin", "Norco"],
    ["opioids", "hydrocodone", "Dilaudid", "hydromorphone", "tramadol", "codeine", "kratom"],
    ["oxycodone", "percs", "perc", "Percocet", "perc 30", "OxyContin", "oxys", "oxy", "roxies"],
    ["oxycodone", "Roxicodone", "M30"],
    ["heroin", "dope", "smack", "black tar", "skag"],
    ["fentanyl", "fent", "fetty", "fenty", "phentanyl", "carfentanil", "nitazenes"],
    ["medetomidine", "rhino tranq", "dexmedetomidine"],
    ["xylazine", "tranq", "tranq dope", "zombie drug"],
    ["cannabis", "weed", "marijuana", "pot", "THC", "edibles", "ganja", "CBD", "stoned"],
    ["cocaine", "coke", "crack"],
    ["meth", "methamphetamine", "amphetamine", "Adderall"],
    ["stimulants", "uppers", "Ritalin", "crank"],
    ["sleeping pills", "downers", "Ambien", "zolpidem", "sedatives", "gabapentin"],
    ["withdrawal", "dope sick", "dopesick", "cold turkey", "comedown"],
    ["overdose", "OD", "overdosed", "oding"],
    ["injecting", "shooting up", "IV drugs", "needles", "syringe", "syringes"],
    ["craving", "cravings", "urge", "urges", "jonesing", "temptation"],
    ["tolerance", "lost tolerance", "tolerance break"],
    # What people ask about
    ["counseling", "therapist", "therapy", "counselor", "counsellor", "shrink", "psychologist"],
    ["counseling", "talk therapy", "CBT", "support group", "AA", "meetings", "12 steps"],
    ["detox", "detoxification", "rehab", "inpatient", "residential", "treatment center"],
    ["recovery", "sober", "sobriety", "getting clean", "get sober"],
    ["private", "confidential", "confidentiality", "anonymous", "anonymously", "HIPAA"],
    ["private", "discreet", "privacy"],
    ["cost", "price", "prices", "afford", "cheap", "copay", "expensive"],
    ["insurance", "Medicaid", "Medicare", "uninsured", "no insurance"],
    ["visit", "appointment", "appointments", "consultation", "checkup"],
    ["prescriber", "doctor", "physician", "clinician", "psychiatrist"],
    ["prescription", "script", "refill", "Rx"],
    ["pregnancy", "pregnant", "expecting", "breastfeeding"],
    ["liver", "hepatitis", "cirrhosis", "hep C", "liver enzymes"],
    ["side effects", "adverse effects"],
    ["urine test", "drug test", "drug screen", "UDS", "pee test", "urine screen"],
    ["family", "husband", "wife", "partner", "spouse", "son", "daughter", "loved one", "my kid"],
    ["injection", "shot", "jab", "injectable"],
    ["tablet", "pill", "pills", "tablets"],
    ["hospital", "emergency room", "ER"],
    ["suicide", "suicidal"],
    ["low mood", "depression", "depressed"],
    ["anxiety", "anxious", "panic", "panic attack"],
    ["sleep", "insomnia", "cant sleep", "awake at night"],
]


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    synonym = apps.get_model("articles", "Synonym")
    pairs = NAMES + [
        (name, group[0])
        for group in GROUPS
        for name in group[1:]
        if name.lower() != group[0].lower()
    ]
    synonym.objects.bulk_create(
        [synonym(name=name, means=means) for name, means in pairs], ignore_conflicts=True
    )
