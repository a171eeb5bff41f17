"""The first version of each text that patients sign before a visit.

They are a beginning: a practice has its lawyer read them and adds its own as the next version.

`records` is a single consent for all future uses and disclosures for treatment, payment and health
care operations under 42 CFR Part 2 as amended in 2024 (89 FR 12472, in force since April 16, 2024,
compliance February 16, 2026). Its parts are numbered as § 2.31(a) numbers what it must have:
(1) the patient, (2) who discloses, (3) what, (4) to whom, with the statement of (4)(iii) on
redisclosure under HIPAA, (5) the purpose, (6) the right to revoke, the exception of reliance, and
how, (7) the expiration, for which “none” is sufficient here, (8) and (9) signature and date, which
the page adds, (10) redisclosure by who is bound by nothing of this, and what follows from a refusal.
Counseling notes (§ 2.31(b)) and proceedings against the patient (§ 2.31(d)) need a consent of their
own, which may not be combined with this one: so it leaves both out, in words.
"""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = {
    "telehealth": """\
I am {patient}, born {birth_date}. I agree to be seen by {clinic} by video or by phone.

# What this means

My clinician and I are in different places. They cannot examine me by hand, and may ask me to be seen in person, or to have a test done, if that is safer for me.

Technology can fail. Then we go on by phone, or meet another time. I can stop at any time and ask for another kind of visit; that changes nothing about my right to care.

# What I do

I say truly who I am and which state I am in when the visit begins, because my clinician may treat me only where they hold a license. I find a place where I can talk freely, and I do not drive during the visit.

# Privacy

Picture and sound are encrypted between my browser and my clinician’s. {clinic} records nothing, and I record nothing without asking first. No system is perfectly safe: somebody near me might hear, and my device might be seen by others.

# Emergencies

{clinic} is no emergency service. In an emergency I call 911, in a crisis I call or text 988. If I am in danger during the visit, my clinician may send help to the place where I say I am.""",
    "treatment": """\
I am {patient}, born {birth_date}. This is what {clinic} and I agree on.

# What {clinic} does

We treat you with respect, explain what we advise and why, name other ways, and decide with you. A return to use is a reason to look at your treatment again, not to end it. We look at your state’s record of prescriptions when we prescribe, as the law asks.

# What I do

I say what I take: medicines, alcohol and other drugs, also when it is hard to say. I tell other clinicians and dentists what {clinic} prescribes for me, and I tell {clinic} if I am pregnant or want to be.

I take medicine as we agreed, keep it locked away from children and pets, and give or sell it to nobody. If it is lost or stolen, I say so at once. I know that mixing it with alcohol, benzodiazepines or other opioids can stop my breathing, and that after a pause my body bears less than before. I keep naloxone near me, and people close to me know how to use it.

I come to visits, or say beforehand that I cannot. I do the tests that we agree on; a result is something to talk about.

# Ending

I can end treatment at any time, and {clinic} helps me to do so safely. If {clinic} has to end it, because it cannot treat me safely, it says why and helps me find care elsewhere.""",
    "records": """\
This permission is about records of treatment for substance use, which a federal law protects in particular (42 CFR Part 2).

# 1. The patient

{patient}, born {birth_date}.

# 2. Who may share

{clinic}, with its clinicians and staff.

# 3. What may be shared

All records of my treatment at {clinic}, including those of treatment for substance use: that I am a patient, diagnoses, medicines, test results, visits and treatment plans, and what is needed for bills. Not meant are counseling notes that a clinician keeps apart from my record.

# 4. With whom

My treating providers, health plans, third-party payers, and people helping to operate {clinic}. If one of them is bound by the federal privacy law HIPAA, or works for somebody who is, they may share my records further as HIPAA permits, except for uses and disclosures for civil, criminal, administrative, and legislative proceedings against me.

# 5. What for

Treatment, payment, and health care operations, now and in the future.

# 6. I can take this back

I can take this permission back in writing at any time: on this page, or by writing to {clinic}; whoever answers at {phone} says where to. What was shared before, by somebody who relied on this permission, cannot be called back.

# 7. Until when

None: it has no end date. It holds until I take it back.

# 8. What I should know

Who receives my records by this permission might share them further, and they may then no longer be protected by 42 CFR Part 2.

# 9. If I do not sign

{clinic} treats me all the same. It can then share records of my treatment for substance use only where the law permits it without my permission, such as in a medical emergency. So my insurance may not pay and I may have to pay myself, and my other clinicians may not know what I take.

This permission is not for use in proceedings against me. That would need another one, on a page of its own.""",
}
# What they are in Spanish, part for part.
SPANISH = {
    "telehealth": """\
Me llamo {patient} y nací el {birth_date}. Acepto que {clinic} me atienda por video o por teléfono.

# Qué significa

Mi profesional de salud y yo estamos en lugares distintos. No puede examinarme con las manos, y puede pedirme una cita en persona o una prueba si eso es más seguro para mí.

La tecnología puede fallar. Entonces seguimos por teléfono, o nos vemos otro día. Puedo parar en cualquier momento y pedir otro tipo de cita; eso no cambia nada de mi derecho a recibir atención.

# Lo que hago yo

Digo la verdad sobre quién soy y en qué estado me encuentro cuando empieza la cita, porque mi profesional solo puede tratarme donde tiene licencia. Busco un lugar donde pueda hablar con libertad, y no manejo durante la cita.

# Privacidad

La imagen y el sonido van cifrados entre mi navegador y el de mi profesional. {clinic} no graba nada, y yo no grabo nada sin preguntar antes. Ningún sistema es del todo seguro: alguien cerca de mí podría oír, y otras personas podrían ver mi dispositivo.

# Emergencias

{clinic} no es un servicio de emergencias. En una emergencia llamo al 911; en una crisis llamo al 988 y oprimo 2, o envío el texto AYUDA al 988. Si corro peligro durante la cita, mi profesional puede enviar ayuda al lugar donde digo que estoy.""",
    "treatment": """\
Me llamo {patient} y nací el {birth_date}. Esto es lo que acordamos {clinic} y yo.

# Lo que hace {clinic}

Le tratamos con respeto, explicamos qué aconsejamos y por qué, nombramos otros caminos y decidimos con usted. Volver a consumir es motivo para revisar su tratamiento, no para terminarlo. Cuando recetamos, consultamos el registro de recetas de su estado, como pide la ley.

# Lo que hago yo

Digo lo que tomo: medicamentos, alcohol y otras drogas, también cuando cuesta decirlo. Digo a otros profesionales y dentistas lo que me receta {clinic}, y digo a {clinic} si hay un embarazo o si lo deseo.

Tomo los medicamentos como acordamos, los guardo bajo llave lejos de niños y animales, y no los doy ni los vendo a nadie. Si se pierden o me los roban, lo digo enseguida. Sé que mezclarlos con alcohol, benzodiazepinas u otros opioides puede detener mi respiración, y que después de una pausa mi cuerpo aguanta menos que antes. Tengo naloxona cerca, y las personas cercanas saben usarla.

Vengo a las citas, o aviso antes de que no puedo. Hago las pruebas que acordamos; un resultado es algo de lo que se habla.

# Terminar

Puedo terminar el tratamiento en cualquier momento, y {clinic} me ayuda a hacerlo de forma segura. Si {clinic} tiene que terminarlo, porque no puede tratarme de forma segura, dice por qué y me ayuda a encontrar atención en otro lugar.""",
    "records": """\
Este permiso trata de los expedientes de tratamiento por consumo de sustancias, que una ley federal protege de manera especial (42 CFR Parte 2).

# 1. El paciente

{patient}, fecha de nacimiento: {birth_date}.

# 2. Quién puede compartir

{clinic}, con sus profesionales y su personal.

# 3. Qué se puede compartir

Todos los expedientes de mi tratamiento en {clinic}, incluidos los del tratamiento por consumo de sustancias: que soy paciente, diagnósticos, medicamentos, resultados de pruebas, citas y planes de tratamiento, y lo que hace falta para las facturas. No incluye las notas de consejería que un profesional guarda aparte de mi expediente.

# 4. Con quién

Los profesionales que me tratan, planes de salud, terceros pagadores y personas que ayudan a que {clinic} funcione. Si a alguno de ellos lo obliga la ley federal de privacidad HIPAA, o trabaja para quien lo está, puede volver a compartir mis expedientes como HIPAA lo permite, excepto para usos y divulgaciones en procesos civiles, penales, administrativos y legislativos en mi contra.

# 5. Para qué

Tratamiento, pago y operaciones de atención médica, ahora y en el futuro.

# 6. Puedo retirarlo

Puedo retirar este permiso por escrito en cualquier momento: en esta página, o escribiendo a {clinic}; quien contesta en el {phone} dice adónde. Lo que alguien compartió antes, confiando en este permiso, no se puede deshacer.

# 7. Hasta cuándo

Ninguna: no tiene fecha de vencimiento. Vale hasta que yo lo retire.

# 8. Lo que debo saber

Quien reciba mis expedientes por este permiso podría volver a compartirlos, y entonces es posible que ya no los proteja la ley 42 CFR Parte 2.

# 9. Si no firmo

{clinic} me trata de todos modos. Entonces solo puede compartir expedientes de mi tratamiento por consumo de sustancias donde la ley lo permite sin mi permiso, como en una emergencia médica. Por eso es posible que mi seguro no pague y tenga que pagar yo, y que mis otros profesionales no sepan lo que tomo.

Este permiso no sirve para procesos en mi contra. Para eso haría falta otro, en una página aparte.""",
}


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the first version of each text, in both languages."""
    documents = apps.get_model("visits", "ConsentDocument").objects
    for kind, text in TEXTS.items():
        documents.create(kind=kind, version=1, text=text, i18n={"text_es": SPANISH[kind]})
