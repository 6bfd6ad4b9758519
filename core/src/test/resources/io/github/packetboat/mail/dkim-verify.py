"""Verifies each DKIM signature of the mail on stdin. Arguments: SELECTOR=RECORD, in the place of the DNS."""
import dkim, sys

records = dict(argument.split("=", 1) for argument in sys.argv[1:])


def record(name, timeout=5):
    return records[name.decode().split(".")[0]].encode()


verifier = dkim.DKIM(sys.stdin.buffer.read())
results = []
for i in range(len(records)):
    try:
        results.append(verifier.verify(idx=i, dnsfunc=record))
    except dkim.DKIMException:
        results.append(False)
print(*results)
