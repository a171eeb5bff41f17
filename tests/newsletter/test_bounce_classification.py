"""Only "nobody reads there" takes a reader off: one rule for reports, answers and webhooks."""

import pytest

from core.mail.bounce_classification import Bounce, classify, enhanced
from newsletter.delivery.smtp_replies import Reply


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <x>: Recipient address rejected: User unknown"),
        ("5.1.1", ""),
        ("5.1.1 (bad destination mailbox address)", "smtp;550 User unknown in relay recipients"),
        ("5.1.2", "X-Postfix; host not found"),
        ("5.1.3", "smtp; 501 5.1.3 Bad recipient address syntax"),
        ("5.1.6", "smtp; 551 5.1.6 has moved"),
        ("5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
        ("5.2.1", "smtp; 550-5.2.1 The email account that you tried to reach is disabled."),
        ("5.4.4", "X-Postfix; Name service error for name=x.example type=A: Host not found"),
        ("5.4.310", "550 5.4.310 DNS domain x.example does not exist"),
        ("5.0.0", "smtp; 550 5.1.1 <x>... User Unknown"),
        ("5.0.0", "smtp; 550-5.1.1 The email account does not exist. 550 5.1.1 Try again"),
        ("", "550 #5.1.1 unknown"),
        ("", "host mx.example[192.0.2.5] said: 550 5.1.1 no mailbox (in reply to RCPT TO)"),
        ("5.0.0", "smtp; 550 No such user here"),
        ("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.example account"),
        ("5.0.0", "550 Unrouteable address"),
        ("", "550 This account has been closed"),
    ],
)
def test_a_dead_mailbox_account_or_domain_is_a_hard_bounce(status, said):
    assert classify(status, said) is Bounce.HARD


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.2.2", "smtp; 552 5.2.2 over quota"),
        ("5.0.0", "smtp; 552-5.2.2 The email account that you tried to reach is over quota."),
        ("5.0.0", "smtp; 552 5.2.2 over quota"),
        ("5.0.0", "smtp; 552 mailbox full"),
        ("5.5.3", "smtp; 452 4.5.3 Too many recipients"),
        ("5.0.0", "smtp; 552 Too many recipients"),
        ("5.4.6", "smtp; 554 5.4.6 Too many hops, mail loop"),
        ("4.4.7", "smtp; delivery time expired"),
        ("5.4.7", "X-Postfix; message expired"),
        ("5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit"),
        ("4.1.1", "smtp; 450 4.1.1 User unknown in virtual table"),
        ("5.2.1", "550-5.2.1 The user you are trying to contact is receiving mail at a rate that"),
        ("5.4.4", "Name service error for name=x type=MX: Malformed name server reply"),
        ("5.4.4", "Host not found, try again"),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable"),
        ("5.0.0", "smtp; 554 Transaction failed"),
        ("5.0.0", ""),
        ("", ""),
        ("", "450 4.2.0 Greylisted, see http://x.example"),
        ("4.7.1", "450 4.7.1 Greylisted, please try again later"),
        ("5.1.1", "550 5.2.2 <x> Mailbox full"),
        ("5.1.1", "smtp; 552 Quota exceeded for this user"),
        ("nonsense", "nonsense 5.1.1.7 and 15.1.1 and v5.1.1-x"),
    ],
)
def test_what_may_be_better_next_time_is_a_soft_bounce(status, said):
    assert classify(status, said) is Bounce.SOFT


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.7.1", "smtp; 550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using RBL"),
        ("5.7.26", "smtp; 550-5.7.26 Unauthenticated email is not accepted due to DMARC policy"),
        ("5.7.606", "smtp; 550 5.7.606 Access denied, banned sending IP"),
        ("4.7.650", "smtp; 451 4.7.650 The mail server has been rate limited: IP reputation"),
        ("5.1.8", "smtp; 553 5.1.8 Domain of sender address does not exist"),
        ("5.1.7", "smtp; 550 5.1.7 bad sender"),
        ("5.6.0", "smtp; 554 5.6.0 bad content"),
        ("5.0.0", "smtp; 550-'5.7.1 <x>... Access denied' (attempts: 0)"),
        ("5.0.0", "smtp; 501 RCPT TO not accepted: 5.7.1 not configured to relay mail"),
        ("5.1.1", "smtp; 550 5.7.1 IP address blacklisted by recipient"),
        ("5.1.1", "smtp; 550 Message rejected as spam"),
        ("5.0.0", "smtp; 550 DMARC check failed"),
        ("5.0.0", "smtp; 550 Bad SPF records"),
        ("", "550 relay not permitted"),
        ("", "550 Relaying denied. No such user here"),
        ("", "553 sorry, that domain is not in my list of allowed sender hosts"),
        ("", "550 Sender domain not found"),
        ("", "554 Virus detected"),
        ("", "550 HELO: host not found"),
    ],
)
def test_what_is_about_us_says_nothing_against_the_reader(status, said):
    assert classify(status, said) is Bounce.SENDER_REJECTED


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("smtp; 550 5.1.1 x", "5.1.1"),
        ("552-5.2.2 a 552 5.7.1 b", "5.2.2"),
        ("550 #5.1.0 Address rejected", "5.1.0"),
        ("5.1.0 - Unknown address error 550-'5.7.1 x'", "5.7.1"),
        ("RCPT TO not accepted: 5.7.1 x", "5.7.1"),
        ("from 10.5.1.1 by 5.1.1.8 in 15.1.1 under v5.0.2195", None),
        ("Exim 4.94.2 said no", "4.94.2"),  # no harm: it is soft
    ],
)
def test_the_code_of_the_server_itself_is_found_in_what_it_said(said, code):
    assert (".".join(enhanced(said) or ()) or None) == code


@pytest.mark.parametrize(
    ("reply", "hard"),
    [
        (Reply(550, "5.1.1 no such user"), True),
        (Reply(550, "No such user"), True),
        (Reply(450, "5.1.1 no such user"), False),
        (Reply(550, "relay not permitted"), False),
        (Reply(550, "5.1.0 Address rejected"), False),
        (Reply(550, "Administrative prohibition"), False),
        (Reply(553, "5.7.1 blocked"), False),
        (Reply(552, "5.2.2 over quota"), False),
    ],
)
def test_the_same_rule_reads_a_reply_at_sending_time(reply, hard):
    assert reply.hard_bounce == hard
