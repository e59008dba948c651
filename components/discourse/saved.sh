# shellcheck shell=bash
# Takes a copy of the forum in the container NAME before it gets another IMAGE, and has it tried: that migrates the database, and
# nothing else leads back. It goes where the machine's BACKUP goes; without one it stays with the forum, and COPY and TRY are
# the commands that make and judge it.
: "${NAME:?}" "${IMAGE:?}" "${BACKUP:?}"
note=/var/lib/platform-discourse/$NAME.saved # the image before which it was taken

of() { docker "$1" inspect --format "$2" "$3" 2>/dev/null || true; }

# One that has this image already is not upgraded.
has_it() {
  local own
  own=$(of container '{{.Image}}' "$NAME")
  [[ $own == "$IMAGE" || $own == "$(of image '{{.Id}}' "$IMAGE")" ]]
}

save() {
  if [[ -r /etc/platform-backup/backups/$BACKUP.conf ]]; then
    platform-backup run "$BACKUP" --wait && platform-backup verify "$BACKUP" --wait
  else
    "${COPY[@]}" && "${TRY[@]}" /
  fi
}

# Without a container there is no forum yet; or one that did not come up, and the copy is that of before.
apply() {
  local now
  now=$(of container '{{.State.Status}}' "$NAME")
  if [[ -n $now ]] && ! has_it; then
    [[ $now == running ]] || fail "the forum is $now, so no copy can be taken before it gets another image: start it by \`docker \
start $NAME\`, or set \`forum.copyBeforeUpgrade\` to false if you have one"
    save || fail "no good copy of the forum could be taken (see above), so it does not get another image, and runs as before. Put \
that right, then run again; or set \`forum.copyBeforeUpgrade\` to false if you have one"
  fi
  install -d -m 0700 "${note%/*}"
  printf '%s\n' "$IMAGE" >"$note.new"
  mv -fT "$note.new" "$note"
}

check() {
  local image
  image=$(cat "$note" 2>/dev/null) || image=''
  if [[ -n $image ]]; then say "{\"image\":\"$image\"}"; else say '{}'; fi
}

remove() {
  rm -f "$note"
  rmdir --ignore-fail-on-non-empty "${note%/*}" 2>/dev/null || true
}

"$@" </dev/null
