#!/bin/sh
# Finishes the root of the stand-in for GitLab EE, from inside: upstream's users, folders, services and commands.
set -eu

# Debian's packages gave some of upstream's numbers to users that nothing here runs as.
for id in $(seq 990 999); do
  name=$(getent passwd "$id" | cut -d: -f1)
  [ -z "$name" ] || userdel "$name"
  name=$(getent group "$id" | cut -d: -f1)
  [ -z "$name" ] || groupdel "$name"
done
user() { # name, id and home as in upstream's image
  groupadd --gid "$2" "$1"
  useradd --uid "$2" --gid "$2" --home-dir "$3" --shell "$4" --no-create-home --password '*' "$1"
}
user git 998 /var/opt/gitlab /bin/sh
user gitlab-www 999 /var/opt/gitlab/nginx /usr/sbin/nologin
user gitlab-redis 997 /var/opt/gitlab/redis /usr/sbin/nologin
user gitlab-psql 996 /var/opt/gitlab/postgresql /bin/sh
user registry 993 /var/opt/gitlab/registry /usr/sbin/nologin

service() { # what runsv runs, with its log beside it; PostgreSQL and nginx are not to wait for those who are connected
  name=$1 && shift
  mkdir -p "/opt/gitlab/sv/$name/log" "/opt/gitlab/sv/$name/control"
  printf '#!/bin/sh\nexec 2>&1\nexec %s\n' "$*" >"/opt/gitlab/sv/$name/run"
  printf '#!/bin/sh\nmkdir -p /var/log/gitlab/%s && exec svlogd -tt /var/log/gitlab/%s\n' "$name" "$name" \
    >"/opt/gitlab/sv/$name/log/run"
  chmod 755 "/opt/gitlab/sv/$name/run" "/opt/gitlab/sv/$name/log/run"
}
# shellcheck disable=SC2016 # the variables are for the script that this writes
fast='#!/bin/sh\nexec kill -INT "$(cat supervise/pid)"\n'
data=/var/opt/gitlab/postgresql
service postgresql chpst -u gitlab-psql:gitlab-psql /usr/lib/postgresql/15/bin/postgres -D $data/data -k $data \
  -c listen_addresses= -c shared_buffers=16MB -c max_connections=30 -c jit=off -c max_wal_size=32MB
# shellcheck disable=SC2059
printf "$fast" >/opt/gitlab/sv/postgresql/control/t && chmod 755 /opt/gitlab/sv/postgresql/control/t
service puma chpst -u git:git env HOME=/var/opt/gitlab ruby /opt/gitlab/standin/puma.rb
service sidekiq chpst -u git:git env HOME=/var/opt/gitlab ruby /opt/gitlab/standin/sidekiq.rb
service gitlab-workhorse chpst -u git:git env HOME=/var/opt/gitlab fcgiwrap -c 2 -s tcp:127.0.0.1:8181
service nginx nginx -c /var/opt/gitlab/nginx/conf/nginx.conf -g "'daemon off;'"
service sshd /usr/sbin/sshd -D -e -f /assets/sshd_config

shell=/opt/gitlab/embedded/service/gitlab-shell/bin
mkdir -p /opt/gitlab/bin /opt/gitlab/standin /opt/gitlab/etc /opt/gitlab/embedded/nodes $shell /assets /etc/gitlab /srv
mkdir -p /var/opt/gitlab /var/log/gitlab
for name in backup ctl healthcheck psql rails rake; do
  ln -s "/opt/gitlab/bin/gitlab-$name" /usr/bin/
done
ln -s gitlab-shell $shell/gitlab-shell-authorized-keys-check
echo "# A gitlab.rb of the stand-in: external_url is http://<host name>" >/opt/gitlab/etc/gitlab.rb.template
rm -rf /var/lib/postgresql /etc/postgresql /etc/nginx/sites-enabled /etc/ssh/ssh_host_* /var/cache/apt /var/log/*.log
