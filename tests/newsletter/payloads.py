"""What mail providers document that they send, about a letter of ours.

Amazon: docs.aws.amazon.com/ses/latest/dg/notification-examples.html. Postmark:
postmarkapp.com/developer/webhooks/bounce-webhook. Mailgun: documentation.mailgun.com, "Event
payloads". Only addresses, Message-IDs and signatures are ours.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from itertools import count
from typing import Any

SECRET = "clinic:a-long-secret-of-the-webhooks"
MAILGUN_KEY = "key-of-mailgun-for-signing-webhooks"
number = count(1)
Call = tuple[str, bytes, dict[str, str]]


def basic(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}


# ── Amazon SES, through Amazon SNS ────────────────────────────────────────────


def amazon(message_id: str, recipient: str, kind: str = "Permanent", **more: Any) -> Call:
    """`kind`: Permanent, Transient, complaint or delivery."""
    parts: dict[str, dict[str, Any]] = {
        "complaint": {
            "notificationType": "Complaint",
            "complaint": {
                "userAgent": "AnyCompany Feedback Loop (V0.01)",
                "complainedRecipients": [{"emailAddress": recipient}],
                "complaintFeedbackType": "abuse",
                "arrivalDate": "2016-01-27T14:59:38.237Z",
                "timestamp": "2016-01-27T14:59:38.237Z",
                "feedbackId": "000001378603177f-18c07c78-fa81-4a58-9dd1-fedc3cb8f49a-000000",
            },
        },
        "delivery": {
            "notificationType": "Delivery",
            "delivery": {
                "timestamp": "2016-01-27T14:59:38.237Z",
                "recipients": [recipient],
                "processingTimeMillis": 546,
                "reportingMTA": "a8-70.smtp-out.amazonses.com",
                "smtpResponse": "250 ok:  Message 64111812 accepted",
                "remoteMtaIp": "127.0.2.0",
            },
        },
    }
    bounce = {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "reportingMTA": "dns; email.example.com",
            "bouncedRecipients": [
                {
                    "emailAddress": recipient,
                    "status": "5.1.1" if kind == "Permanent" else "4.4.7",
                    "action": "failed",
                    "diagnosticCode": f"smtp; 550 5.1.1 <{recipient}>... User"
                    if kind == "Permanent"
                    else "smtp; 452 4.4.7 try again",
                }
            ],
            "bounceSubType": "General",
            "timestamp": "2016-01-27T14:59:38.237Z",
            "feedbackId": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000",
            "remoteMtaIp": "127.0.2.0",
        },
    }
    told = parts.get(kind, bounce) | {
        "mail": {
            "timestamp": "2016-01-27T14:59:38.237Z",
            "source": "news@example.org",
            "sourceArn": "arn:aws:ses:us-east-1:888888888888:identity/example.org",
            "sourceIp": "127.0.3.0",
            "sendingAccountId": "123456789012",
            "messageId": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000",
            "destination": [recipient],
            "headersTruncated": False,
            "headers": [
                {"name": "From", "value": '"Office" <news@example.org>'},
                {"name": "Message-ID", "value": message_id},
            ],
            "commonHeaders": {"messageId": message_id, "subject": "Hello"},
        }
    }
    return sns({"Type": "Notification", "Message": json.dumps(told)} | more)


def sns(body: dict[str, Any]) -> Call:
    """What Amazon SNS wraps around it."""
    body = {
        "MessageId": f"22b80b92-fdea-4c2c-8f9d-{next(number):012}",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Timestamp": "2012-05-02T00:54:06.655Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLEw6JRN...",
        "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3.pem",
    } | body
    headers = {
        "x-amz-sns-message-type": body["Type"],
        "x-amz-sns-message-id": body["MessageId"],
        "Content-Type": "text/plain; charset=UTF-8",
    }
    return "amazon-ses", json.dumps(body).encode(), headers | basic()


# ── Postmark ──────────────────────────────────────────────────────────────────


def postmark(message_id: str, recipient: str, kind: str = "HardBounce", **more: Any) -> Call:
    """`message_id` is in the metadata, which Postmark takes from a header of ours."""
    told = {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "MessageStream": "broadcast",
        "ID": 4323372036854775807 + next(number),
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "Test",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"issue": message_id},
        "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": f"Test bounce details for {recipient}",
        "Email": recipient,
        "From": "news@example.org",
        "BouncedAt": "2019-11-05T16:33:54.9070259Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Test subject",
    } | more
    return "postmark", json.dumps(told).encode(), {"Content-Type": "application/json"} | basic()


# ── Mailgun ───────────────────────────────────────────────────────────────────


def mailgun(message_id: str, recipient: str, kind: str = "permanent", **signed: str) -> Call:
    """`kind`: permanent, temporary, complained, unsubscribed or delivered."""
    failed = kind in ("permanent", "temporary")
    stamp = {"timestamp": "1529006854", "token": f"a8ce0edb2dd8301dee6c2405235584e4{next(number)}"}
    text = f"{stamp['timestamp']}{stamp['token']}".encode()
    stamp["signature"] = hmac.new(MAILGUN_KEY.encode(), text, hashlib.sha256).hexdigest()
    event: dict[str, Any] = {
        "event": "failed" if failed else kind,
        "id": f"G9Bn5sl1TC6nu79C8C{next(number)}",
        "timestamp": 1521472262.908181,
        "log-level": "error",
        "flags": {"is-delayed-bounce": False, "is-test-mode": False},
        "message": {
            "headers": {
                "to": f"Reader <{recipient}>",
                "message-id": message_id.strip("<>"),
                "from": "Office <news@example.org>",
                "subject": "Test bounce",
            },
            "attachments": [],
            "size": 111,
        },
        "recipient": recipient,
        "recipient-domain": "example.org",
        "tags": [],
        "campaigns": [],
        "user-variables": {},
    }
    if failed:
        event |= {
            "severity": kind,
            "reason": "suppress-bounce" if kind == "permanent" else "generic",
            "delivery-status": {
                "attempt-no": 1,
                "message": "",
                "code": 605 if kind == "permanent" else 452,
                "description": "Not delivering to previously bounced address",
                "session-seconds": 0,
            },
        }
    body = json.dumps({"signature": stamp | signed, "event-data": event})
    return "mailgun", body.encode(), {"Content-Type": "application/json"}
