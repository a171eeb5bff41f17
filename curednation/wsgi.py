import gc
import os

from django.core.wsgi import get_wsgi_application

from curednation import production

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")

application = get_wsgi_application()
production.refuse_the_owners_password()

# Modules, models and settings stay as long as the process. Without this the collector looks through
# all of them again and again, a tenth of a second each time in which nobody is served.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
