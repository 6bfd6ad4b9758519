"""Reads every file of a folder with Python's own email package, and prints what it says: lines of a file, a
key and a value in base64, parted by tabs.

Defects are those of the message, its parts, and their headers. What is expected and left out: encoded words in the quotes
of a name, which Outlook and QQ want and RFC 2047 does not know.
"""
import base64, email, email.policy, hashlib, os, sys

EXPECTED = ("encoded word inside quoted string", "missing trailing whitespace after encoded-word")


def defects(part):
    found = [repr(d) for d in part.defects]
    for name, value in part.items():
        found += [name + ": " + repr(d) for d in getattr(value, "defects", []) if name.lower() != "content-type" or not any(e in str(d) for e in EXPECTED)]
    return found


def leaf(path, part):
    content = part.get_payload(decode=True)
    text = None
    if part.get_content_maintype() == "text" and part.get_filename() is None:
        text = content.decode(part.get_content_charset("us-ascii")).replace("\r\n", "\n")
    return {
        "path": path,
        "type": part.get_content_type(),
        "disposition": part.get_content_disposition(),
        "name": part.get_filename(),
        "id": part["content-id"],
        "sha256": hashlib.sha256(content).hexdigest(),
        "text": text,
    }


def walk(path, part, leaves, found):
    found += defects(part)
    if part.is_multipart():
        for child in part.iter_parts():
            walk(path + part.get_content_subtype() + "/", child, leaves, found)
    else:
        leaves.append(leaf(path, part))


def say(file, key, value):
    print(file, key, base64.b64encode(str(value).encode("utf-8", "surrogateescape")).decode(), sep="\t")


for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.SMTPUTF8)
    leaves, found = [], []
    walk("", message, leaves, found)
    say(name, "defects", "\n".join(found))
    say(name, "subject", message["subject"])
    say(name, "x-odd", message["x-odd"])
    for field in ("from", "sender", "reply-to", "to", "cc", "bcc"):
        if message[field] is not None:
            say(name, field, "\n".join("%s <%s>" % (a.display_name, a.addr_spec) for a in message[field].addresses))
    for i, part in enumerate(leaves):
        for key, value in part.items():
            if value is not None:
                say(name, "%d.%s" % (i, key), value)
