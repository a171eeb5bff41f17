"""What PostgreSQL refuses of notes: to change one that is signed, or an addendum.

Ciphertext alone may be written anew, when the keys of the ring change; the seal of a note shows
whether it still holds what was signed. An erasure may delete.
"""

from django.db import migrations

_REFUSE = """
CREATE FUNCTION visit_note_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF to_jsonb(OLD) - TG_ARGV[0] IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV[0] THEN
        RAISE EXCEPTION 'a signed note is never changed: % refused', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER visit_note_signed BEFORE UPDATE ON visits_visitnote
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION visit_note_refuse('content');
CREATE TRIGGER note_addendum_written BEFORE UPDATE ON visits_noteaddendum
    FOR EACH ROW EXECUTE FUNCTION visit_note_refuse('text');
ALTER TABLE visits_visitnote ENABLE ALWAYS TRIGGER visit_note_signed;
ALTER TABLE visits_noteaddendum ENABLE ALWAYS TRIGGER note_addendum_written;
"""
_ALLOW = """
DROP TRIGGER note_addendum_written ON visits_noteaddendum;
DROP TRIGGER visit_note_signed ON visits_visitnote;
DROP FUNCTION visit_note_refuse();
"""


def keep_signed_notes() -> migrations.RunSQL:
    """Return the operation that makes both tables refuse it. It is reversible."""
    return migrations.RunSQL(_REFUSE, _ALLOW)
