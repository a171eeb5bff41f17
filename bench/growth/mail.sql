-- 2,000,000 mails: two of each visit. Half are emptied, half wait for the purge, a month is recent.

INSERT INTO mail_outgoingemail
    (key, template, about, "to", subject, text, html, attachments, secret, message_id, status,
     attempts, due_at, claimed_by, lease_until, overtaken, last_error, bounced_at, bounce_reason,
     created_at, sent_at, purged_at)
SELECT CASE n % 2 WHEN 0 THEN 'appointment-booked:' || visit.id
                  ELSE 'reminder-24h:' || visit.id || ':0' END,
       CASE n % 2 WHEN 0 THEN 'appointment_booked' ELSE 'appointment_reminder' END,
       'appointment:' || visit.id,
       CASE WHEN empty THEN '' ELSE pg_temp.address(1 + (hashint8(n * 13) & 2147483647) % @patients) END,
       CASE WHEN empty THEN '' ELSE 'Your visit on ' || to_char(visit.starts_at, 'FMDay, FMMonth FMDD')
            || ' at ' || to_char(visit.starts_at, 'HH12:MI AM') || ' EST' END,
       CASE WHEN empty THEN '' ELSE body.text END, CASE WHEN empty THEN '' ELSE body.html END,
       CASE WHEN empty OR n % 2 = 1 THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
            'filename', 'visit.ics', 'content_type', 'text/calendar', 'content', body.file)) END,
       false, '<' || md5('m' || n) || '@clinic.test>', x.status, 1, NULL, NULL, NULL, false,
       CASE WHEN x.status = 'failed' AND NOT empty THEN '550 5.1.1 no such user here' ELSE '' END,
       CASE WHEN n % 400 = 3 AND x.status = 'sent' THEN x.at + interval '1 hour' END,
       CASE WHEN n % 400 = 3 AND NOT empty AND x.status = 'sent' THEN '550 no such user' ELSE '' END,
       x.at, CASE WHEN x.status = 'sent' THEN x.at + interval '3 s' END,
       CASE WHEN empty THEN x.at + interval '30 days' END
  FROM generate_series(0::bigint, @mails - 1) n
       CROSS JOIN LATERAL (SELECT n < @mails / 2 AS empty) e
       CROSS JOIN LATERAL (SELECT now() - interval '1 min' - (@mails - n) * interval '1 min'
                * (@past_days * 1440.0 / @mails) AS at,
                CASE WHEN n % 200 = 1 THEN 'failed' WHEN n % 90 = 1 THEN 'dropped'
                     ELSE 'sent' END AS status) x
       CROSS JOIN LATERAL (SELECT repeat('Your visit is on Monday. ' || n || E'\n', 24) AS text,
                       repeat('<tr><td style="padding:0">Your visit ' || n || '</td></tr>', 60) AS html,
                       repeat('BEGIN:VCALENDAR' || n || 'X', 50) AS file) body
  JOIN appointments_appointment visit ON visit.id = @last_past_visit - n / 2;

-- What is on its way at this moment, and what a killed worker left.
INSERT INTO mail_outgoingemail
    (key, template, about, "to", subject, text, html, attachments, secret, message_id, status,
     attempts, due_at, overtaken, last_error, bounce_reason, created_at)
SELECT 'waits:' || n, 'appointment_booked', '', pg_temp.address(n), 'Your visit', 'x', 'x', '[]',
       false, '<' || md5('w' || n) || '@clinic.test>', 'waiting', 1, now() + (n - 100) * interval '1 s',
       false, '', '', now() - interval '2 min'
  FROM generate_series(1::bigint, 1000) n;
INSERT INTO mail_outgoingemail
    (key, template, about, "to", subject, text, html, attachments, secret, message_id, status,
     attempts, claimed_by, lease_until, overtaken, last_error, bounce_reason, created_at)
SELECT 'sends:' || n, 'appointment_booked', '', pg_temp.address(n), 'Your visit', 'x', 'x', '[]',
       false, '<' || md5('l' || n) || '@clinic.test>', 'sending', 1, gen_random_uuid(),
       now() - interval '1 s', false, '', '', now() - interval '5 min'
  FROM generate_series(1::bigint, 50) n;
