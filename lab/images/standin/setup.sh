#!/bin/sh
# Finishes the root of the stand-in for Discourse, from inside: the folders and the user that the
# platform looks for in a Discourse image.
set -eu

for plugin in docker_manager discourse-akismet discourse-solved; do
  mkdir -p "/var/www/discourse/plugins/$plugin"
done
mkdir -p /shared
echo 'postgres:x:101:101::/nonexistent:/usr/sbin/nologin' >>/etc/passwd # who alone may ask the database
