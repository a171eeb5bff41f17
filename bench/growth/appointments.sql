-- Providers, 200,000 patients, 1,000,000 past visits, those to come, consents, waitlist, history.

CREATE FUNCTION pg_temp.first_name(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT ('{Grace,Ada,Maria,José,Wei,Aisha,Noah,Liam,Emma,Olivia,Mateo,Zoë,Ethan,Chloe,Samuel,Ruth,'
        'Leah,Omar,Priya,Ivan,Nadia,Carlos,Hannah,Jack,Lucy,Peter,Rosa,Tom,Vera,Yusuf,Ann,Björn,'
        'Clara,David,Elena,Frank,Gina,Hugo,Iris,Jonas,Karin,Luis,Mona,Nina,Oscar,Paula,Quinn,Rita,'
        'Simon,Tara,Uma,Victor,Wanda,Xenia,Yara,Zack,Beth,Cody,Dora,Earl}'::text[])
        [1 + (hashint8(n) & 2147483647) % 60]
$$;
CREATE FUNCTION pg_temp.last_name(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT ('{Al,Ber,Cor,Dan,El,Fer,Gar,Har,O’Ne,Jo,Kel,Lam,Mar,Nor,Or,Per}'::text[])
        [1 + (hashint8(n * 3 + 1) & 2147483647) % 16]
        || ('{ba,de,gi,lo,mu,na,ri,so,ta,ve,wi,zo}'::text[])
        [1 + (hashint8(n * 5 + 2) & 2147483647) % 12]
        || ('{ck,don,field,ger,lund,man,nez,rson,ski,ton}'::text[])
        [1 + (hashint8(n * 7 + 3) & 2147483647) % 10]
$$;
CREATE FUNCTION pg_temp.address(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lower(pg_temp.first_name(n) || '.' || replace(pg_temp.last_name(n), '’', '') || n || '@'
        || ('{gmail.com,gmail.com,yahoo.com,outlook.com,example.org,mail.test}'::text[])[1 + n % 6])
$$;
CREATE FUNCTION pg_temp.phone(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '+1615' || 2000000 + (hashint8(n * 11) & 2147483647) % 7999999
$$;
-- The keyed hash of an address, as core.people.email_addresses makes it: HMAC with SHA-256.
CREATE FUNCTION pg_temp.keyed_hash(address text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(decode('@outer', 'hex')
        || sha256(decode('@inner', 'hex') || convert_to(address, 'UTF8'))), 'hex')
$$;

INSERT INTO appointments_provider
    (name, slug, credentials, email, time_zone, languages, about, video_room, accepts_new, active)
SELECT 'Provider ' || n, 'provider-' || n, 'MD', 'provider' || n || '@clinic.test',
       'America/New_York', '', '', 'https://video.test/' || n, true, true
  FROM generate_series(1, @providers) n;

INSERT INTO appointments_license (provider_id, state, number, expires)
SELECT id, state, '1', '2099-01-01' FROM appointments_provider, unnest('{NY,TN,TX}'::text[]) state;

INSERT INTO appointments_weeklyhours (provider_id, weekday, opens, closes)
SELECT id, day, '09:00', '17:00' FROM appointments_provider, generate_series(0, 6) day;

INSERT INTO appointments_service
    (name, slug, invitation, summary, audience, channel, minutes, buffer_before, buffer_after, step,
     no_gaps, cutoff_hours, reminder_hours, proof_required, notice_hours, horizon_days, active,
     position)
SELECT 'Visit ' || n, 'visit-' || n, 'A visit', '', 'everyone', 'video', 30, 0, 0, 30, false, 0,
       '{24,1}', false, 2, 60, true, n
  FROM generate_series(1, 6) n;

INSERT INTO appointments_service_providers (service_id, provider_id)
SELECT s.id, p.id FROM appointments_service s, appointments_provider p;

INSERT INTO appointments_patient
    (first_name, last_name, birth_date, email, phone, match_key, created)
SELECT pg_temp.first_name(n), pg_temp.last_name(n), date '1940-01-01' + (n * 7919 % 24000)::int,
       pg_temp.address(n), pg_temp.phone(n), md5('a' || n) || md5('b' || n),
       now() - (@patients - n) * @past_days / @patients * interval '1 day'
  FROM generate_series(1::bigint, @patients) n;

-- Number n of the past visits: each provider has 14 a day. Of six in a hundred nothing is left.
INSERT INTO appointments_appointment
    (uid, key, status, provider_id, service_id, starts_at, ends_at, blocked, state, zone, extended,
     visitor, proved, patient_id, email, phone, contact, booked_for, booked_by, sequence, changed_by,
     made_by_staff, staff_reason, cancel_reason, erased_at, created)
SELECT gen_random_uuid(), md5('v' || n),
       ('{completed,completed,completed,completed,completed,completed,completed,cancelled,cancelled,no_show}'::text[])[1 + n % 10],
       p.id, s.id, at, at + interval '30 min', tstzrange(at, at + interval '30 min'),
       ('{NY,TN,TX}'::text[])[1 + n % 3], 'America/New_York', false, '', NOT erased,
       CASE WHEN NOT erased THEN who.id END,
       CASE WHEN erased THEN '' ELSE who.email END, CASE WHEN erased THEN '' ELSE who.phone END,
       CASE WHEN erased THEN '' ELSE 'email' END,
       'self', CASE WHEN NOT erased AND n % 23 = 0 THEN pg_temp.first_name(n * 17) ELSE '' END,
       n % 3, 'patient', n % 5 = 0, '', '', CASE WHEN erased THEN at END, at - interval '9 days'
  FROM generate_series(0::bigint, @visits - 1) n
       CROSS JOIN LATERAL (SELECT n % 100 < 6 AS erased) e
       CROSS JOIN LATERAL (SELECT (current_date - 1 - (n / (@providers * 14))::int + time '09:00'
                + (n / @providers % 14) * interval '30 min') AT TIME ZONE 'America/New_York' AS at) x
       CROSS JOIN LATERAL (SELECT 1 + (hashint8(n * 13) & 2147483647) % @patients AS number) w
  JOIN appointments_patient who ON who.id - @first_patient + 1 = w.number
  JOIN appointments_provider p ON p.slug = 'provider-' || 1 + n % @providers
  JOIN appointments_service s ON s.slug = 'visit-' || 1 + n % 6;

-- The days to come are half full.
INSERT INTO appointments_appointment
    (uid, key, status, provider_id, service_id, starts_at, ends_at, blocked, state, zone, extended,
     visitor, proved, patient_id, email, phone, contact, booked_for, booked_by, sequence, changed_by,
     made_by_staff, staff_reason, cancel_reason, created)
SELECT gen_random_uuid(), md5(concat_ws(':', day, n, p.id)), 'booked', p.id, s.id, at,
       at + interval '30 min', tstzrange(at, at + interval '30 min'), 'NY', 'America/New_York',
       false, '', true, who.id, who.email, who.phone, 'email', 'self', '', 0, 'patient', false, '',
       '', now() - (p.id * 7919 + day * 31 + n) % 20000 * interval '1 min'
  FROM appointments_provider p CROSS JOIN generate_series(0, 40) day
       CROSS JOIN generate_series(0, 7) n
       CROSS JOIN LATERAL (SELECT (current_date + day + time '09:00' + n * interval '1 hour')
                AT TIME ZONE 'America/New_York' AS at) x
  JOIN appointments_patient who
    ON who.id = @first_patient + (day * 4801 + n * 601 + 7) % @patients
  JOIN appointments_service s ON s.slug = 'visit-1'
 WHERE at > now();

-- One record in a hundred was merged into the one before it.
UPDATE appointments_appointment SET patient_id = patient_id - 1 WHERE patient_id % 100 = 7;
UPDATE appointments_patient SET merged_into_id = id - 1 WHERE id % 100 = 7;

-- What came to nothing within the last hours: the next purge of holds.
INSERT INTO appointments_appointment
    (uid, key, status, provider_id, service_id, starts_at, ends_at, blocked, state, zone, extended,
     visitor, held_until, email, phone, contact, booked_for, booked_by, sequence, changed_by,
     made_by_staff, staff_reason, cancel_reason, created)
SELECT gen_random_uuid(), md5('h' || n), 'expired', p.id, s.id, at, at + interval '30 min',
       tstzrange(at, at + interval '30 min'), 'NY', 'America/New_York', false, md5('w' || n),
       now() - n % 500 * interval '1 min', '', '', '', 'self', '', 0, 'system', false, '', '',
       now() - interval '2 hours'
  FROM generate_series(1, 500) n
       CROSS JOIN LATERAL (SELECT date_trunc('hour', now()) + n * interval '30 min' AS at) x
       CROSS JOIN (SELECT min(id) AS id FROM appointments_provider) p
       CROSS JOIN (SELECT min(id) AS id FROM appointments_service) s;

-- A night's records whose period is over, and visits that nobody confirmed.
INSERT INTO appointments_patient
    (first_name, last_name, birth_date, email, phone, match_key, created)
SELECT pg_temp.first_name(n), pg_temp.last_name(n), '1950-01-01', pg_temp.address(n),
       pg_temp.phone(n), md5('c' || n) || md5('d' || n), now() - interval '11 years'
  FROM generate_series(@patients + 1::bigint, @patients + 200) n;
INSERT INTO appointments_appointment
    (uid, key, status, provider_id, service_id, starts_at, ends_at, blocked, state, zone, extended,
     visitor, proved, patient_id, email, phone, contact, booked_for, booked_by, sequence, changed_by,
     made_by_staff, staff_reason, cancel_reason, created)
SELECT gen_random_uuid(), md5(concat_ws('-', who.id, n)), CASE n WHEN 0 THEN 'expired' ELSE 'completed' END,
       p.id, s.id, at, at + interval '30 min', tstzrange(at, at + interval '30 min'), 'NY',
       'America/New_York', false, '', true, who.id, who.email, who.phone, 'email', 'self', '', 0,
       'patient', false, '', '', at
  FROM appointments_patient who CROSS JOIN generate_series(0, 3) n
       CROSS JOIN LATERAL (SELECT now() - interval '10 years 1 day' - n * interval '9 days' AS at) x
       CROSS JOIN (SELECT min(id) AS id FROM appointments_provider) p
       CROSS JOIN (SELECT min(id) AS id FROM appointments_service) s
 WHERE who.id >= @first_patient + @patients;

-- Two proofs of each visit, and a line of its history for every second.
INSERT INTO appointments_consent (text_id, appointment_id, given, page, address_hash)
SELECT text.id, visit.id, visit.created, 'appointments:details', pg_temp.keyed_hash(who.email)
  FROM appointments_appointment visit JOIN appointments_patient who ON who.id = visit.patient_id
       CROSS JOIN (SELECT DISTINCT ON (kind) id FROM appointments_consenttext ORDER BY kind, version DESC) text
 ORDER BY visit.id;

INSERT INTO appointments_appointmentevent
    (pgh_created_at, pgh_label, status, starts_at, sequence, changed_by, pgh_obj_id, provider_id)
SELECT ends_at, 'changed', status, starts_at, sequence, changed_by, id, provider_id
  FROM appointments_appointment WHERE status IN ('completed', 'cancelled', 'no_show');

-- Waitlist: some thousands wait, the others were closed within the month that they are kept.
INSERT INTO appointments_waitlistentry
    (key, status, created, until, closed, state, weekdays, parts, zone, person, first_name,
     last_name, birth_date, email, phone, contact, booked_for, booked_by, consent_texts, agreed_at,
     service_id, provider_id)
SELECT md5('e' || who.id), x.status, x.at, x.at + interval '60 days',
       CASE WHEN x.status <> 'waiting' THEN now() - who.id % 30 * interval '1 day' END,
       ('{NY,TN,TX}'::text[])[1 + who.id % 3], '{}', '{}', 'America/New_York', who.match_key,
       who.first_name, who.last_name, who.birth_date, who.email, who.phone, 'email', 'self', '', '{}',
       x.at, s.id, CASE WHEN who.id % 4 = 0 THEN p.id END
  FROM appointments_patient who
       CROSS JOIN LATERAL (SELECT ('{waiting,fulfilled,left,ended,ended,removed,fulfilled,ended}'::text[])
                       [1 + who.id / 8 % 8] AS status,
                       now() - who.id % 59 * interval '1 day' AS at) x
  JOIN appointments_service s ON s.slug = 'visit-2'
  JOIN appointments_provider p ON p.slug = 'provider-1'
 WHERE who.id % 8 = 0;

INSERT INTO appointments_waitlistoffer (entry_id, provider_id, starts_at, status, created, until)
SELECT entry.id, p.id, entry.created + (n + 1) * interval '1 day', 'lapsed', entry.created,
       entry.created + interval '1 hour'
  FROM appointments_waitlistentry entry CROSS JOIN generate_series(0, 2) n
       CROSS JOIN (SELECT min(id) AS id FROM appointments_provider) p;
