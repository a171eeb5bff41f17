"""Search finds what was typed, and what people call things.

The index is made anew from what is online. The names are a start for every clinic; staff add and
remove them. The first of each group is what the others mean.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

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


def write(apps, schema_editor):
    synonym = apps.get_model("articles", "Synonym")
    synonym.objects.bulk_create(
        [
            synonym(name=name, means=group[0])
            for group in GROUPS
            for name in group[1:]
            if name.lower() != group[0].lower()
        ],
        ignore_conflicts=True,
    )


def take_back(apps, schema_editor):
    for group in GROUPS:
        rows = apps.get_model("articles", "Synonym").objects.filter(means=group[0])
        rows.filter(name__in=group[1:]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0006_append_only_functions'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='article',
            name='index_what_is_online',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='article',
            trigger=pgtrigger.compiler.Trigger(name='index_what_is_online', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE shown articles_revision; its_title text; its_summary text; its_headings text; its_text text;', func="\n        IF NEW.online_id IS NULL THEN\n            NEW.search := NULL;\n            NEW.search_head := NULL;\n            RETURN NEW;\n        END IF;\n        SELECT * INTO shown FROM articles_revision WHERE id = NEW.online_id;\n        its_title := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(shown.title, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        its_summary := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(shown.summary, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        its_headings := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(left(shown.headings, 20000), NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        its_text := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(left(shown.text, 200000), NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        NEW.search_head :=\n            setweight(to_tsvector('english', its_title), 'A')\n            || setweight(to_tsvector('simple', its_title), 'A')\n            || setweight(to_tsvector('english', its_summary), 'B')\n            || setweight(to_tsvector('simple', its_summary), 'B')\n            || setweight(to_tsvector('english', its_headings), 'C');\n        NEW.search := NEW.search_head\n            || setweight(to_tsvector('english', its_text), 'D');\n        INSERT INTO articles_word (word)\n            SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple',\n                concat_ws(' ', its_title, its_summary, its_text)\n            ))) AS word\n            WHERE word ~ '^[a-z]{4,30}$'\n            ON CONFLICT DO NOTHING;\n        RETURN NEW;\n    ", hash='ba52e0ec42a9bedd000a6d1f3b3f77a98b86eaa7', operation='INSERT OR UPDATE OF "online_id"', pgid='pgtrigger_index_what_is_online_12c10', table='articles_article', when='BEFORE')),
        ),
        # The trigger writes the index of what is online anew.
        migrations.RunSQL(
            "UPDATE articles_article SET online_id = online_id WHERE online_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(write, take_back),
    ]
