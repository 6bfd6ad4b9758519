#!/bin/bash
# A mail server on loopback, for tests, as root, in the foreground. Usage: server-up.sh KIND DIR PORT UNPACKED [OPTION...]
# KIND: exim, opensmtpd, aiosmtpd or smtp-sink, which takes OPTIONs of its own. DIR: an absolute path of a folder of its own,
# where mails to alice@test.local and bob@test.local are kept in box. UNPACKED: where its package was unpacked, or / if it is
# installed. Exim and OpenSMTPD have their users, files and sockets at paths that are compiled in: they get a root of their own.
set -e
(($# >= 4)) || { echo "usage: see the head of $0" >&2; exit 2; }
KIND=$1 D=$2 PORT=$3 FROM=${4%/}
shift 4
R=$D/root
ALICE=61901 BOB=61902 SERVER=61903 QUEUE=61904
mkdir -p "$R/tls"; chmod 755 "$D" "$R"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$R/tls/key.pem" -out "$R/tls/cert.pem" 2>/dev/null

copy_in() { # programs, with the libraries that they need
    local program library libraries
    libraries=$(find "$FROM/usr/lib" "$FROM/lib" -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd:)
    for program; do
        mkdir -p "$R${program%/*}" "$R/usr/lib"
        cp -pL "$FROM$program" "$R$program" 2>/dev/null || cp -pL "$program" "$R$program"
        LD_LIBRARY_PATH=$libraries ldd "$R$program" | grep -o '/[^ ]*\.so[^ ]*' | while read -r library; do
            if [[ $library == */ld-linux* ]]; then
                mkdir -p "$R${library%/*}"; cp -L "$library" "$R$library"
            else
                cp -L "$library" "$R/usr/lib/"
            fi
        done
    done
}

make_root() {
    mkdir -p "$R"/{etc,dev,tmp,run,home,var/log,var/spool,box}
    ln -s ../run "$R/var/run"
    chmod 1777 "$R/tmp"
    cp -a /dev/null /dev/urandom "$R/dev/" 2>/dev/null || : >"$R/dev/null"
    cat >"$R/etc/passwd" <<X
root:x:0:0:root:/:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/sh
alice:x:$ALICE:$ALICE::/home:/bin/sh
bob:x:$BOB:$BOB::/home:/bin/sh
$1:x:$SERVER:$SERVER::/:/bin/sh
$2:x:$QUEUE:$QUEUE::/:/bin/sh
X
    sed 's/^\([^:]*\):x:[^:]*:\([^:]*\):.*/\1:x:\2:/' "$R/etc/passwd" >"$R/etc/group"
    echo '127.0.0.1 localhost mx.test.local' >"$R/etc/hosts"
    printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\nlookup file\n' >"$R/etc/resolv.conf"
    ln -s root/box "$D/box"
}

start_exim() {
    make_root Debian-exim unused
    copy_in /usr/sbin/exim4
    mkdir -p "$R"/{etc/exim4,run/exim4,var/spool/exim4,var/log/exim4}
    chown -R $SERVER:$SERVER "$R"/{box,tls,run/exim4,var/spool/exim4,var/log/exim4}
    cat >"$R/etc/exim4/exim4.conf" <<X
primary_hostname = mx.test.local
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim4/%slog
log_selector = +smtp_protocol_error +smtp_syntax_error
local_interfaces = 127.0.0.1
daemon_smtp_ports = $PORT
tls_advertise_hosts = *
tls_certificate = /tls/cert.pem
tls_privatekey = /tls/key.pem
smtp_enforce_sync = true
smtputf8_advertise_hosts = *
smtp_accept_queue_per_connection = 0
deliver_drop_privilege = true
message_size_limit = 50M
host_lookup =
acl_smtp_rcpt = recipient
begin acl
recipient:
  deny domains = ! test.local
       message = 5.7.1 relay not permitted
  require verify = recipient
  accept
begin routers
boxes:
  driver = accept
  domains = test.local
  local_parts = alice : bob
  transport = box
begin transports
box:
  driver = appendfile
  directory = /box/\$local_part_data
  maildir_format
  create_directory
  return_path_add
  envelope_to_add
  user = Debian-exim
begin retry
* * F,1h,1m
X
    exec chroot "$R" /usr/sbin/exim4 -bdf
}

start_opensmtpd() {
    local maildir
    make_root opensmtpd opensmtpq
    maildir=$(cd "$FROM/" && ls -d usr/lib*/opensmtpd/mail.maildir usr/lib/*/opensmtpd/mail.maildir 2>/dev/null | head -n 1)
    copy_in /usr/sbin/smtpd /bin/sh "/$maildir"
    mkdir -p "$R"/var/{lib/opensmtpd/empty,empty}
    install -d -o $ALICE -g $ALICE "$R/box/alice"
    install -d -o $BOB -g $BOB "$R/box/bob"
    cat >"$R/etc/smtpd.conf" <<X
listen on 127.0.0.1 port $PORT hostname mx.test.local
action boxes maildir "/box/%{user.username}"
match from any for domain "test.local" action boxes
X
    exec chroot "$R" /usr/sbin/smtpd -d -f /etc/smtpd.conf
}

case $KIND in
exim) start_exim ;;
opensmtpd) start_opensmtpd ;;
smtp-sink)
    install -d -o nobody "$D/box"
    LD_LIBRARY_PATH=$FROM/usr/lib/postfix exec "$FROM/usr/sbin/smtp-sink" -u nobody -h mx.test.local -d "$D/box/" "$@" \
        127.0.0.1:"$PORT" 100
    ;;
aiosmtpd)
    mkdir "$D/box"
    exec /usr/bin/python3 "$D/aiosmtpd-server.py" "$PORT" "$D/box" "$R/tls/cert.pem" "$R/tls/key.pem"
    ;;
*) echo "no such KIND: $KIND" >&2; exit 2 ;;
esac
