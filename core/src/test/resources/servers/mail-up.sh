#!/bin/bash
# Postfix and Dovecot on loopback, for tests, as root. Usage: mail-up.sh DIR SMTP SUBMISSION SMTPS IMAP IMAPS POP3 POP3S SASL
# DIR is an absolute path of a folder of its own, the others are ports. Stop: mail-down.sh DIR
set -e
(($# == 9)) || { echo "usage: see the head of $0" >&2; exit 2; }
D=$1 SMTP=$2 SUBMISSION=$3 SMTPS=$4 IMAP=$5 IMAPS=$6 POP3=$7 POP3S=$8 SASL=$9
mkdir -p $D/{pf,pfdata,spool,tls,dc,box}; chmod 755 $D
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout $D/tls/key.pem -out $D/tls/cert.pem 2>/dev/null
chown -R postfix $D/pfdata; install -d -o nobody -g nogroup $D/box
echo 'alice@test.local:{PLAIN}secret::::::
bob@test.local:{PLAIN}secret::::::' > $D/dc/users
cat > $D/pf/main.cf <<X
compatibility_level=3.6
queue_directory=$D/spool
data_directory=$D/pfdata
command_directory=/usr/sbin
daemon_directory=/usr/lib/postfix/sbin
mail_owner=postfix
setgid_group=postdrop
maillog_file=$D/mail.log
maillog_file_prefixes=/tmp,/var,/home
myhostname=mx.test.local
mydestination=
inet_interfaces=127.0.0.1
inet_protocols=ipv4
mynetworks=
relayhost=
default_transport=error:no mail leaves this test host
alias_maps=
virtual_mailbox_domains=test.local
virtual_mailbox_base=$D/box
virtual_mailbox_maps=inline:{alice@test.local=test.local/alice/, bob@test.local=test.local/bob/}
virtual_uid_maps=static:$(id -u nobody)
virtual_gid_maps=static:$(id -g nobody)
virtual_minimum_uid=1
smtpd_tls_cert_file=$D/tls/cert.pem
smtpd_tls_key_file=$D/tls/key.pem
smtpd_tls_security_level=may
smtpd_sasl_type=dovecot
smtpd_sasl_path=inet:127.0.0.1:$SASL
smtpd_sasl_auth_enable=yes
smtpd_tls_auth_only=yes
smtpd_relay_restrictions=permit_sasl_authenticated,reject_unauth_destination
smtpd_recipient_restrictions=
smtputf8_enable=yes
message_size_limit=50000000
smtpd_forbid_unauth_pipelining=yes
smtpd_forbid_bare_newline=yes
mailbox_size_limit=0
X
cat > $D/pf/master.cf <<X
127.0.0.1:$SMTP inet n - n - - smtpd
127.0.0.1:$SUBMISSION inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$SMTPS inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
X
cat > $D/dc/dovecot.conf <<X
base_dir=$D/dc/run
state_dir=$D/dc/state
log_path=$D/dovecot.log
protocols=imap pop3
listen=127.0.0.1
ssl=yes
ssl_cert=<$D/tls/cert.pem
ssl_key=<$D/tls/key.pem
disable_plaintext_auth=yes
auth_mechanisms=plain login cram-md5 scram-sha-1 scram-sha-256
default_internal_user=dovecot
default_login_user=dovenull
mail_location=maildir:$D/box/%d/%n
first_valid_uid=1
first_valid_gid=1
passdb {
  driver=passwd-file
  args=scheme=PLAIN username_format=%u $D/dc/users
}
userdb {
  driver=static
  args=uid=nobody gid=nogroup home=$D/box/%d/%n
}
service imap-login {
  inet_listener imap { 
    port=$IMAP 
  }
  inet_listener imaps { 
    port=$IMAPS 
  }
}
service pop3-login {
  inet_listener pop3 { 
    port=$POP3 
  }
  inet_listener pop3s { 
    port=$POP3S 
  }
}
service auth {
  inet_listener { 
    address=127.0.0.1
    port=$SASL 
  }
}
X
dovecot -c $D/dc/dovecot.conf </dev/null >/dev/null 2>&1   # a daemon must not hold the caller's pipe
postfix -c $D/pf check 2>&1 | grep -v 'not owned' || true
postfix -c $D/pf start </dev/null >/dev/null 2>&1
