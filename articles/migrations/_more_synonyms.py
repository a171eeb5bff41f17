"""What people call things when they search in Spanish, and more in English: a start for staff."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The first of each group is what the others mean.
ENGLISH = [
    ["kratom", "7-OH", "7OH", "7-hydroxymitragynine", "mitragynine"],
    ["teeth", "tooth", "dental", "dentist", "cavities", "tooth decay"],
    ["stopping buprenorphine", "taper", "tapering", "wean off", "come off Suboxone", "quit Suboxone"],
    ["starting buprenorphine", "induction", "home induction", "COWS", "first dose"],
    ["newborn", "NAS", "NOWS", "neonatal abstinence syndrome"],
]
SPANISH = [
    # Medicines by their brands and by their English names
    ["buprenorfina/naloxona", "buprenorfina y naloxona", "Suboxone", "Zubsolv", "suboxona"],
    ["buprenorfina/naloxona", "tiras de Suboxone", "buprenorphine/naloxone"],
    ["buprenorfina", "buprenorphine", "Subutex", "bupe", "buprenorfina sublingual"],
    ["buprenorfina inyectable", "buprenorfina de acción prolongada", "Sublocade", "Brixadi"],
    ["buprenorfina inyectable", "inyección de buprenorfina", "buprenorfina mensual"],
    ["naltrexona de acción prolongada", "Vivitrol", "naltrexona inyectable", "naltrexona mensual"],
    ["naltrexona de acción prolongada", "inyección de naltrexona", "inyección mensual"],
    ["naltrexona", "naltrexone", "Revia", "naltrexona oral"],
    ["naloxona", "naloxone", "Narcan", "Kloxxado", "RiVive", "Zimhi", "aerosol nasal"],
    ["metadona", "methadone", "Dolophine", "Methadose"],
    ["disulfiram", "Antabuse", "antabus"],
    ["acamprosato", "acamprosate", "Campral"],
    # What it is
    ["trastorno por consumo de alcohol", "alcoholismo", "alcohólico", "alcohólica"],
    ["trastorno por consumo de alcohol", "adicción al alcohol", "dependencia del alcohol", "AUD"],
    ["trastorno por consumo de alcohol", "beber demasiado", "problemas con la bebida"],
    ["trastorno por consumo de opioides", "adicción a los opioides", "adicción a opioides", "OUD"],
    ["trastorno por consumo de opioides", "dependencia de opioides", "adicción a las pastillas"],
    ["delirium tremens", "delírium", "DT", "delirio"],
    ["abstinencia precipitada", "síndrome de abstinencia precipitada", "precipitada"],
    ["recaída", "recaer", "volver a consumir", "tropiezo", "recaí"],
    ["telesalud", "telemedicina", "videollamada", "visita virtual", "cita en línea", "por video"],
    # Words of the street
    ["alcohol", "trago", "tragos", "cerveza", "vino", "licor", "tequila", "ron", "cheve", "pisto"],
    ["alcohol", "bebida", "copas", "chelas", "vodka", "whisky"],
    ["beber", "tomar alcohol", "borracho", "borracha", "borrachera", "emborracharse"],
    ["abstinencia de alcohol", "cruda", "resaca", "guayabo", "temblores", "tembladera"],
    ["abstinencia", "malilla", "síndrome de abstinencia", "mono", "quitada", "cold turkey"],
    ["benzodiacepinas", "benzodiazepinas", "benzos", "Xanax", "alprazolam", "Klonopin"],
    ["benzodiacepinas", "clonazepam", "Rivotril", "Valium", "diazepam", "Ativan", "lorazepam"],
    ["opioides", "opiáceos", "opiáceo", "analgésicos", "calmantes", "pastillas para el dolor"],
    ["opioides", "Vicodin", "hidrocodona", "tramadol", "codeína", "morfina", "kratom"],
    ["oxicodona", "oxycodone", "Percocet", "OxyContin", "perc", "M30", "azules"],
    ["heroína", "chiva", "carga", "tecata", "manteca", "caballo"],
    ["fentanilo", "fentanyl", "fenta", "fent", "fentalino"],
    ["xilacina", "xylazine", "tranq", "anestesia de caballo", "droga zombi"],
    ["cannabis", "marihuana", "mota", "yerba", "hierba", "THC", "CBD"],
    ["cocaína", "coca", "perico", "crack", "piedra"],
    ["metanfetamina", "cristal", "meth", "hielo", "anfetamina", "Adderall"],
    ["sobredosis", "overdose", "pasón", "OD", "se le pasó la mano"],
    ["inyectarse", "jeringa", "jeringas", "agujas", "picarse"],
    ["ansias", "antojo", "antojos", "ganas de consumir", "craving", "deseo intenso"],
    # What people ask about
    ["consejería", "terapia", "terapeuta", "consejero", "consejera", "psicólogo", "psicóloga"],
    ["consejería", "grupo de apoyo", "AA", "alcohólicos anónimos", "reuniones", "12 pasos"],
    ["desintoxicación", "detox", "rehabilitación", "rehab", "centro de tratamiento", "anexo"],
    ["recuperación", "sobrio", "sobria", "sobriedad", "dejar las drogas", "limpio"],
    ["privado", "confidencial", "confidencialidad", "anónimo", "privacidad", "discreto", "HIPAA"],
    ["costo", "precio", "precios", "cuánto cuesta", "barato", "caro", "pagar", "copago"],
    ["seguro", "aseguranza", "seguro médico", "Medicaid", "Medicare", "sin seguro"],
    ["visita", "cita", "consulta", "citas"],
    ["médico", "doctor", "doctora", "médica", "proveedor", "psiquiatra"],
    ["receta", "prescripción", "resurtido", "surtir"],
    ["embarazo", "embarazada", "esperando un bebé", "amamantar", "lactancia", "dar pecho"],
    ["hígado", "hepatitis", "cirrosis", "hepatitis C"],
    ["efectos secundarios", "efectos adversos", "reacciones"],
    ["prueba de orina", "antidoping", "examen de drogas", "prueba de drogas"],
    ["familia", "esposo", "esposa", "pareja", "hijo", "hija", "ser querido", "marido"],
    ["tableta", "pastilla", "pastillas", "tabletas", "píldora", "comprimido"],
    ["hospital", "sala de emergencias", "urgencias"],
    ["suicidio", "suicida", "suicidarse"],
    ["depresión", "deprimido", "deprimida", "tristeza", "desánimo"],
    ["ansiedad", "ansioso", "ansiosa", "pánico", "nervios", "ataque de pánico"],
    ["sueño", "insomnio", "no puedo dormir", "dormir"],
]


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    synonym = apps.get_model("articles", "Synonym")
    synonym.objects.bulk_create(
        [
            synonym(language=language, name=name, means=group[0])
            for language, groups in (("en", ENGLISH), ("es", SPANISH))
            for group in groups
            for name in group[1:]
        ],
        ignore_conflicts=True,
    )


def erase(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Before their language is forgotten, lest they become English."""
    apps.get_model("articles", "Synonym").objects.exclude(language="en").delete()
