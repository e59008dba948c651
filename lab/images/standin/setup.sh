#!/bin/sh
# Finishes the root of the stand-in for Discourse, from inside: the folders that the platform
# looks for in a Discourse image.
set -eu

for plugin in docker_manager discourse-akismet discourse-solved; do
  mkdir -p "/var/www/discourse/plugins/$plugin"
done
mkdir -p /shared
