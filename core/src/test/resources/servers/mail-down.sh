#!/bin/bash
# Stops what mail-up.sh started. Usage: mail-down.sh DIR
D=${1:?usage: mail-down.sh DIR}
postfix -c "$D/pf" stop
doveadm -c "$D/dc/dovecot.conf" stop
