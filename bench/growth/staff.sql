-- 60 people who work here, 2,000,000 lines of the audit trail, and the seals of all proofs.

INSERT INTO staff_user
    (password, is_superuser, email, name, is_active, is_staff, created_at, last_login)
SELECT '!', false, 'staff' || n || '@clinic.test', pg_temp.first_name(n) || ' ' || pg_temp.last_name(n),
       n % 5 > 0, true, now() - n * interval '9 days', now() - n * interval '1 hour'
  FROM generate_series(1::bigint, 60) n;
INSERT INTO staff_user_groups (user_id, group_id)
SELECT u.id, g.id FROM staff_user u, (SELECT min(id) AS id FROM auth_group) g
 WHERE g.id IS NOT NULL;

INSERT INTO staff_auditevent (at, user_pk, email, action, model, object_pks, count, network)
SELECT now() - (@events - n) * interval '1 min' * (@past_days * 1440.0 / @events), u.id, u.email,
       ('{list,view,view,view,search,act:complete,change,sign-in}'::text[])[1 + n % 8],
       ('{appointments.appointment,appointments.patient,mail.outgoingemail,newsletter.subscriber,'
        'articles.comment}'::text[])[1 + n % 5],
       CASE n % 8 WHEN 0 THEN (SELECT array_agg((n / 8 * 50 + i)::text) FROM generate_series(1, 50) i)
                  WHEN 7 THEN '{}' ELSE ARRAY[(n % 200000)::text] END,
       CASE n % 8 WHEN 0 THEN 50 END, '192.0.2.0/24'
  FROM generate_series(1::bigint, @events) n
  JOIN staff_user u ON u.email = 'staff' || 1 + n % 60 || '@clinic.test';

INSERT INTO django_admin_log
    (action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id)
SELECT now() - (@log - n) * 365 / @log * interval '1 day' - interval '1 hour', n, 'Something ' || n, 2,
       '[]', c.id, u.id
  FROM generate_series(1::bigint, @log) n
  JOIN staff_user u ON u.email = 'staff' || 1 + n % 60 || '@clinic.test'
       CROSS JOIN (SELECT id FROM django_content_type WHERE model = 'patient') c;

INSERT INTO django_session (session_key, session_data, expire_date)
SELECT md5('s' || n), repeat('x', 200), now() + (n - 2000) * interval '1 min'
  FROM generate_series(1, 20000) n;
